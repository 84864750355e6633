"""Errors and group figures against tables counted by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aitransparency.explain.notice.measured import Results, groups_of, tens

# 100 people with sex F, 200 with M. Of F, 50 get a good result; of M, 150.
SEX = pa.array(["F"] * 100 + ["M"] * 200)
AMOUNT = np.array([1.0] * 50 + [0.0] * 50 + [1.0] * 150 + [0.0] * 50)
# Records: F 80 good (50 of them refused 30), M 160 good (10 refused), the rest unfavourable.
RECORD = np.array([1.0] * 80 + [0.0] * 20 + [1.0] * 160 + [0.0] * 40)


def test_errors_by_hand():
    errors = Results(AMOUNT, RECORD, True).errors()
    # F: 50 agree good, 20 agree bad; M: 150 agree good, 40 agree bad, 10 refused.
    assert errors.agree.value == round(260 / 300, 3)
    assert errors.wrongly_against.value == round(40 / 240, 3)
    assert errors.wrongly_for.value == 0
    assert errors.people == 300


def test_groups_by_hand():
    table = Results(AMOUNT, RECORD, True).by_group(SEX, "sex", False, "sex")
    largest, other = table.groups
    assert (largest.value, largest.people, largest.reference) == ("M", 200, True)
    assert (largest.result.value, other.result.value) == (0.75, 0.5)
    assert other.gap.value == -0.25
    assert other.gap.high < 0
    assert other.ratio.value == round(0.5 / 0.75, 3)
    assert other.wrongly_against.value == round(30 / 80, 3)
    assert np.isnan(largest.gap.value)


def test_a_small_group_shows_nothing():
    column = pa.array(["A"] * 100 + ["B"] * 29)
    table = Results(np.ones(129), None, True).by_group(column, "race", True, "race")
    small = table.groups[1]
    assert (small.value, small.people) == ("B", 0)
    assert np.isnan(small.result.value)


def test_nothing_recorded_gives_no_errors():
    assert Results(AMOUNT, None, True).errors() is None
    assert Results(AMOUNT, np.full(300, np.nan), True).errors() is None


def test_numbers_compare_means_and_median_errors():
    amount = np.array([100.0] * 40 + [80.0] * 40)
    record = np.array([105.0] * 40 + [100.0] * 40)
    results = Results(amount, record, False)
    errors = results.errors()
    assert errors.half_within == 12.5  # half the errors are 5, half 20
    assert errors.agree.value == 0.5  # 5 of 105 is within a tenth, 20 of 100 is not
    column = pa.array(["rich"] * 40 + ["poor"] * 40)
    table = results.by_group(column, "ability", True, "means")
    assert [group.result.value for group in table.groups] == [80.0, 100.0]  # equal sizes: by name
    assert table.groups[1].gap.value == 20.0


@pytest.mark.parametrize(
    ("column", "names", "why"),
    [
        (pa.array([0, 1, 1, None]), ["0", "1"], "few values are groups of their own"),
        (pa.array([True, False, None, True]), ["true", "false"], "truth values"),
        (pa.array(["a", "b", None, "a"]).dictionary_encode(), ["a", "b"], "dictionaries"),
    ],
)
def test_groups_of_a_column(column, names, why):
    made, codes = groups_of(column)
    assert made == names, why
    assert (codes == -1).sum() == 1


def test_numbers_are_cut_at_quartiles_and_show_no_extreme():
    made, codes = groups_of(pa.array(np.arange(1.0, 101.0)))
    assert made == ["..25.75", "25.75..50.5", "50.5..75.25", "75.25.."]
    assert np.bincount(codes).tolist() == [25, 25, 25, 25]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (4, 0), (5, 10), (14, 10), (1989, 1990)])
def test_counts_are_rounded_to_ten(count, shown):
    assert tens(count) == shown
