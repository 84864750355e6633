"""Classes are those of a dictionary of the rows, in the order of first appearance."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.risk import k_anonymity, l_diversity, risk, t_closeness
from aitransparency.deid.risk.classes import classes_of, combine, encode, sizes_of
from aitransparency.deid.risk.radix import BLOCK
from aitransparency.errors import ColumnNotFoundError, InputError

LONG = "x" * 40
MOMENTS = [datetime.datetime(2020, 1, 1, 5), datetime.datetime(1950, 1, 1)]
DAYS = [datetime.date(1990, 1, 1), datetime.date(2020, 2, 29)]
VALUES: dict[str, tuple[list[object], pa.DataType]] = {
    "one width": (["440305", "440306", "110101"], pa.string()),
    "Chinese": (["深圳市", "广州市", "惠州市"], pa.large_string()),
    "short": (["", "a", "ab", "abc"], pa.string()),
    "long": ([LONG, LONG + "y", "z"], pa.string()),
    "zero bytes": (["a", "a\0", "\0a"], pa.string()),
    "view": (["a", "longer than twelve bytes", "b"], pa.string_view()),
    "wide numbers": ([-(2**63), 2**63 - 1, 0], pa.int64()),
    "unsigned": ([2**64 - 1, 0, 7], pa.uint64()),
    "small": ([-3, 0, 4], pa.int8()),
    "floats": ([0.0, 1.5, -1e300], pa.float64()),
    "narrow floats": ([0.25, 3.0], pa.float32()),
    "days": (DAYS, pa.date32()),
    "moments": (MOMENTS, pa.timestamp("us")),
    "truth": ([True, False], pa.bool_()),
    "category": (["a", "bc", "d"], pa.dictionary(pa.int8(), pa.string())),
    "decimals": ([Decimal("1.50"), Decimal("-3.25")], pa.decimal128(9, 2)),
    "bytes": ([b"a", b"\0"], pa.binary()),
    "nothing": ([None], pa.null()),
}


def expected(rows: list[tuple[object, ...]]) -> tuple[list[int], list[int]]:
    """Return the class of each row and the first row of each class, by a dictionary."""
    seen: dict[tuple[object, ...], int] = {}
    ids = [seen.setdefault(row, len(seen)) for row in rows]
    return ids, [ids.index(one) for one in range(len(seen))]


def column(draw: st.DrawFn, rows: int) -> tuple[list[object], pa.ChunkedArray]:
    known, kind = VALUES[draw(st.sampled_from(sorted(VALUES)))]
    values = draw(st.lists(st.sampled_from([*known, None]), min_size=rows, max_size=rows))
    whole = pa.array([known[0], None, *values], kind).slice(2)  # an offset, as slices have
    cut = draw(st.integers(0, rows))
    return values, pa.chunked_array([whole.slice(0, cut), whole.slice(cut)], kind)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[tuple[object, ...]], pa.Table]:
    rows = draw(st.integers(1, 30))
    made = [column(draw, rows) for _ in range(draw(st.integers(1, 4)))]
    names = [str(place) for place in range(len(made))]
    table = pa.table([one for _, one in made], names=names)
    return list(zip(*(values for values, _ in made), strict=True)), table


@settings(max_examples=400, deadline=None)
@given(tables())
def test_classes_are_those_of_a_dictionary(made) -> None:
    rows, table = made
    found = classes_of(table)
    ids, first = expected(rows)
    assert (found.ids.tolist(), found.first.tolist()) == (ids, first)
    assert found.sizes.tolist() == [ids.count(one) for one in range(len(first))]
    assert sorted(sizes_of(table).tolist()) == sorted(found.sizes.tolist())
    for values, chunked in zip(zip(*rows, strict=True), table.columns, strict=True):
        coded = encode(chunked)
        assert coded.values.take(pa.array(coded.codes)).to_pylist() == list(values)
        assert coded.codes.tolist() == expected([(one,) for one in values])[0]


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ([0.0, -0.0, 1.0], [0, 0, 1]),
        ([math.nan, None, 1.0, math.nan], [0, 0, 1, 0]),
    ],
    ids=["zeros are equal", "NaN is null"],
)
def test_floats_that_are_equal(values: list[float | None], ids: list[int]) -> None:
    made = encode(pa.array(values, pa.float64(), from_pandas=False))
    assert made.codes.tolist() == ids


def test_a_dictionary_may_hold_a_value_twice_and_null() -> None:
    twice = pa.DictionaryArray.from_arrays([0, 1, 2, 3, None], ["a", "b", "a", None])
    assert encode(twice).codes.tolist() == [0, 1, 0, 2, 2]


@pytest.mark.parametrize("values", [50, 1_500, 200_000], ids=["counted", "sparse", "hashed"])
def test_many_rows_are_those_of_numpy(values: int) -> None:
    """More rows than one thread takes; numpy counts the classes from the rows themselves."""
    rows = 4 * BLOCK + 1_000
    draw = np.random.default_rng(7)
    left, right = draw.integers(0, values, rows), draw.integers(0, values, rows) * 1_000
    table = pa.table({"left": left, "right": np.char.mod("%09d", right)})
    found = classes_of(table)
    _, at, sizes = np.unique(left * 10**9 + right, return_index=True, return_counts=True)
    order = np.argsort(at)
    assert np.array_equal(found.first, at[order])
    assert np.array_equal(found.sizes, sizes[order])
    assert np.array_equal(found.first[found.ids], at[order][found.ids])
    assert k_anonymity(table, ["left", "right"]) == sizes.min()


def test_many_wide_columns_stay_exact() -> None:
    """Eight columns of 50,000 values: the product of their ranges is far above 64 bits."""
    draw = np.random.default_rng(5)
    codes = [draw.permutation(50_000).astype(np.int32) for _ in range(8)]
    names = list("abcdefgh")
    assert len(classes_of(pa.table(codes, names=names)).sizes) == 50_000
    doubled = [np.concatenate([codes[0], codes[0]])] * 8
    assert (classes_of(pa.table(doubled, names=names)).sizes == 2).all()
    assert len(combine(codes, [50_000] * 8, 50_000).sizes) == 50_000
    assert (combine(doubled, [50_000] * 8, 100_000).sizes == 2).all()


PEOPLE = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sampled_from([*"xyz", None])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(PEOPLE)
def test_one_figure_alone_is_that_of_all_together(rows) -> None:
    table = pa.table(list(zip(*rows, strict=True)), names=["sex", "age", "ill"])
    found = risk(table, quasi_identifiers=["sex", "age"], sensitive=["ill", "age"])
    sizes = Counter(row[:2] for row in rows)
    kinds = Counter(row[:2] for row in set(rows))
    assert k_anonymity(table, ["sex", "age"]) == found.k == min(sizes.values())
    told = l_diversity(table, ["sex", "age"], "ill")
    assert told == found.sensitive["ill"].distinct_l == min(kinds.values())
    for name in ("ill", "age"):
        assert t_closeness(table, ["sex", "age"], name) == found.sensitive[name].t


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        ("sex", InputError, "list of columns"),
        ([], InputError, "at least one"),
        (["x"], ColumnNotFoundError, "'x'"),
    ],
)
def test_wrong_use_of_one_figure(names, error, words) -> None:
    table = pa.table({"sex": ["F"], "ill": ["a"]})
    for call in (
        lambda: k_anonymity(table, names),
        lambda: l_diversity(table, names, "ill"),
        lambda: t_closeness(table, names, "ill"),
    ):
        with pytest.raises(error, match=words):
            call()
    with pytest.raises(ColumnNotFoundError, match="'y'"):
        l_diversity(table, ["sex"], "y")


@pytest.mark.parametrize("values", [40, 3_000], ids=["one bit map", "by codes"])
def test_l_of_many_classes_is_that_of_a_dictionary(values: int) -> None:
    """Fewer and more classes than one bit map of classes and values has room for."""
    draw = np.random.default_rng(3)
    rows = 40_000
    table = pa.table(
        {
            "left": draw.integers(0, values, rows) * 7,
            "right": draw.integers(0, 2, rows),
            "ill": draw.integers(0, 30, rows),
        }
    )
    kinds: dict[tuple[int, int], set[int]] = {}
    for left, right, ill in zip(*(one.to_pylist() for one in table.columns), strict=True):
        kinds.setdefault((left, right), set()).add(ill)
    assert l_diversity(table, ["left", "right"], "ill") == min(map(len, kinds.values()))
