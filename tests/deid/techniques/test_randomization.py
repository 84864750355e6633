"""Noise, Permute and Microaggregate: what is promised of them, in numbers."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aitransparency import deid
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import KeyMaterialError, PlanError, ValueMismatchError

KEY = deid.Key(bytes(range(32)))
ROWS = 20_000


def noise_of(technique: deid.Noise) -> np.ndarray:
    table = pa.table({"x": pa.array(np.zeros(ROWS)), "row": pa.array(np.arange(ROWS))})
    plan = deid.Plan({"x": technique, "row": deid.Keep()})
    return deid.deidentify(table, plan, key=KEY).data["x"].to_numpy()


@pytest.mark.parametrize(
    ("technique", "distribution"),
    [
        (deid.Noise(scale=3, decimals=9), stats.laplace(scale=3)),
        (deid.Noise(epsilon=0.5, sensitivity=2, decimals=9), stats.laplace(scale=4)),
        (deid.Noise(distribution="gaussian", scale=3, decimals=9), stats.norm(scale=3)),
        (deid.Noise(scale=3, decimals=9, by="row"), stats.laplace(scale=3)),
    ],
)
def test_noise_has_the_distribution_that_is_stated(
    technique: deid.Noise, distribution: stats.rv_continuous
) -> None:
    assert stats.kstest(noise_of(technique), distribution.cdf).pvalue > 0.001


def test_noise_keeps_the_type_and_rounds() -> None:
    table = pa.table(
        {
            "whole": pa.array([100, None], pa.int32()),
            "broken": [1.5, None],
            "text": ["12.25", None],
        }
    )
    plan = deid.Plan({name: deid.Noise(scale=2) for name in table.column_names})
    made = deid.deidentify(table, plan, key=KEY).data
    assert made.schema == table.schema
    assert all(column.to_pylist()[1] is None for column in made.columns)
    assert len(str(made["broken"][0]).partition(".")[2]) <= 2


def test_noise_stays_in_the_range_of_the_type() -> None:
    table = pa.table({"x": pa.array([0, 255] * 50, pa.uint8()), "row": range(100)})
    plan = deid.Plan({"x": deid.Noise(scale=500, by="row"), "row": deid.Keep()})
    made = deid.deidentify(table, plan, key=KEY).data["x"]
    assert made.type == pa.uint8()
    assert len(set(made.to_pylist())) > 5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)), min_size=2),
    st.integers(1, 400),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d 08:30:00"]),
)
def test_a_person_s_intervals_stay(days: list[datetime.date], limit: int, form: str) -> None:
    table = pa.table(
        {
            "in": pa.array([one.strftime(form) for one in days]),
            "out": pa.array(days[::-1]),  # another column, another type: the same shift
            "who": ["p1"] * len(days),
        }
    )
    noise = deid.Noise(days=limit, by="who")
    plan = deid.Plan({"in": noise, "out": noise, "who": deid.Keep()})
    made = deid.deidentify(table, plan, key=KEY).data
    entered = [datetime.datetime.strptime(one, form).date() for one in made["in"].to_pylist()]
    shifts = {new - old for new, old in zip(entered, days, strict=True)}
    shifts |= {new - old for new, old in zip(made["out"].to_pylist(), days[::-1], strict=True)}
    assert len(shifts) == 1
    assert 1 <= abs(shifts.pop().days) <= limit


def test_persons_move_apart_and_both_ways() -> None:
    table = pa.table({"d": ["2024-01-15"] * 300, "who": [f"p{n}" for n in range(300)]})
    plan = deid.Plan({"d": deid.Noise(days=3, by="who"), "who": deid.Keep()})
    made = deid.deidentify(table, plan, key=KEY).data["d"].to_pylist()
    assert sorted(set(made)) == [f"2024-01-{day}" for day in (12, 13, 14, 16, 17, 18)]


def test_a_date_without_a_person_does_not_fit() -> None:
    table = pa.table({"d": ["2024-01-15", "2024-01-15"], "who": ["p1", None]})
    plan = deid.Plan({"d": deid.Noise(days=3, by="who"), "who": deid.Keep()})
    with pytest.raises(ValueMismatchError, match=r"'d' \(first in row 1\): 1 value"):
        deid.deidentify(table, plan, key=KEY)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "one of scale"),
        ({"scale": 1, "days": 3, "by": "x"}, "one of scale"),
        ({"scale": 0}, "above 0"),
        ({"scale": float("inf")}, "above 0"),
        ({"epsilon": 1}, "go together"),
        ({"epsilon": 1, "sensitivity": 1, "distribution": "gaussian"}, "epsilon is for laplace"),
        ({"days": 3}, "needs by"),
        ({"days": 0, "by": "x"}, "days"),
        ({"scale": 1, "distribution": "uniform"}, "laplace or gaussian"),
    ],
)
def test_wrong_parameters(parameters: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        deid.Noise(**parameters)  # type: ignore[arg-type]


def test_a_scale_on_a_date_fails_before_a_row_is_read() -> None:
    table = pa.table({"d": pa.array([datetime.date(2024, 1, 1)])})
    with pytest.raises(PlanError, match=r"column 'd'.*takes days"):
        deid.deidentify(table, deid.Plan({"d": deid.Noise(scale=1)}), key=KEY)


def test_a_column_that_is_looked_at_must_be_there() -> None:
    table = pa.table({"d": ["2024-01-01"]})
    with pytest.raises(Exception, match="'who'"):
        deid.deidentify(table, deid.Plan({"d": deid.Noise(days=1, by="who")}), key=KEY)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.integers(0, 3), min_size=2, max_size=60))
def test_a_permutation_keeps_all_values(values: list[int | None]) -> None:
    table = pa.table({"x": pa.array(values, pa.int64())})
    made = deid.deidentify(table, deid.Plan({"x": deid.Permute()}), key=KEY).data["x"].to_pylist()
    order = [(one is None, one) for one in values]
    assert sorted((one is None, one or 0) for one in made) == sorted((a, b or 0) for a, b in order)


def test_no_row_keeps_its_own_value() -> None:
    table = pa.table({"x": pa.array(np.arange(5_000))})
    made = deid.deidentify(table, deid.Plan({"x": deid.Permute()}), key=KEY).data["x"].to_numpy()
    assert not (made == np.arange(5_000)).any()
    assert abs(np.corrcoef(made, np.arange(5_000))[0, 1]) < 0.05


def test_a_permutation_within_groups_stays_in_them() -> None:
    group = np.arange(3_000) % 7
    table = pa.table({"x": pa.array(group * 10_000 + np.arange(3_000)), "g": pa.array(group)})
    plan = deid.Plan({"x": deid.Permute(within="g"), "g": deid.Keep()})
    made = deid.deidentify(table, plan, key=KEY).data["x"].to_numpy()
    assert (made // 10_000 == group).all()
    assert not (made == table["x"].to_numpy()).any()


def test_a_permutation_needs_a_key() -> None:
    with pytest.raises(KeyMaterialError, match="column 'x'"):
        deid.deidentify(pa.table({"x": [1, 2]}), deid.Plan({"x": deid.Permute()}))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=80), st.integers(2, 9))
def test_every_mean_stands_for_k_rows_or_more(values: list[int], k: int) -> None:
    outcome = deid.Microaggregate(k=k).apply(pa.array(np.array(values, float)), Place("x"))
    assert outcome.misfit is not None
    if len(values) < k:
        assert outcome.misfit.all()
        return
    made = np.array(outcome.values.to_pylist())
    assert np.unique(made, return_counts=True)[1].min() >= k
    assert made.sum() == pytest.approx(sum(values), abs=0.01 * len(values))
    # The order of rows is that of the values: nobody overtakes.
    order = np.argsort(values, kind="stable")
    assert (np.diff(made[order]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("values", "k", "expected", "reason"),
    [
        ([1, 2, 9, 10], 2, [2, 2, 10, 10], "means of 1.5 and 9.5, rounded half to even"),
        ([5.0, 1.0, 3.0], 3, [3.0] * 3, "one group"),
        ([1.0, 2.0, 3.0, 10.0, 20.0], 2, [1.5, 1.5, 11.0, 11.0, 11.0], "the last group takes 3"),
        (["4", None, "8"], 2, ["6", None, "6"], "text"),
        (["2024-01-01", "2024-01-03"], 2, ["2024-01-02"] * 2, "dates in text"),
        ([datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)], 2,
         [datetime.date(2024, 1, 16)] * 2, "dates"),
    ],
)  # fmt: skip
def test_means(values: list[object], k: int, expected: list[object], reason: str) -> None:
    table = pa.table({"x": pa.array(values)})
    plan = deid.Plan({"x": deid.Microaggregate(k=k)})
    assert deid.deidentify(table, plan).data["x"].to_pylist() == expected, reason
