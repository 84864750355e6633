"""Stand-ins, against scipy and numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from aitransparency.errors import InputError
from aitransparency.explain import Feature, Features, stand_ins
from aitransparency.explain.proxies import as_approximated


def strength(one, other):
    found = stand_ins(pa.table({"x": one}), pa.table({"p": other}), least=0.0)
    return found[0].strength if found else None


def test_two_numbers_are_spearmans_rank_correlation():
    draw = np.random.default_rng(0)
    a = draw.normal(size=200).round(1)
    b = a**3 + draw.normal(size=200)
    assert strength(a, b) == pytest.approx(abs(stats.spearmanr(a, b).statistic))
    assert strength(a, -b) == pytest.approx(abs(stats.spearmanr(a, b).statistic))


def test_a_number_and_a_category_are_the_root_of_the_explained_variance():
    draw = np.random.default_rng(1)
    groups = draw.choice(["a", "b", "c"], 300)
    values = draw.normal(size=300) + (groups == "a") * 2.0
    frame = pd.DataFrame({"g": groups, "v": values})
    means = frame.groupby("g")["v"].transform("mean")
    expected = np.sqrt(((means - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum())
    assert strength(values, groups) == pytest.approx(expected)
    assert strength(groups, values) == pytest.approx(expected)


def test_two_categories_are_the_corrected_cramers_v():
    draw = np.random.default_rng(2)
    a = draw.choice(["x", "y", "z"], 500)
    b = np.where(draw.random(500) < 0.5, a, draw.choice(["x", "y", "z"], 500))
    table = pd.crosstab(a, b).to_numpy()
    chi2 = stats.chi2_contingency(table, correction=False).statistic
    n, (r, c) = 500, table.shape
    phi = max(0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    r_, c_ = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    assert strength(a, b) == pytest.approx(np.sqrt(phi / min(r_ - 1, c_ - 1)))


@pytest.mark.parametrize(
    ("one", "other", "expected", "reason"),
    [
        (["a", "b"] * 50, ["m", "f"] * 50, 1.0, "one tells the other"),
        ([0.0, 1.0] * 50, ["m", "f"] * 50, 1.0, "a number of two values is a category"),
        (["a"] * 100, ["m", "f"] * 50, 0.0, "a constant tells nothing"),
        (list(range(100)), list(range(100)), 1.0, "the same number"),
        (
            [str(i) for i in range(100)],
            ["m", "f"] * 50,
            None,
            "too many texts",
        ),
        ([None] * 80 + ["a", "b"] * 10, ["m", "f"] * 50, None, "too few rows are known"),
    ],
)
def test_edges(one, other, expected, reason):
    found = strength(one, other)
    assert found == (expected if expected is None else pytest.approx(expected)), reason


def test_rows_must_match():
    with pytest.raises(InputError, match="2 rows; expected 3"):
        stand_ins(pa.table({"x": [1, 2, 3]}), pa.table({"p": [1, 2]}))


def test_as_a_card_says_it():
    found = stand_ins(pa.table({"x": ["a", "b"] * 50}), pa.table({"sex": ["m", "f"] * 50}))
    features = Features.of(Feature("x", label={"zh": "职业", "en": "job"}))
    names = Features.of(Feature("sex", label={"zh": "性别"}))
    (said,) = as_approximated(found, features, names)
    assert said == {"zh": "性别（职业）", "en": "性别 (job)"}
