"""What holds for the measures of any table, from their definitions."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.risk.hierarchy import hierarchy

QUASI = ["age", "city", "born"]
CITIES = ["广东省深圳市", "广东省广州市", "湖北省武汉市", "北京市", None]
BORN = ["1990-01-05", "1990-01-09", "1990-07-01", "1991-03-03", "2004-12-31", None]


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 50))

    def column(values: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    return pa.table(
        {
            "age": pa.array(column(st.one_of(st.none(), st.integers(18, 40))), pa.int64()),
            "city": pa.array(column(st.sampled_from(CITIES)), pa.string()),
            "born": pa.array(column(st.sampled_from(BORN)), pa.string()),
            "ill": pa.array(column(st.sampled_from([*"abc", None])), pa.string()),
            "pay": pa.array(column(st.one_of(st.none(), st.integers(1, 9))), pa.int64()),
        }
    )


def measured(table: pa.Table, quasi: list[str] = QUASI) -> deid.Risk:
    return deid.risk(table, quasi_identifiers=quasi, sensitive=["ill", "pay"])


@settings(max_examples=100, deadline=None)
@given(tables())
def test_every_figure_lies_in_its_range(table: pa.Table) -> None:
    found = measured(table)
    assert 1 <= found.k <= found.rows
    assert found.k * found.classes <= found.rows
    assert 0 <= found.prosecutor.share_at_risk <= 1
    assert 0 < found.prosecutor.mean <= found.prosecutor.highest == 1 / found.k
    assert found.prosecutor.mean == pytest.approx(found.classes / found.rows)
    for told in found.sensitive.values():
        assert 1 <= told.distinct_l <= found.k
        assert told.entropy_l <= told.distinct_l + 1e-9
        assert 0 <= told.t <= 1 + 1e-12
        assert 1 / max(found.sizes) <= told.alpha <= 1
        assert told.delta >= 0
        assert told.beta >= -1e-12
        assert told.enhanced_beta <= told.beta + 1e-12


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from([["age"], ["city", "born"], ["age", "born"]]))
def test_who_knows_less_is_no_greater_danger(table: pa.Table, fewer: list[str]) -> None:
    """k, l and alpha by definition; t by the subset property of Li et al. 2007, section 3."""
    more, less = measured(table), measured(table, fewer)
    assert less.k >= more.k
    assert less.unique_share <= more.unique_share
    assert less.prosecutor.mean <= more.prosecutor.mean + 1e-12
    _no_worse(less, more)


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from(QUASI), st.integers(0, 5))
def test_a_coarser_column_is_no_greater_danger(table: pa.Table, name: str, level: int) -> None:
    """The generalisation property of Li et al. 2007, section 3, and of k and l before."""
    levels = hierarchy(table[name].combine_chunks(), name).levels
    labels = levels[min(level, len(levels) - 1)].labels
    coarse = table.set_column(table.column_names.index(name), name, labels)
    fine, made = measured(table), measured(coarse)
    assert made.k >= fine.k
    _no_worse(made, fine)


def _no_worse(one: deid.Risk, other: deid.Risk) -> None:
    for name, told in one.sensitive.items():
        finer = other.sensitive[name]
        assert told.distinct_l >= finer.distinct_l
        assert told.entropy_l >= finer.entropy_l - 1e-9
        assert told.t <= finer.t + 1e-9
        assert told.alpha <= finer.alpha + 1e-9
        assert told.beta <= finer.beta + 1e-9


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(2, 4))
def test_a_table_repeated_hides_each_record_among_so_many_more(table: pa.Table, times: int) -> None:
    once, often = measured(table), measured(pa.concat_tables([table] * times))
    assert often.k == times * once.k
    assert often.classes == once.classes
    for name, told in once.sensitive.items():
        again = often.sensitive[name]
        assert (again.distinct_l, again.alpha) == (told.distinct_l, told.alpha)
        assert again.t == pytest.approx(told.t)


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(1, 5))
def test_equal_weights_thin_every_chance_alike(table: pa.Table, weight: int) -> None:
    weighed = table.append_column("w", pa.array([float(weight)] * len(table)))
    found = deid.risk(weighed, quasi_identifiers=QUASI, weights="w")
    assert found.journalist.highest == pytest.approx(found.prosecutor.highest / weight)
    assert found.journalist.mean == pytest.approx(found.prosecutor.mean / weight)
    assert found.population.size == weight * len(table)
    assert found.k == measured(table).k  # weights stand for people outside and change no class


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_order_of_rows_and_columns_is_nothing(table: pa.Table) -> None:
    turned = table.take(pa.array(range(len(table) - 1, -1, -1)))
    one, other = measured(table), measured(turned, QUASI[::-1])
    assert (one.k, one.classes, one.sizes, one.nulls) == (
        other.k, other.classes, other.sizes, other.nulls,
    )  # fmt: skip
    for name, told in one.sensitive.items():
        assert other.sensitive[name].t == pytest.approx(told.t)
        assert other.sensitive[name].recursive_c == pytest.approx(told.recursive_c)


def test_a_null_is_a_value_and_its_share_is_told() -> None:
    """By hand: (F, null) twice and (F, 30) once; the null illness is a second value of a class."""
    table = pa.table({"sex": ["F"] * 3, "age": [None, None, 30], "ill": ["a", None, "a"]})
    found = deid.risk(table, quasi_identifiers=["sex", "age"], sensitive=["ill"])
    assert (found.classes, found.k) == (2, 1)
    assert found.nulls == {"sex": 0.0, "age": pytest.approx(2 / 3)}
    assert found.sensitive["ill"].distinct_l == 1  # the class of one
    assert found.sizes == {1: 1, 2: 1}
