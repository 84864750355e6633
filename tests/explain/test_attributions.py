"""Amounts from elsewhere, units, groups, shap's plots, and the same values from run to run."""

import os
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import shap
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from aitransparency.errors import ColumnNotFoundError, InputError
from aitransparency.explain.attribution import tables
from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.attributions import Attributions
from aitransparency.explain.explainer import Explainer

RANDOM = np.random.default_rng(2)
X = pd.DataFrame(RANDOM.normal(size=(300, 4)), columns=["age", "income", "debt", "tenure"])
Y = (X["age"] * X["income"] + X["debt"] > 0).astype(int)


def light(**more):
    return lgb.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1, **more).fit(X, Y)


def test_shap_round_trip_keeps_every_number():
    a = Explainer(light(), X[:50]).attribute(X[:9])
    back = Attributions.from_shap(a.to_shap(), "log-odds", outputs=a.outputs)
    np.testing.assert_array_equal(back.values, a.values)
    np.testing.assert_array_equal(back.base_values, a.base_values)
    assert back.features == a.features
    assert back.data["age"].to_pylist() == X["age"][:9].tolist()
    assert back.additivity_error == 0
    assert back.engine == "precomputed"


def test_an_explanation_of_shap_enters_with_its_output_named():
    forest = RandomForestClassifier(5, max_depth=3).fit(X, Y)
    explanation = shap.TreeExplainer(forest)(X[:7])
    with pytest.raises(InputError, match="2 outputs"):
        Attributions.from_shap(explanation, "probability")
    a = Attributions.from_shap(
        explanation, "probability", output=1, outputs=forest.predict_proba(X[:7])[:, 1]
    )
    ours = Explainer(forest, X, settings=Settings(perturbation="path-dependent"))
    np.testing.assert_allclose(a.values, ours.attribute(X[:7]).values, atol=1e-9)
    assert a.additivity_error < 1e-9
    one = Attributions.from_shap(explanation[0, :, 1], "probability")
    np.testing.assert_allclose(one.values, a.values[:1])


@pytest.mark.parametrize("plot", ["waterfall", "beeswarm", "bar", "scatter", "heatmap", "force"])
def test_plots_of_shap_draw_our_values(plot, monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    explanation = Explainer(light(), X[:50]).attribute(X[:30]).to_shap()
    given = {"waterfall": explanation[0], "scatter": explanation[:, "age"]}.get(plot, explanation)
    more = {"matplotlib": True} if plot == "force" else {}
    if plot == "force":
        given = explanation[0]
    getattr(shap.plots, plot)(given, show=False, **more)
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("frame", [lambda x: x, pl.from_pandas, pa.Table.from_pandas, np.asarray])
def test_arrays_with_base_values_enter_with_any_rows(frame):
    values = RANDOM.normal(size=(5, 4))
    a = Attributions.of(values, 0.5, list(X.columns), "target", data=frame(X[:5]))
    np.testing.assert_array_equal(a.outputs, 0.5 + values.sum(axis=1))
    assert np.isnan(a.additivity_error)
    assert a.data["debt"].to_pylist() == X["debt"][:5].tolist()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": np.zeros((5, 3))}, "expected"),
        ({"values": np.full((5, 4), np.nan)}, "NaN"),
        ({"data": X[:4]}, "4 rows"),
        ({"data": X[:5].drop(columns="age")}, "'age'"),
        ({"data": np.zeros((5, 2))}, "shape"),
    ],
)
def test_amounts_that_do_not_fit_are_refused(change, words):
    given = {"values": np.zeros((5, 4)), "data": X[:5], **change}
    with pytest.raises(InputError, match=words):
        Attributions.of(given["values"], 0.0, list(X.columns), "target", data=given["data"])


def test_groups_sum_exactly():
    a = Explainer(light(), X[:50]).attribute(X[:9])
    money = a.grouped({"income": "money", "debt": "money"})
    assert money.features == ("age", "money", "tenure")
    np.testing.assert_array_equal(money.values[:, 1], a.values[:, 1] + a.values[:, 2])
    np.testing.assert_allclose(money.outputs, a.outputs, rtol=1e-12)
    with pytest.raises(ColumnNotFoundError, match="incme"):
        a.grouped({"incme": "money"})


def test_probability_is_computed_as_such_or_marked_as_allocated():
    model = LogisticRegression().fit(X, Y)
    logs = Explainer(model, X[:50])
    direct = Explainer(model, X[:20], settings=Settings(unit="probability"))
    a = logs.attribute(X[:9])
    shared, computed = logs.allocate(a), direct.attribute(X[:9])
    p = model.predict_proba(X[:9])[:, 1]
    for found in (shared, computed):
        assert found.unit == "probability"
        np.testing.assert_allclose(found.outputs, p, atol=1e-12)
    assert shared.allocated
    assert not computed.allocated
    assert not a.allocated
    np.testing.assert_array_equal(np.sign(shared.values), np.sign(a.values))
    np.testing.assert_allclose(computed.base_values, model.predict_proba(X[:20])[:, 1].mean())


def test_log_targets_are_allocated_to_the_target():
    model = PoissonRegressor().fit(X, np.arange(300) % 5)
    explainer = Explainer(model, X[:50], settings=Settings(unit="log-target"))
    shared = explainer.allocate(explainer.attribute(X[:9]))
    assert shared.unit == "target"
    np.testing.assert_allclose(shared.outputs, model.predict(X[:9]), rtol=1e-12)


def test_a_row_at_the_base_is_allocated_nothing_strange():
    model = LogisticRegression().fit(X, Y)
    explainer = Explainer(model, X[:50])
    mean = X[:50].mean().to_frame().T
    shared = explainer.allocate(explainer.attribute(mean))
    np.testing.assert_allclose(shared.values, 0, atol=1e-9)
    assert np.isfinite(shared.values).all()


def test_three_classes_are_not_allocated():
    model = LogisticRegression().fit(X, np.arange(300) % 3)
    explainer = Explainer(model, X[:50])
    with pytest.raises(InputError, match="probability"):
        explainer.allocate(explainer.attribute(X[:2]))


MODELS = {
    "tables": lambda: light(),
    "walks": lambda: RandomForestClassifier(3, random_state=0).fit(X, Y),
    "sampled": lambda: LogisticRegression().fit(X, Y),
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("perturbation", ["interventional", "path-dependent"])
def test_values_do_not_depend_on_batches_or_threads(kind, perturbation, monkeypatch):
    settings = Settings(
        perturbation=perturbation,
        unit="probability" if kind == "sampled" else None,
        budget=60,
    )
    if kind == "walks":
        monkeypatch.setattr(tables, "_TREE_ENTRIES", 0)
    explainer = Explainer(MODELS[kind](), X[:40], settings=settings)
    whole = explainer.attribute(X).values
    parts = np.concatenate([explainer.attribute(X[k : k + 7]).values for k in range(0, 300, 7)])
    # What is sampled is as stable as the model itself, whose sums may depend on the batch.
    near = 1e-12 if kind == "sampled" else 0
    np.testing.assert_allclose(parts, whole, rtol=0, atol=near)
    for threads in (1, 3):
        monkeypatch.setattr(tables, "_threads", lambda count=threads: count)
        again = Explainer(explainer.model, X[:40], settings=settings).attribute(X).values
        np.testing.assert_allclose(again, whole, rtol=0, atol=near)


PROGRAM = """
import hashlib, numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from aitransparency.explain.explainer import Explainer
x = np.random.default_rng(0).normal(size=(200, 3))
model = HistGradientBoostingRegressor(max_iter=5).fit(x, x[:, 0] * x[:, 1])
print(hashlib.sha256(Explainer(model, x[:50]).attribute(x).values.tobytes()).hexdigest())
"""


def test_values_are_the_same_bytes_from_run_to_run():
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={**env, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_the_background_is_chosen_by_score_and_the_same_each_time():
    settings = Settings(background_rows=10)
    one = Explainer(light(), X, settings=settings)
    two = Explainer(light(), X, settings=settings)
    assert one.method.background_rows == 10
    assert one.method.background_selection == "rows spread evenly over the model's score"
    np.testing.assert_array_equal(one.attribute(X[:5]).values, two.attribute(X[:5]).values)
    all_rows = Explainer(light(), X).attribute(X[:5])
    assert abs(one.attribute(X[:5]).base_values[0] - all_rows.base_values[0]) < 0.2
