"""Collisions among pairs, held and set aside, against a dictionary of sets."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.column import TextColumn
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Encrypt
from aitransparency.deid.verify import pairs as module
from aitransparency.deid.verify.aside import Aside, Parted
from aitransparency.deid.verify.pairs import PAIR, Pairs
from aitransparency.deid.verify.skeleton import skeleton
from aitransparency.errors import FileAccessError

PEOPLE = st.tuples(st.integers(0, 40), st.integers(0, 12))
FRONT = np.uint64(0xFF) << np.uint64(56)


def brute(rows: list[tuple[int, int]]) -> int:
    """Return how many pseudonyms have several originals."""
    known = defaultdict(set)
    for original, pseudonym in rows:
        known[pseudonym].add(original)
    return sum(len(one) > 1 for one in known.values())


def taken_in(pairs: Pairs, rows: list[tuple[int, int]], step: int) -> None:
    for first in range(0, len(rows), step):
        part = rows[first : first + step]
        batch = Pairs()
        batch.add(
            skeleton(TextColumn.from_strings([f"o{one}" for one, _ in part])),
            TextColumn.from_strings([f"p{one}" for _, one in part]),
        )
        pairs.add_all(batch)


@settings(max_examples=60, deadline=None)
@given(st.lists(PEOPLE, max_size=120), st.integers(1, 40), st.integers(1, 9), st.booleans())
def test_collisions_are_those_of_all_pairs(rows, step, held, loops) -> None:
    """However small the bound, however they come, by arrays and by compiled loops."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_HELD", held)
        patched.setattr(module, "pays", lambda size: loops)
        files: list[Aside] = []

        def opened() -> Aside:
            files.append(Aside(None)) if not files else None
            return files[0]

        for pairs in (Pairs(), Pairs(Parted(opened, PAIR))):
            taken_in(pairs, rows, step)
            assert pairs.collisions() == brute(rows)
            assert pairs.collisions() == brute(rows), "asked again"
        distinct = set(rows)
        if len(distinct) <= held:
            assert not files, "few pairs need no file"


@pytest.mark.parametrize(
    ("originals", "pseudonyms", "collisions", "reason"),
    [
        (["ab", "cd"], ["wxyz", "wxyz"], 1, "one pseudonym"),
        (["ab", "ab"], ["wxyz", "wxyz"], 0, "one person"),
        (["ab", "a-B"], ["wxyz", "wxyz"], 0, "one person, spelled in two ways"),
        (["ab", "cd"], ["wXyz", "wxYz"], 0, "FF1 keeps the case of each letter"),
        (["1-23", "12-3"], ["4-56", "45-6"], 0, "and hyphens where they are"),
        (["ab", "cd"], ["", ""], 0, "nothing is no pseudonym"),
        (["ab", "cd"], ["<REDACTED>", "<REDACTED>"], 0, "nor is a label"),
        (["", "cd"], ["wxyz", "wxyz"], 0, "nobody had the first"),
        (["ab", "cd"], ["张" * 171 + "a", "张" * 171 + "b"], 0, "513 bytes, compared whole"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_what_counts_as_one_pseudonym(originals, pseudonyms, collisions, reason, cut) -> None:
    """A column may begin in the middle of its buffers."""
    pairs = Pairs()
    before = TextColumn.from_arrow(pa.array(["<x"] * cut + originals).slice(cut))
    after = TextColumn.from_arrow(pa.array(["<x"] * cut + pseudonyms).slice(cut))
    pairs.add(skeleton(before), after)
    assert pairs.collisions() == collisions, reason


def test_codes_in_both_cases_encrypted_by_ff1_do_not_collide() -> None:
    """13,000 codes that a case-blind comparison of the ciphertexts takes for fewer."""
    draw = np.random.default_rng(1).integers(0, 52, (13_000, 5))
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    codes = sorted({"".join(row) for row in letters[draw].tolist()})
    plan = Plan({"code": ColumnPlan(Encrypt(), "direct")})
    made = deid.deidentify(pa.table({"code": codes}), plan, key=deid.Key(bytes(32)))
    sealed = made.data["code"].to_pylist()
    assert len(set(sealed)) == len(codes)
    assert len({one.lower() for one in sealed}) < len(codes)


@pytest.mark.parametrize("loops", [True, False])
def test_one_pseudonym_for_everybody_stays_small(monkeypatch, loops) -> None:
    """A broken technique: 20,000 people, one token. Two pairs are enough to say so."""
    monkeypatch.setattr(module, "pays", lambda size: loops)
    monkeypatch.setattr(module, "_HELD", 1_000)
    aside = Aside(None)
    pairs = Pairs(Parted(lambda: aside, PAIR))
    taken_in(pairs, [(number, 7) for number in range(20_000)], 500)
    assert sum(map(len, pairs._parts)) <= 1_500
    assert pairs.collisions() == 1


NUMBERS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 50), max_size=80)


@settings(max_examples=80, deadline=None)
@given(st.lists(NUMBERS, max_size=5), st.integers(1, 20))
def test_what_is_set_aside_comes_back_and_equal_hashes_come_together(puts, most) -> None:
    aside = Aside(None)
    parted = Parted(lambda: aside, PAIR)
    for number, one in enumerate(puts):
        parted.put(np.array([(value, number) for value in one], PAIR))
    parts = list(parted.parts(most))
    back = [pair for part in parts for pair in part.tolist()]
    put = [(value, number) for number, one in enumerate(puts) for value in one]
    assert sorted(back) == sorted(put)
    assert len(parted) == len(put)
    seen = [set(part["after"].tolist()) for part in parts]
    assert sum(map(len, seen)) == len(set().union(*seen)), "a hash in two parts"


def test_a_part_that_is_too_large_comes_in_several() -> None:
    aside = Aside(None)
    parted = Parted(lambda: aside, PAIR)
    draw = np.random.default_rng(6).integers(0, 2**63, 4_000).astype(np.uint64)
    records = np.empty(len(draw), PAIR)
    records["after"], records["before"] = draw & ~FRONT, 0  # all of one part
    parted.put(records)
    sizes = [len(part) for part in parted.parts(500)]
    assert sum(sizes) == 4_000
    assert max(sizes) < 700


def test_what_is_set_aside_cannot_be_read_in_the_file(tmp_path) -> None:
    aside = Aside(tmp_path)
    assert not list(tmp_path.iterdir()), "it has no name"
    number = aside.put(b"\x07" * 4_000)
    aside._file.seek(0)
    raw = aside._file.read()
    assert b"\x07" * 8 not in raw
    assert aside.piece(number) == b"\x07" * 4_000
    aside._file.seek(100)
    aside._file.write(bytes(8))
    with pytest.raises(FileAccessError, match="changed on the disk"):
        aside.piece(number)


def test_no_room_is_an_error_of_ours(monkeypatch, tmp_path) -> None:
    with pytest.raises(FileAccessError, match="cannot be set aside"):
        Aside(tmp_path / "missing")
    aside = Aside(tmp_path)
    full = Path("/dev/full").open("wb")  # noqa: SIM115  # closed below
    monkeypatch.setattr(aside, "_file", full)
    with full, pytest.raises(FileAccessError, match="No space left"):
        aside.put(bytes(1 << 20))
    monkeypatch.undo()
