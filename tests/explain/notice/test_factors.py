"""Shapes against functions whose shape is known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aitransparency.explain.attributions import Attributions
from aitransparency.explain.notice.factors import factors, shape_of_numbers

X = np.linspace(0, 10, 600)
NOISE = np.random.default_rng(0).normal(0, 0.05, 600)


@pytest.mark.parametrize(
    ("amounts", "shape", "turning", "why"),
    [
        (X - 5, "rising", None, "a straight line"),
        (-np.sqrt(X), "falling", None, "a falling curve"),
        (np.log(X + 0.1), "rising", None, "steep first, flat later, and never back"),
        (np.where(X > 4, 1.0, -1.0), "threshold_up", 4.0, "a clean step"),
        (np.where(X > 7, -1.0, 0.2), "threshold_down", 7.0, "a step down"),
        (-((X - 5) ** 2), "middle", None, "best in the middle"),
        ((X - 5) ** 2, "ends", None, "best at both ends"),
        (np.sin(4 * X), "mixed", None, "up and down many times"),
        (np.zeros(600), "mixed", None, "it never moves"),
        (np.random.default_rng(1).normal(size=600), "mixed", None, "the value says nothing"),
    ],
)
def test_the_shape_of_a_known_function(amounts, shape, turning, why):
    made = shape_of_numbers(X, amounts + (NOISE if amounts.any() else 0))
    assert made[0] == shape, why
    if turning is not None:
        assert made[1] == pytest.approx(turning, abs=0.05)


def test_order_does_not_matter_and_missing_values_are_left_out():
    draw = np.random.default_rng(2).permutation(600)
    x, y = np.append(X[draw], np.nan), np.append((X > 4)[draw] * 1.0, 99.0)
    assert shape_of_numbers(x, y)[0] == "threshold_up"


@pytest.mark.parametrize("count", [0, 1, 19])
def test_too_few_people_say_nothing(count):
    assert shape_of_numbers(np.arange(float(count)), np.arange(float(count))) == ("mixed", None)


def test_shares_and_categories_by_hand():
    values = np.column_stack([np.tile([2.0, -2.0], 30), np.tile([0.5, 0.5], 30), np.zeros(60)])
    data = pa.table({"a": ["x", "y"] * 30, "b": np.arange(60.0), "c": ["only"] * 60})
    made = factors(Attributions(values, np.zeros(60), ("b", "a", "c"), "log-odds", data=data))
    assert [(one.name, one.share) for one in made] == [("b", 0.8), ("a", 0.2), ("c", 0.0)]
    made = factors(Attributions(values, np.zeros(60), ("a", "b", "c"), "log-odds", data=data))
    assert (made[0].shape, made[0].best, made[0].worst) == ("category", "x", "y")
    assert (made[2].best, made[2].worst) == (None, None)


def test_a_rare_category_is_not_named():
    data = pa.table({"a": ["x"] * 30 + ["y"] * 30 + ["z"] * 3})
    values = np.array([1.0] * 30 + [0.0] * 30 + [9.0] * 3).reshape(-1, 1)
    (made,) = factors(Attributions(values, np.zeros(63), ("a",), "log-odds", data=data))
    assert (made.best, made.worst) == ("x", "y")
