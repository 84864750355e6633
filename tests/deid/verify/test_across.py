"""Originals that are set aside are looked for as if all were held at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.column import TextColumn
from aitransparency.deid.verify import across as module
from aitransparency.deid.verify import originals, search
from aitransparency.deid.verify.across import Across, Learned
from aitransparency.deid.verify.originals import Originals
from aitransparency.deid.verify.search import originals_in, suspects_in
from aitransparency.deid.verify.skeleton import skeleton

NUMBERS = st.text("01", min_size=8, max_size=11)
CHUNKS = st.lists(st.tuples(st.lists(NUMBERS, max_size=6), st.booleans()), max_size=8)
TEXTS = st.lists(st.text("01 x", max_size=40), max_size=8)


def learned(values: list[str], *, certain: bool) -> Learned:
    known = Originals()
    known.add(skeleton(TextColumn.from_strings(values)), certain=certain)
    return Learned(known, {})


def hits(across: Across, texts: list[str]) -> set[tuple[int, int, int, bool]]:
    """Return what stands in the texts: row, start, length, whether it is certain."""
    made = skeleton(TextColumn.from_strings(texts))

    def look(sieve: object) -> Iterator[np.ndarray]:
        for first in range(0, len(texts), 3):
            yield suspects_in(skeleton(TextColumn.from_strings(texts[first : first + 3])), sieve)

    found = set()
    for sealed in across.passes(look):
        one = originals_in(made, sealed)
        columns = (one.row, one.start, one.length, one.certain)
        found |= set(zip(*(column.tolist() for column in columns), strict=True))
    return found


@settings(max_examples=120, deadline=None)
@given(CHUNKS, TEXTS, st.integers(1, 6), st.integers(1, 12), st.booleans())
def test_what_is_set_aside_is_found_all_the_same(chunks, texts, limit, sieved, loops) -> None:
    """A value that is certain in one chunk and a name in another is certain, wherever it was."""
    texts = [*texts, *(value for values, _ in chunks[:2] for value in values[:2])]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "SIEVED", sieved)
        patched.setattr(module, "_SUSPECTS", 2)
        for one in (originals, search):
            patched.setattr(one, "pays", lambda size: loops)
        bounded, whole = Across(limit=limit), Across(limit=10**6)
        for values, certain in chunks:
            for across in (bounded, whole):
                across.add(learned(values, certain=certain))
        assert hits(bounded, texts) == hits(whole, texts)
        assert bounded.values == whole.values == len({one for two, _ in chunks for one in two})


def test_an_output_without_originals_is_read_once() -> None:
    across = Across(limit=100)
    for first in range(0, 1_000, 100):
        across.add(learned([f"1380000{n:04d}" for n in range(first, first + 100)], certain=True))
    looks = []

    def look(sieve: object) -> Iterator[np.ndarray]:
        looks.append(sieve)
        texts = [f"note {number}, 139{number:08d}" for number in range(500)]
        yield suspects_in(skeleton(TextColumn.from_strings(texts)), sieve)

    assert not list(across.passes(look))
    assert (len(looks), across.values) == (1, 1_000)


def test_only_what_may_stand_there_is_looked_for_again() -> None:
    across = Across(limit=100)
    values = [f"1380000{number:04d}" for number in range(1_000)]
    for first in range(0, 1_000, 100):
        across.add(learned(values[first : first + 100], certain=True))

    def look(sieve: object) -> Iterator[np.ndarray]:
        yield suspects_in(skeleton(TextColumn.from_strings([values[3], values[777]])), sieve)

    assert [sealed.count for sealed in across.passes(look)] == [2]
