"""Suggestions: the optimum of the lattice, the target reached, and what is emptied."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.plan import Plan
from aitransparency.deid.risk.hierarchy import hierarchy
from aitransparency.deid.risk.suggest import emptied_cells
from aitransparency.deid.techniques import Keep
from aitransparency.errors import ColumnNotFoundError, InputError

JOBS = {
    "护士": ["医疗", "服务"],
    "医生": ["医疗", "服务"],
    "教师": ["教育", "服务"],
    "钳工": ["制造", "工业"],
    "焊工": ["制造", "工业"],
}


DAYS = ["month", "year", "decade"]
ADDRESSES = [
    "广东省深圳市南山区科苑路15号",
    "深圳市南山区深南大道1号",
    "广东省深圳市福田区福华路1号",
    "广东省广州市天河区体育西路3号",
    "北京市海淀区中关村大街1号",
    "北京市朝阳区建国路8号",
    "北京市朝阳区建国路9号",
]
OPEN = [f"width {width}, from 1000 on one" for width in (50, 100, 200, 400, 800)]


def people(seed: int, rows: int) -> pa.Table:
    draw = random.Random(seed)
    return pa.table(
        {
            "age": [min(90, int(draw.gauss(45, 15))) for _ in range(rows)],
            "sex": [draw.choice("FM") for _ in range(rows)],
            "zip": [f"5180{draw.randrange(100):02d}" for _ in range(rows)],
            "job": [draw.choice(list(JOBS)) for _ in range(rows)],
        }
    )


def exhaustive(table: pa.Table, k: int, most: int) -> float:
    """Return the least loss by trying every node row by row, in plain Python."""
    names = table.column_names
    given = {"job": JOBS}
    made = []
    for name in names:
        values = table[name].combine_chunks().dictionary_encode()
        levels = hierarchy(values.dictionary, name, given.get(name)).levels
        codes = values.indices.to_pylist()
        made.append(
            [([level.codes[c] for c in codes], [level.cost[c] for c in codes]) for level in levels]
        )
    best = 2.0
    for node in product(*(range(len(levels)) for levels in made)):
        chosen = [levels[level] for levels, level in zip(made, node, strict=True)]
        rows = list(zip(*(codes for codes, _ in chosen), strict=True))
        sizes = Counter(rows)
        small = [sizes[row] < k for row in rows]
        if sum(small) > most:
            continue
        costs = list(zip(*(cost for _, cost in chosen), strict=True))
        loss = sum(
            len(names) if bad else sum(cost) for bad, cost in zip(small, costs, strict=True)
        ) / (len(rows) * len(names))
        best = min(best, loss)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_search_finds_the_optimum(seed: int) -> None:
    """Expected value: every node tried, row by row."""
    rows = 60 + 30 * seed
    table = people(seed, rows)
    found = deid.risk(table, quasi_identifiers=table.column_names).suggest(
        k=3 + seed % 3, max_suppressed=0.1, hierarchies={"job": JOBS}
    )
    assert found.proven
    assert found.bound == pytest.approx(exhaustive(table, 3 + seed % 3, int(0.1 * rows)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.sampled_from([0.0, 0.02, 0.1, 0.5]))
def test_what_is_applied_has_the_k_that_was_promised(seed: int, k: int, share: float) -> None:
    table = people(seed, 80)
    names = table.column_names
    found = deid.risk(table, quasi_identifiers=names).suggest(k=k, max_suppressed=share)
    made = found.apply(table)
    again = deid.risk(made, quasi_identifiers=names)
    assert again.k >= found.k >= k
    assert found.max_risk == pytest.approx(1 / found.k)
    assert made.num_rows == table.num_rows
    emptied = np.any([made[name].is_null().to_numpy() for name in names], axis=0)
    assert emptied.sum() == found.records_suppressed
    assert sum(made[name].null_count for name in names) == found.cells_suppressed


def test_max_risk_asks_for_k() -> None:
    table = people(1, 200)
    measured = deid.risk(table, quasi_identifiers=["age", "sex"])
    assert measured.suggest(k=2, max_risk=0.05).k >= 20
    assert measured.suggest(k=2, max_risk=0.5).k >= 2


def test_a_table_that_is_good_already_stays_as_it_is() -> None:
    table = pa.table({"age": [30] * 5 + [40] * 5, "sex": ["F"] * 5 + ["M"] * 5})
    found = deid.risk(table, quasi_identifiers=["age", "sex"]).suggest(k=5)
    assert found.levels == {"age": "as it is", "sex": "as it is"}
    assert (found.loss, found.cells_suppressed, found.discernibility) == (0.0, 0, 50)
    assert found.apply(table).equals(table)


def test_local_suppression_empties_the_column_that_joins_most() -> None:
    """Two pairs differ in the second column only: emptying it joins each, by hand."""
    codes = [np.array([0, 0, 1, 1, 2]), np.array([0, 1, 2, 3, 4])]
    emptied = emptied_cells([one.astype(np.int32) for one in codes], np.array([1, 1, 1, 1, 6]), 2)
    assert [one.tolist() for one in emptied] == [
        [False, False, False, False, False],
        [True, True, True, True, False],
    ]


def test_a_lonely_record_takes_a_class_with_it() -> None:
    codes = [np.array([0, 1], np.int32), np.array([0, 1], np.int32)]
    emptied = emptied_cells(codes, np.array([5, 1]), 3)
    assert all(one.all() for one in emptied)


@pytest.mark.parametrize(
    ("values", "names", "reason"),
    [
        ([1990.5, 2000.0, 2010.25], ["width 16"], "narrower intervals join nothing"),
        (list(range(18, 90)), ["width 5", "width 10", "width 20", "width 40"], "ages"),
        (["1990-01-02", "1991-05-06"], [], "a decade joins all"),
        (["1990-01-02", "1990-01-09", "1991-02-03"], ["month"], "a year is no coarser"),
        (["440305", "440306", "440401", "110101"], ["first 4", "first 2"], "GB/T 2260, two by two"),
        (["甲", "乙"], [], "no order and no code"),
        (
            ["1990/5/1", "1990-05-20", "1990.7.1", "1991年1月3日", "2004.2.2"],
            DAYS,
            "days in any spelling",
        ),
        ([19900501, 19900520, 19900701, 19910103, 20040202], DAYS, "days as whole numbers"),
        (["44030512", "44030599"], [], "eight digits that are no day"),
        (ADDRESSES, ["district", "city", "province"], "addresses"),
        ([None, *ADDRESSES], ["district", "city", "province"], "and nulls"),
        (["深圳市", "广州市", "北京市"], ["province"], "names of cities"),
        (["中山路1号", "人民路2号", *ADDRESSES[:1]], [], "too few tell their city"),
        (["3000", "12000", "450", "99999"], ["width 5000", "width 20000"], "numbers as text"),
        ([*range(0, 1_000, 10), 10**6], OPEN, "one far above the others"),
        ([True, False], [], "truth"),
        ([7, 7], [], "one value"),
        ([None, None], [], "nothing known"),
    ],
)
def test_the_type_of_a_column_makes_its_hierarchy(values, names, reason) -> None:
    made = hierarchy(pa.array(values).unique(), "c").names
    assert list(made) == ["as it is", *names, "*"], reason


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"k": 0}, InputError, "k lies within 1"),
        ({"k": 99}, InputError, "k lies within 1"),
        ({"max_risk": 0.0}, InputError, "max_risk"),
        ({"max_suppressed": 2}, InputError, "max_suppressed"),
        ({"hierarchies": {"x": {}}}, ColumnNotFoundError, "'x'"),
        ({"hierarchies": {"sex": {"F": ["a"]}}}, InputError, "lacks 1 of 2 values"),
        ({"hierarchies": {"sex": {"F": ["a"], "M": []}}}, InputError, "different depths"),
        (
            {"hierarchies": {"age": {30: ["a", "x"], 31: ["a", "y"], 40: ["b", "x"]}}},
            InputError,
            "parts values",
        ),
    ],
)
def test_wrong_use_says_what_to_do(arguments, error, words) -> None:
    table = pa.table({"age": [30, 31, 40], "sex": ["F", "M", "F"]})
    measured = deid.risk(table, quasi_identifiers=["age", "sex"])
    with pytest.raises(error, match=words):
        measured.suggest(**({"k": 2, "max_suppressed": 1.0} | arguments))


def test_a_place_is_called_by_the_finest_part_it_has() -> None:
    values = pa.array([f"广东省深圳市南山区{n}号" for n in range(19)] + ["广东省深圳市", None])
    made = hierarchy(values, "住址")
    assert made.names == ("as it is", "district", "city", "*")
    assert made.labels[1].to_pylist() == ["广东省深圳市南山区"] * 19 + ["广东省深圳市", None]
    lacking = pa.array(["广东省深圳市南山区1号", "广东省深圳市", "广东省广州市", "湖北省", None])
    assert hierarchy(lacking, "住址").names == ("as it is", "province", "*")


def test_what_lies_above_costs_its_own_width() -> None:
    """By hand: 1,000 to 1,000,000 is one band, of nearly the whole range."""
    made = hierarchy(pa.array([*range(0, 1_000, 10), 10**6]), "pay").levels[1]
    assert made.labels[-1].as_py() == "1000+"
    assert made.cost[0] == pytest.approx(50 / 1e6)
    assert made.cost[-1] == pytest.approx((1e6 - 1_000) / 1e6)


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_gives_the_same_places_days_and_pay(seed: int) -> None:
    draw = random.Random(seed)
    table = pa.table(
        {
            "住址": [draw.choice(ADDRESSES) for _ in range(200)],
            "出生": [f"19{draw.randrange(50, 99)}/{draw.randrange(1, 13)}/9" for _ in range(200)],
            "收入": [str(int(draw.lognormvariate(9, 1))) for _ in range(200)],
        }
    )
    names = table.column_names
    found = deid.risk(table, quasi_identifiers=names).suggest(k=4, max_suppressed=0.3)
    plan = found.to_plan(Plan(dict.fromkeys(names, Keep())))
    made, wanted = deid.deidentify(table, plan).data, found.apply(table)
    for name in names:
        shown = wanted[name].is_valid()
        assert made[name].filter(shown).to_pylist() == wanted[name].filter(shown).to_pylist()


def test_a_plan_gives_the_same_values() -> None:
    table = people(7, 120).drop_columns(["job"])
    names = table.column_names
    found = deid.risk(table, quasi_identifiers=names).suggest(k=4, max_suppressed=0.3)
    plan = found.to_plan(Plan(dict.fromkeys(names, Keep())))
    made, wanted = deid.deidentify(table, plan).data, found.apply(table)
    for name in names:
        shown = wanted[name].is_valid()
        assert made[name].filter(shown).to_pylist() == wanted[name].filter(shown).to_pylist()


def test_a_hierarchy_of_ones_own_has_no_technique() -> None:
    table = people(3, 60).select(["job"])
    given = {"job": JOBS}
    found = deid.risk(table, quasi_identifiers=["job"]).suggest(k=15, hierarchies=given)
    assert found.levels["job"].startswith("level")
    with pytest.raises(InputError, match="use apply"):
        found.to_plan(Plan({"job": Keep()}))


def test_a_suggestion_is_for_the_rows_that_were_measured() -> None:
    table = people(2, 50)
    found = deid.risk(table, quasi_identifiers=["age"]).suggest(k=2)
    with pytest.raises(InputError, match="is for 50 rows, the frame has 49"):
        found.apply(table.slice(1))
