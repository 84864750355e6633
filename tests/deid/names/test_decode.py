"""The decoder: against enumeration of all label paths, and compiled loops against arrays."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.column import TextColumn
from aitransparency.deid.names import fast, labels
from aitransparency.deid.names.decode import marginals
from aitransparency.deid.names.fast import Room, compiled, laid_out
from aitransparency.deid.names.model import model
from aitransparency.deid.names.ngrams import NgramTable
from aitransparency.deid.names.sentences import sentences

TEXTS = [
    "王小明和李娜去找张总，Zhang Wei 没来。",
    "新华社记者刘建华报道：总统克里斯托弗·约翰逊发表讲话",
    "",
    "高温天气马上联系师傅。方便时回电！",
    "王 伟\n李 娜\n\n欧阳雪梅",
    "这是一段没有标点的文字" * 60,
    "🙂王小明🙂",
]


def by_enumeration(trained, scores):
    """Return the probability that each character is in a name, summed over every allowed path."""
    total, person = 0.0, np.zeros(len(scores))
    inside = [labels.PERSON_BEGIN, labels.PERSON_MIDDLE, labels.PERSON_END, labels.PERSON_ONLY]
    factor = np.exp((scores.astype(float) - scores.max(1, keepdims=True).astype(float)) / 16)
    for path in product(range(labels.COUNT), repeat=len(scores)):
        if not (labels.FIRST[path[0]] and labels.LAST[path[-1]]):
            continue
        weight = np.prod([factor[t, y] for t, y in enumerate(path)])
        for before, after in pairwise(path):
            weight *= float(trained.moves[before, after])
        total += weight
        person += weight * np.isin(path, inside)
    return person / total


@pytest.mark.parametrize("text", ["王小明", "找李娜", "陈医生", "和平路"])
def test_marginals_are_those_of_all_paths(text):
    trained = model()
    laid = sentences(TextColumn.from_strings([text]), trained.alphabet)
    scores = trained.scores(laid)
    found = marginals(trained, scores, laid.first, laid.length)
    first = int(laid.first[0])
    here = slice(first, first + len(text))
    expected = by_enumeration(trained, scores[here])
    np.testing.assert_allclose(found.person[here], expected, atol=2e-3)


def test_compiled_loops_give_the_same_bits():
    trained = model()
    column = TextColumn.from_strings(TEXTS * 3)
    laid, also = sentences(column, trained.alphabet), laid_out(trained, column, Room())
    for name in ("ids", "gaps", "start", "end", "first", "length"):
        np.testing.assert_array_equal(getattr(laid, name), getattr(also, name), err_msg=name)
    slow = marginals(trained, trained.scores(laid), laid.first, laid.length)
    quick = compiled(trained, laid, Room())
    for name in ("person", "begin", "only", "closes", "closes_later"):
        np.testing.assert_array_equal(getattr(slow, name), getattr(quick, name), err_msg=name)


def test_forbidden_steps_stay_forbidden():
    moves = model().moves
    assert not moves[~labels.ALLOWED].any()
    assert (moves[labels.ALLOWED] > 0).all()


@pytest.mark.parametrize("count", [1, 2, 50, 5000])
def test_a_table_gives_each_key_a_row_of_its_own(count):
    keys = np.random.default_rng(count).choice(1 << 40, count, replace=False).astype(np.uint64)
    keys[0] = 0
    table = NgramTable.build(np.unique(keys))
    rows = table.rows(np.unique(keys))
    assert len(np.unique(rows)) == len(np.unique(keys))
    assert rows.min() > 0
    others = np.random.default_rng(99).integers(1 << 41, 1 << 42, 20_000).astype(np.uint64)
    assert np.mean(table.rows(others) > 0) < 0.002


BYTES = st.lists(
    st.lists(
        st.sampled_from([b"Ab", b"Zhang", b"'", b" ", b"\xe7\x8e\x8b", b"1", b"\xff\xc3"])
    ).map(b"".join),
    max_size=6,
)


@settings(deadline=None)  # the first use compiles
@given(BYTES)
def test_compiled_loops_read_the_same_texts(rows):
    """Sentences, runs of letters and places, of any bytes at all: Arrow does not check UTF-8."""
    data = np.frombuffer(b"".join(rows), np.uint8)
    offsets = np.cumsum([0, *map(len, rows)])
    column = TextColumn(data, offsets)
    slow, quick = sentences(column, model().alphabet), laid_out(model(), column, Room())
    for name in ("ids", "gaps", "start", "end", "first", "length"):
        np.testing.assert_array_equal(getattr(slow, name), getattr(quick, name), err_msg=name)
    marked = np.arange(1 << 16) % 3 == 1
    letter, capital = np.zeros((2, 256), np.bool_)
    letter[65:91] = letter[97:123] = letter[39] = capital[65:91] = True
    arguments = (data, offsets, letter, capital)
    np.testing.assert_array_equal(
        fast.letter_runs_by_arrays(*arguments), fast.letter_runs(*arguments)
    )
    np.testing.assert_array_equal(np.flatnonzero(marked[slow.ids]), fast.places(slow.ids, marked))
