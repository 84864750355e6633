"""Damaged files: an error that says so, or every row accounted for; never anything else.

`benchmarks/damaged_files.py` does the same with thousands of files of more formats.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.errors import AitransparencyError, FileFormatError

PLAN = deid.Plan({}, others=deid.Redact())
TABLE = pa.table({"姓名": ["张三", "李四", "王五"], "手机号": ["13800138000"] * 3, "数": [1, 2, 3]})
KINDS = ("csv", "jsonl", "parquet", "feather", "xlsx", "sqlite")
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),  # where
        st.integers(0, 30),  # how many bytes go
        st.binary(max_size=6) | st.sampled_from((b'"', b"\n", b"{", b"}", b"[", b"\\", b"\0")),
    ),
    min_size=1,
    max_size=4,
)


def valid(kind: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"x.{kind}")
        rows = TABLE.to_pylist()
        if kind == "csv":
            text = "".join(",".join(map(str, row)) + "\n" for row in [TABLE.column_names, *(
                list(row.values()) for row in rows)])  # fmt: skip
            return text.encode()
        if kind == "jsonl":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        if kind == "parquet":
            pa.parquet.write_table(TABLE, path)
        elif kind == "feather":
            pa.feather.write_feather(TABLE, str(path), compression="uncompressed")
        elif kind == "xlsx":
            book = openpyxl.Workbook()
            for row in [TABLE.column_names, *(list(row.values()) for row in rows)]:
                book.active.append(row)
            book.save(path)
        else:
            with sqlite3.connect(path) as base:
                base.execute('create table "人" ("姓名", "手机号", "数")')
                base.executemany('insert into "人" values (?, ?, ?)', [[*r.values()] for r in rows])
        return path.read_bytes()


WHOLE = {kind: valid(kind) for kind in KINDS}


def treated(kind: str, data: bytes, bad_rows: str = "error") -> deid.FileReport:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, f"x.{kind}"), Path(folder, f"y.{kind}")
        source.write_bytes(data)
        try:
            return deid.deidentify_file(
                source, target, plan=PLAN, options=deid.FileOptions(bad_rows=bad_rows)
            )
        except AitransparencyError:
            assert [path.name for path in Path(folder).iterdir()] == [source.name]
            raise


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(edits=EDITS, bad_rows=st.sampled_from(("error", "quarantine")))
def test_damage_is_refused_or_accounted_for(kind, edits, bad_rows):
    data = bytearray(WHOLE[kind])
    for place, gone, more in edits:
        at = int(place * len(data))
        data[at : at + gone] = more
    with suppress(AitransparencyError):
        (facts,) = treated(kind, bytes(data), bad_rows).files
        assert facts.rows_in == facts.rows_out + facts.quarantined


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("feather", "姓名".encode(), b"\xe5\x28\x8d\xe5\x28\x8d"),
        ("sqlite", b'create table "\xe4\xba\xba"', b'create table "\xe4\x28\x28"'),
    ],
)
def test_names_that_are_no_text_are_damage(kind, old, new):
    data = WHOLE[kind].replace(old, new).replace(old.upper(), new)
    assert data != WHOLE[kind]
    with pytest.raises(FileFormatError, match="damaged"):
        treated(kind, data)


def test_lines_without_a_value_can_be_set_aside():
    (facts,) = treated("jsonl", b"{}\n{]\n{}\n", "quarantine").files
    assert (facts.rows_in, facts.rows_out, facts.quarantined) == (3, 2, 1)
