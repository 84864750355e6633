"""Intervals against figures that others published.

Newcombe, Statistics in Medicine 17 (1998): 857-872 (one share, table I, Wilson without continuity
correction) and 873-890 (differences, table II, method 10).
"""

from __future__ import annotations

import numpy as np
import pytest

from aitransparency.explain.notice import intervals


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits, count, low, high):
    made = intervals.share(hits, count)
    assert made.value == pytest.approx(hits / count)
    assert (made.low, made.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_as_published(one, two, low, high):
    made = intervals.difference(*one, *two)
    assert made.value == pytest.approx(one[0] / one[1] - two[0] / two[1])
    assert (made.low, made.high) == pytest.approx((low, high), abs=6e-5)


def test_ratio_by_hand():
    # 10 of 100 over 20 of 100: log 0.5 plus or minus 1.96 * sqrt(1/10 - 1/100 + 1/20 - 1/100).
    made = intervals.ratio(10, 100, 20, 100)
    half = 1.959964 * np.sqrt(0.1 - 0.01 + 0.05 - 0.01)
    assert tuple(made) == pytest.approx((0.5, 0.5 * np.exp(-half), 0.5 * np.exp(half)), rel=1e-6)


def test_means_agree_with_scipy():
    from scipy import stats

    draw = np.random.default_rng(1)
    one, two = draw.normal(3, 2, 40), draw.normal(5, 1, 25)
    made = intervals.mean(one)
    low, high = stats.t.interval(0.95, 39, one.mean(), stats.sem(one))
    assert (made.low, made.high) == pytest.approx((low, high))
    peer = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    made = intervals.mean_difference(one, two)
    assert (made.low, made.high) == pytest.approx((peer.low, peer.high))


@pytest.mark.parametrize(
    "made",
    [
        intervals.share(0, 0),
        intervals.difference(0, 0, 1, 2),
        intervals.ratio(0, 5, 1, 2),
        intervals.mean(np.array([1.0])),
        intervals.mean_difference(np.array([1.0]), np.array([1.0, 2.0])),
    ],
)
def test_what_cannot_be_computed_is_not(made):
    assert all(np.isnan(one) for one in made)
