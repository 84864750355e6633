"""The search of raw fields by loops beside the search of columns made of them."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.deid.column import TextColumn
from aitransparency.deid.files import csv_file
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Encrypt, Keep, Mask
from aitransparency.deid.verify.cells import search_cells, suspects
from aitransparency.deid.verify.fields import Fields
from aitransparency.deid.verify.originals import Originals
from aitransparency.deid.verify.sieve import Sieve
from aitransparency.deid.verify.skeleton import skeleton
from aitransparency.errors import LeakError

NAMES = ["a", "b", "c"]
CHARACTERS = "0123456789" * 3 + "abAB@.-（）１９ ·张三一二三"


def words(draw, sizes):
    return "".join(draw.choice(CHARACTERS) for _ in range(draw.choice(sizes)))


def fields_of(columns):
    """Return the columns as the fields of a CSV, every one in quotes."""
    data, edges = b"", []
    for row in zip(*columns, strict=True):
        for text in row:
            start = len(data)
            data += f'"{text}"'.encode()
            edges.append((start, len(data)))
            data += b","
    start, end = np.array(edges, np.int64).reshape(len(columns[0]), len(columns), 2).T
    return Fields(np.frombuffer(data, np.uint8), start.T.copy(), end.T.copy(), NAMES)


def test_fields_suspect_what_columns_suspect():
    draw = random.Random(6)
    hit_columns = 0
    for _ in range(300):
        values = [words(draw, (8, 9, 11, 15, 18, 25, 40)) for _ in range(draw.randint(1, 12))]
        made = skeleton(TextColumn.from_strings(values))
        long = np.flatnonzero(made.lengths() >= 8)
        if not len(long):
            continue
        known = Originals()
        known.add(made, long, certain=draw.random() < 0.7)
        rows = draw.randint(1, 10)
        columns = [[words(draw, (0, 1, 5, 11, 20, 40)) for _ in range(rows)] for _ in NAMES]
        for _ in range(draw.randint(0, 3)):
            planted = values[int(draw.choice(long))]
            text = words(draw, (0, 0, 3)) + planted + words(draw, (0, 0, 3))
            columns[draw.randrange(3)][draw.randrange(rows)] = text
        plan = Plan({"a": Keep(), "b": Mask(), "c": draw.choice((Keep(), Encrypt()))})
        lines, fields = dict(plan.for_columns(NAMES)), fields_of(columns)
        batch = pa.record_batch([pa.array(one, pa.large_string()) for one in columns], NAMES)
        records = known.records()
        sieve, sealed = Sieve.of([records], len(records)), known.sealed()
        hashes, _ = fields.suspects(lines, sieve)
        assert sorted(hashes.tolist()) == sorted(suspects(batch, plan, sieve).tolist())
        found = search_cells(batch, plan, sealed, redact=False)
        hit = {name for name in NAMES if found.leaks.get(name) or found.doubts.get(name)}
        assert hit <= set(fields.suspects(lines, sealed)[1])
        hit_columns += len(hit)
    assert hit_columns > 50


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("call 13912345678", "not quoted"),
        ('"call 13912345678, now"', "quoted"),
        ('"said ""13912345678"" twice"', "quotes doubled"),
        ('"139""12345678"', "quotes doubled inside: they are no part of a number"),
        ("１３９１２３４５６７８", "full width"),
    ],
)
def test_a_leak_into_another_row_of_a_csv_is_found_by_loops(tmp_path, monkeypatch, note, reason):
    searched = []
    suspects_of = Fields.suspects
    monkeypatch.setattr(csv_file, "pays", lambda size: True)
    monkeypatch.setattr(
        Fields, "suspects", lambda *given: searched.append(1) or suspects_of(*given)
    )
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    rows = [f"137{number:08d},nothing\n" for number in range(30)]
    rows[0] = f"13800138000,{note}\n"
    source.write_text("".join(["phone,note\n", *rows, "13912345678,x\n"]), encoding="utf-8")
    phone = ColumnPlan(Mask(keep_start=3, keep_end=4), "direct", "CN_MOBILE_PHONE")
    plan = Plan({"phone": phone, "note": Keep()})
    with pytest.raises(LeakError):
        deid.deidentify_file(source, target, plan=plan)
    assert not target.exists()
    rows[0] = "13800138000,nothing\n"
    source.write_text("".join(["phone,note\n", *rows, "13912345678,x\n"]), encoding="utf-8")
    deid.deidentify_file(source, target, plan=plan)
    assert searched, reason
    assert target.read_text(encoding="utf-8").count("\n") == 32
