"""Shapley's four axioms and his definition, on random small models of every family."""

import dataclasses
import warnings

import catboost as cb
import lightgbm as lgb
import numpy as np
import pytest
import xgboost as xgb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapley import interventional, path_dependent
from sklearn import ensemble, linear_model, tree

from aitransparency.explain.attribution import tables
from aitransparency.explain.attribution.engine import Settings, Target
from aitransparency.explain.attribution.forest import Forest, Tree
from aitransparency.explain.attribution.tables import ReadyForest, outputs
from aitransparency.explain.explainer import Explainer

FAMILIES = {
    "tree": lambda depth, seed: tree.DecisionTreeRegressor(max_depth=depth, random_state=seed),
    "forest": lambda depth, seed: ensemble.RandomForestRegressor(
        3, max_depth=depth, random_state=seed
    ),
    "extra trees": lambda depth, seed: ensemble.ExtraTreesRegressor(
        3, max_depth=depth, random_state=seed
    ),
    "boosting": lambda depth, seed: ensemble.GradientBoostingRegressor(
        n_estimators=3, max_depth=depth, random_state=seed
    ),
    "histograms": lambda depth, seed: ensemble.HistGradientBoostingRegressor(
        max_iter=3, max_depth=depth, min_samples_leaf=2
    ),
    "LightGBM": lambda depth, seed: lgb.LGBMRegressor(
        n_estimators=3, max_depth=depth, min_child_samples=2, verbose=-1, n_jobs=1
    ),
    "XGBoost": lambda depth, seed: xgb.XGBRegressor(n_estimators=3, max_depth=depth, n_jobs=1),
    "CatBoost": lambda depth, seed: cb.CatBoostRegressor(
        iterations=3, depth=depth, verbose=0, allow_writing_files=False, thread_count=1
    ),
    "linear": lambda depth, seed: linear_model.Ridge(),
    "asked": lambda depth, seed: Product(),
}
QUICK = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


class Product:
    """A smooth model without any structure that an engine knows."""

    def fit(self, x, y):
        self.weights = np.corrcoef(x, y, rowvar=False)[:-1, -1]
        return self

    def predict(self, x):
        return np.prod(1 + np.nan_to_num(self.weights) * np.asarray(x), axis=1)


def made(family, width, depth, seed):
    random = np.random.default_rng(seed)
    x = np.round(random.normal(size=(60, width)), 1)
    y = x[:, 0] * x[:, -1] + np.sin(3 * x[:, 1]) + random.normal(scale=0.1, size=60)
    model = FAMILIES[family](depth, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(x, y), x


@pytest.mark.parametrize("family", FAMILIES)
@QUICK
@given(width=st.integers(2, 4), depth=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_efficiency_and_definition(family, width, depth, seed):
    model, x = made(family, width, depth, seed)
    a = Explainer(model, x[:9]).attribute(x[20:24])
    truth, base = interventional(model.predict, x[20:24], x[:9])
    scale = max(np.abs(truth).max(), 1e-3)
    np.testing.assert_allclose(a.values, truth, atol=1e-5 * scale)
    np.testing.assert_allclose(a.base_values, base, atol=1e-5 * max(scale, 1))
    np.testing.assert_allclose(a.outputs, model.predict(x[20:24]), atol=1e-5 * max(scale, 1))


@pytest.mark.parametrize("family", FAMILIES)
@QUICK
@given(depth=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_a_dummy_gets_nothing(family, depth, seed):
    _, x = made(family, 3, depth, seed)
    y = x[:, 0] * x[:, 1]
    x[:, 2] = 7.0  # the same for everyone in training: no model can use it
    model = FAMILIES[family](depth, seed).fit(x, y)
    rows = x[20:24].copy()
    rows[:, 2] = [0.0, 7.0, 50.0, -3.0]
    a = Explainer(model, x[:9]).attribute(rows)
    np.testing.assert_allclose(a.values[:, 2], 0, atol=1e-9)


READ = [name for name in FAMILIES if name not in ("linear", "asked")]


@pytest.mark.parametrize("family", READ)
@QUICK
@given(width=st.integers(2, 4), depth=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_symmetry(family, width, depth, seed):
    forest, x = read(family, width, depth, seed)
    mirrored = swapped(forest)
    background = np.concatenate([x[:6], x[:6][:, [1, 0, *range(2, width)]]])
    rows = x[20:24].copy()
    rows[:, 1] = rows[:, 0]
    both = sum(ReadyForest.of(f, background).values(rows) for f in (forest, mirrored))
    np.testing.assert_allclose(both[:, 0], both[:, 1], atol=1e-9)


@pytest.mark.parametrize("family", READ)
@QUICK
@given(width=st.integers(2, 4), depth=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_linearity(family, width, depth, seed):
    first, x = read(family, width, depth, seed)
    second, _ = read(family, width, depth, seed + 1)
    rows = x[20:24]

    def mixed(z):
        return 2 * outputs(first, z) - 3 * outputs(second, z)

    one, other = (ReadyForest.of(f, x[:6]).values(rows) for f in (first, second))
    truth, _ = interventional(mixed, rows, x[:6])
    np.testing.assert_allclose(2 * one - 3 * other, truth, atol=1e-9)


def read(family, width, depth, seed):
    from aitransparency.explain.attribution.trees import tree_engine

    model, x = made(family, width, depth, seed)
    x = np.random.default_rng(seed).permuted(x, axis=0)
    engine = tree_engine(model, x, Target("regression"), Settings())
    return engine.reading.forest, engine.reading.prepare(x)


def swapped(forest):
    feature = forest.feature.copy()
    feature[forest.feature == 0], feature[forest.feature == 1] = 1, 0
    return dataclasses.replace(forest, feature=feature)


@st.composite
def random_forests(draw):
    """Trees that no library would grow: repeated questions, empty branches, any shape."""
    width, seed = draw(st.integers(1, 5)), draw(st.integers(0, 100_000))
    random = np.random.default_rng(seed)
    trees = [grown(random, width, draw(st.integers(0, 6))) for _ in range(draw(st.integers(1, 3)))]
    x = random.integers(-2, 3, (12, width)).astype(float)
    x[random.random(x.shape) < 0.1] = np.nan
    return Forest.of_trees([*trees, grown(random, width, 1)], width), x


def grown(random, width, depth):
    feature, threshold, left, right, cover = [], [], [], [], []

    def grow(level, weight):
        node = len(feature)
        for column, value in zip(
            (feature, threshold, left, right, cover),
            (random.integers(width), random.integers(-2, 2) + 0.5, -1, -1, weight),
            strict=True,
        ):
            column.append(value)
        if level and (level == depth or random.random() < 0.8):
            share = random.choice([0.2, 0.5, 1.0])
            left[node] = grow(level - 1, weight * share)
            right[node] = grow(level - 1, weight * (1 - share))
        return node

    grow(depth, 8.0)
    away = random.random(len(feature)) < 0.5
    return Tree.of(feature, threshold, (left, right), cover, random.normal(size=len(feature)), away)


@pytest.mark.parametrize("walked", [False, True], ids=["tables", "walks"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(made=random_forests())
def test_any_trees_by_both_kernels(walked, made):
    forest, x = made
    with pytest.MonkeyPatch.context() as patch:
        if walked:
            patch.setattr(tables, "_TREE_ENTRIES", 0)
        for background in (x[:5], None):
            ready = ReadyForest.of(forest, background)
            assert bool(len(ready.chosen)) == walked
            if background is None:
                truth, base = path_dependent(forest, x[5:])
            else:
                truth, base = interventional(lambda z: outputs(forest, z), x[5:], background)
            np.testing.assert_allclose(ready.values(x[5:]), truth, atol=1e-9)
            np.testing.assert_allclose(ready.base, base, atol=1e-9)


def test_small_groups_and_large_ones_agree():
    forest, x = read("LightGBM", 4, 4, 1)
    whole = ReadyForest.of(forest, x[:20]).values(x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_GROUP_BITS", 3)
        np.testing.assert_allclose(ReadyForest.of(forest, x[:20]).values(x), whole, atol=1e-12)
