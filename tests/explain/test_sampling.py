"""Sampling: exact where it enumerates, unbiased where it does not, and better with more calls."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st
from shapley import interventional

from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.attribution.sampling import Design
from aitransparency.explain.decision import Decision
from aitransparency.explain.explainer import Explainer

RANDOM = np.random.default_rng(6)
WIDTH = 8
X = RANDOM.normal(size=(60, WIDTH))


class Odd:
    """Products and a fold: nothing an exact engine knows."""

    def predict(self, x):
        x = np.asarray(x, dtype=float)
        return x[:, 0] * x[:, 1] * x[:, 2] + np.abs(x[:, 3]) * x[:, 4] + np.exp(x[:, 5] / 2)


ROWS, BACKGROUND = X[40:52], X[:16]
TRUTH, BASE = interventional(Odd().predict, ROWS, BACKGROUND)


def explained(budget, seed=0):
    return Explainer(Odd(), BACKGROUND, settings=Settings(budget=budget, seed=seed))


def test_all_coalitions_are_asked_where_the_budget_allows():
    a = explained((2**WIDTH - 2) * 16).attribute(ROWS)
    assert a.engine == "exact enumeration"
    assert a.sampling_error == 0
    np.testing.assert_allclose(a.values, TRUTH, atol=1e-12)


@pytest.mark.parametrize("budget", [2, 14, 100, 500, 2_000])
def test_sums_are_exact_at_any_budget(budget):
    a = explained(budget).attribute(ROWS)
    assert a.engine == "permutation sampling"
    np.testing.assert_allclose(a.outputs, Odd().predict(ROWS), atol=1e-12)
    np.testing.assert_allclose(a.base_values, BASE)
    assert a.additivity_error < 1e-12


@pytest.mark.parametrize("budget", [14, 100, 500, 2_000])
def test_the_budget_is_kept(budget):
    calls = []

    class Counted(Odd):
        def predict(self, x):
            calls.append(len(x))
            return super().predict(x)

    explainer = Explainer(Counted(), BACKGROUND, settings=Settings(budget=budget))
    calls.clear()
    explainer.attribute(ROWS)
    fixed = len(BACKGROUND) + 2 * len(ROWS)  # the ends of the walks and the check of the sums
    assert sum(calls) <= budget * len(ROWS) + fixed


def error(budget, seeds):
    found = [np.abs(explained(budget, s).attribute(ROWS).values - TRUTH).mean() for s in seeds]
    return float(np.mean(found))


def test_error_falls_with_the_budget():
    errors = [error(budget, range(4)) for budget in (56, 224, 896, 3_584)]
    assert all(later < 0.75 * former for former, later in pairwise(errors))


def test_the_error_that_is_said_is_about_the_error_that_is_there():
    engine = explained(900)._engine
    said, real = [], []
    for seed in range(6):
        engine = explained(900, seed)._engine
        values, _, stated = engine.attribute_with_error(ROWS)
        real.append((values - TRUTH) ** 2)
        said.append(stated**2)
    ratio = np.sqrt(np.mean(said) / np.mean(real))
    assert 0.7 < ratio < 3, ratio  # never far too small; stratification makes the real one smaller


class Network:
    """A small network with random weights, as smooth as fitted ones are."""

    first = np.random.default_rng(1).normal(size=(WIDTH, 12))
    second = np.random.default_rng(2).normal(size=12)

    def predict(self, x):
        return np.tanh(np.asarray(x, dtype=float) @ self.first) @ self.second


@pytest.mark.parametrize("budget", [272, 1_088, 3_264])
@pytest.mark.parametrize(
    ("model", "within"),
    [(Network(), 1.0), (Odd(), 1.25)],  # products of three whose background cancels suit shap best
    ids=["network", "products"],
)
def test_no_worse_than_shaps_permutations_at_equal_calls(model, within, budget):
    truth, _ = interventional(model.predict, ROWS, BACKGROUND)
    ours, theirs = [], []
    for seed in range(4):
        explainer = Explainer(model, BACKGROUND, settings=Settings(budget=budget, seed=seed))
        ours.append(np.abs(explainer.attribute(ROWS).values - truth).mean())
        masker = shap.maskers.Independent(BACKGROUND, len(BACKGROUND))
        peer = shap.PermutationExplainer(model.predict, masker, seed=seed)
        found = peer(ROWS, max_evals=budget // len(BACKGROUND), silent=True).values
        theirs.append(np.abs(found - truth).mean())
    assert np.mean(ours) <= within * np.mean(theirs)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    features=st.integers(2, 12),
    background=st.integers(1, 9),
    budget=st.integers(2, 400),
    seed=st.integers(0, 99),
)
def test_designs_are_balanced(features, background, budget, seed):
    design = Design.of(features=features, background=background, budget=budget, seed=seed)
    if not len(design.orders):
        assert design.calls == (2**features - 2) * background <= budget
        return
    assert design.calls <= max(budget, 2 * (features - 1))
    assert (np.sort(design.orders, axis=1) == np.arange(features)).all()
    sizes = np.bincount(design.present.sum(axis=1), minlength=features)[1:features]
    assert (sizes == sizes[0]).all()  # every size of coalition is asked about equally often
    used = np.bincount(design.filler[:: 2 * (features - 1)], minlength=background)
    assert used.max() - used.min() <= 1
    again = Design.of(features=features, background=background, budget=budget, seed=seed)
    np.testing.assert_array_equal(design.orders, again.orders)


class Mixed:
    """Takes a frame with text, as a Pipeline of any library would."""

    classes_ = np.array(["no", "yes"])

    def predict(self, frame):
        return self.classes_[(self.predict_proba(frame)[:, 1] > 0.5).astype(int)]

    def predict_proba(self, frame):
        nurse = (frame["job"] == "nurse").to_numpy(dtype=float)
        p = 1 / (1 + np.exp(-frame["age"].to_numpy() * nurse))
        return np.column_stack([1 - p, p])


def test_text_columns_are_mixed_as_they_are():
    frame = pd.DataFrame(
        {"age": RANDOM.normal(size=30), "job": RANDOM.choice(["nurse", "clerk"], 30)}
    )
    decision = Decision({"no": "未通过", "yes": "通过"}, "yes")
    a = Explainer(Mixed(), frame[:10], decision=decision).attribute(frame[10:])
    assert (a.engine, a.unit) == ("exact enumeration", "probability")
    numbered = np.column_stack([frame["age"], frame["job"] == "nurse"]).astype(float)
    truth, base = interventional(
        lambda z: 1 / (1 + np.exp(-z[:, 0] * z[:, 1])), numbered[10:], numbered[:10]
    )
    np.testing.assert_allclose(a.values, truth, atol=1e-12)
    np.testing.assert_allclose(a.base_values, base)
