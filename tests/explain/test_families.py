"""Every model family against Shapley's definition, and against shap where shap knows the model."""

import warnings

import catboost as cb
import lightgbm as lgb
import numpy as np
import pytest
import shap
import xgboost as xgb
from shapley import interventional
from sklearn import discriminant_analysis, ensemble, linear_model, svm, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.neighbors import KNeighborsRegressor

from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.decision import Decision
from aitransparency.explain.explainer import Explainer

RANDOM = np.random.default_rng(0)
COUNT, WIDTH = 240, 5
X = RANDOM.normal(size=(COUNT, WIDTH))
X[:, 3] = RANDOM.integers(0, 4, COUNT)
X[:, 4] = np.round(X[:, 4], 1)
HOLES = np.where(RANDOM.random(X.shape) < 0.1, np.nan, X)
SCORE = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + 1.5 * (X[:, 3] == 2) + 0.5 * X[:, 4]
NUMBER = SCORE + RANDOM.normal(scale=0.1, size=COUNT)
TWO, THREE = (SCORE > 0.3).astype(int), np.digitize(SCORE, [-0.5, 0.8])
COUNTS = RANDOM.poisson(np.exp(SCORE / 3))
SURVIVAL = np.where(COUNTS > 0, COUNTS + 1.0, -1.0 - COUNTS)  # XGBoost: negative is censored

LIGHT = {"n_estimators": 8, "verbose": -1, "min_child_samples": 5, "num_leaves": 9, "n_jobs": 1}
EXTREME = {"n_estimators": 8, "max_depth": 4, "n_jobs": 1}
CAT = {
    "iterations": 8,
    "depth": 4,
    "verbose": 0,
    "allow_writing_files": False,
    "thread_count": 1,
}
LOGS = Settings(unit="log-target")
SOME = {"n_estimators": 8, "max_depth": 5, "random_state": 0}


def raw(model, rows):
    return model.predict(rows, raw_score=True)


def margin(model, rows):
    return model.predict(rows, output_margin=True)


def formula(model, rows):
    return model.predict(rows, prediction_type="RawFormulaVal")


def proba(model, rows):
    return model.predict_proba(rows)


def predict(model, rows):
    return model.predict(rows)


def logarithm(model, rows):
    return np.log(model.predict(rows))


def decide(model, rows):
    return model.decision_function(rows)


def logit(model, rows):
    p = model.predict_proba(rows)[:, 1]
    return np.log(p / (1 - p))


# name: (model, target, output in the engine's unit, engine, unit, has holes)
TREES = {
    "decision tree": (tree.DecisionTreeClassifier(max_depth=5), TWO, proba, True),
    "decision tree, numbers": (tree.DecisionTreeRegressor(max_depth=6), NUMBER, predict, True),
    "forest": (ensemble.RandomForestClassifier(**SOME), TWO, proba, True),
    "forest of three classes": (ensemble.RandomForestClassifier(**SOME), THREE, proba, True),
    "forest, uncut": (ensemble.RandomForestClassifier(4, random_state=0), TWO, proba, False),
    "extra trees": (ensemble.ExtraTreesClassifier(**SOME), TWO, proba, False),
    "extra trees, numbers": (ensemble.ExtraTreesRegressor(**SOME), NUMBER, predict, False),
    "boosting": (ensemble.GradientBoostingClassifier(n_estimators=8), TWO, decide, False),
    "boosting, exponential": (
        ensemble.GradientBoostingClassifier(n_estimators=8, loss="exponential"),
        TWO,
        logit,
        False,
    ),
    "boosting of three": (
        ensemble.GradientBoostingClassifier(n_estimators=8),
        THREE,
        decide,
        False,
    ),
    "boosting, numbers": (
        ensemble.GradientBoostingRegressor(n_estimators=8),
        NUMBER,
        predict,
        False,
    ),
    "boosting from zero": (
        ensemble.GradientBoostingRegressor(n_estimators=8, init="zero"),
        NUMBER,
        predict,
        False,
    ),
    "histograms": (ensemble.HistGradientBoostingClassifier(max_iter=8), TWO, decide, True),
    "histograms, categories": (
        ensemble.HistGradientBoostingClassifier(max_iter=8, categorical_features=[3]),
        TWO,
        decide,
        True,
    ),
    "histograms of three": (
        ensemble.HistGradientBoostingClassifier(max_iter=8),
        THREE,
        decide,
        True,
    ),
    "histograms, counts": (
        ensemble.HistGradientBoostingRegressor(max_iter=8, loss="poisson"),
        COUNTS,
        logarithm,
        True,
    ),
    "LightGBM": (lgb.LGBMClassifier(**LIGHT), TWO, raw, True),
    "LightGBM of three": (lgb.LGBMClassifier(**LIGHT), THREE, raw, True),
    "LightGBM, zero is missing": (
        lgb.LGBMClassifier(zero_as_missing=True, **LIGHT),
        TWO,
        raw,
        True,
    ),
    "LightGBM, nothing is missing": (
        lgb.LGBMClassifier(use_missing=False, **LIGHT),
        TWO,
        raw,
        True,
    ),
    "LightGBM, numbers": (lgb.LGBMRegressor(**LIGHT), NUMBER, predict, True),
    "LightGBM, categories": (
        lgb.LGBMRegressor(categorical_feature=[3], min_data_per_group=1, cat_smooth=1, **LIGHT),
        NUMBER,
        predict,
        False,
    ),
    "LightGBM forest": (
        lgb.LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.7, **LIGHT),
        NUMBER,
        predict,
        True,
    ),
    "LightGBM dart": (lgb.LGBMRegressor(boosting_type="dart", **LIGHT), NUMBER, predict, True),
    "LightGBM, counts": (lgb.LGBMRegressor(objective="poisson", **LIGHT), COUNTS, raw, True),
    "XGBoost": (xgb.XGBClassifier(**EXTREME), TWO, margin, True),
    "XGBoost of three": (xgb.XGBClassifier(**EXTREME), THREE, margin, True),
    "XGBoost, numbers": (xgb.XGBRegressor(**EXTREME), NUMBER, predict, True),
    "XGBoost, 2 is missing": (xgb.XGBRegressor(missing=2.0, **EXTREME), NUMBER, predict, False),
    "XGBoost dart": (
        xgb.XGBRegressor(booster="dart", rate_drop=0.3, **EXTREME),
        NUMBER,
        predict,
        True,
    ),
    "XGBoost forest": (xgb.XGBRFRegressor(**EXTREME), NUMBER, predict, True),
    "XGBoost, counts": (
        xgb.XGBRegressor(objective="count:poisson", **EXTREME),
        COUNTS,
        margin,
        True,
    ),
    "XGBoost, survival": (
        xgb.XGBRegressor(objective="survival:cox", **EXTREME),
        SURVIVAL,
        margin,
        True,
    ),
    "CatBoost": (cb.CatBoostClassifier(**CAT), TWO, formula, True),
    "CatBoost of three": (cb.CatBoostClassifier(**CAT), THREE, formula, True),
    "CatBoost, numbers": (cb.CatBoostRegressor(**CAT), NUMBER, predict, True),
    "CatBoost by loss": (
        cb.CatBoostRegressor(grow_policy="Lossguide", **CAT),
        NUMBER,
        predict,
        True,
    ),
    "CatBoost by depth of three": (
        cb.CatBoostClassifier(grow_policy="Depthwise", **CAT),
        THREE,
        formula,
        True,
    ),
}
LINEAR = {
    "logistic": (linear_model.LogisticRegression(), TWO, decide, False),
    "logistic of three": (linear_model.LogisticRegression(), THREE, decide, False),
    "ridge": (linear_model.Ridge(), NUMBER, predict, False),
    "Poisson": (linear_model.PoissonRegressor(), COUNTS, logarithm, False),
    "gamma": (linear_model.GammaRegressor(), COUNTS + 1.0, logarithm, False),
    "Tweedie": (linear_model.TweedieRegressor(power=0, link="identity"), NUMBER, predict, False),
    "linear SVM": (svm.LinearSVC(), TWO, decide, False),
    "discriminant": (discriminant_analysis.LinearDiscriminantAnalysis(), TWO, decide, False),
    "stochastic gradient": (linear_model.SGDClassifier(loss="log_loss"), TWO, decide, False),
    "ridge classes": (linear_model.RidgeClassifier(), TWO, decide, False),
    "XGBoost linear": (
        xgb.XGBRegressor(booster="gblinear", n_estimators=8, n_jobs=1),
        NUMBER,
        predict,
        False,
    ),
}
VOTING = {
    "voting, numbers": (
        ensemble.VotingRegressor(
            [
                ("forest", ensemble.RandomForestRegressor(**SOME)),
                ("line", linear_model.Ridge()),
                ("light", lgb.LGBMRegressor(**LIGHT)),
            ],
            weights=[1, 2, 3],
        ),
        NUMBER,
        predict,
        False,
    ),
    "voting": (
        ensemble.VotingClassifier(
            [
                ("forest", ensemble.RandomForestClassifier(**SOME)),
                ("extra", ensemble.ExtraTreesClassifier(**SOME)),
            ],
            voting="soft",
        ),
        TWO,
        proba,
        False,
    ),
}
ASKED = {
    "support vectors": (svm.SVR(), NUMBER, predict, False),
    "neighbours": (KNeighborsRegressor(), NUMBER, predict, False),
    "modified Huber": (linear_model.SGDClassifier(loss="modified_huber"), TWO, proba, False),
    "calibrated": (
        CalibratedClassifierCV(ensemble.RandomForestClassifier(**SOME), cv=2),
        TWO,
        proba,
        False,
    ),
    "voting of two units": (
        ensemble.VotingClassifier(
            [
                ("forest", ensemble.RandomForestClassifier(**SOME)),
                ("line", linear_model.LogisticRegression()),
            ],
            voting="soft",
        ),
        TWO,
        proba,
        False,
    ),
}
ENGINES = {"tree": TREES, "linear": LINEAR, "voting": VOTING, "exact enumeration": ASKED}
CASES = [(engine, name) for engine, table in ENGINES.items() for name in table]


def fitted(engine, name):
    model, y, output, holes = ENGINES[engine][name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(HOLES if holes else X, y), output, HOLES if holes else X


def picked(model, output, position):
    classes = len(getattr(model, "classes_", ()))  # CatBoost's regressors have an empty list

    def one(rows):
        answer = np.asarray(output(model, rows), dtype=np.float64)
        if answer.ndim == 2 and answer.shape[1] > 1:
            return answer[:, position]
        return answer.reshape(-1) * (-1 if classes and position == 0 else 1)

    return one


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("engine", "name"), CASES)
def test_values_are_shapleys_by_definition(engine, name):
    model, output, data = fitted(engine, name)
    classes = len(getattr(model, "classes_", ()))
    settings = LOGS if output is logarithm or name in LOG_SCALE else Settings()
    for position in {0, max(classes - 1, 0), min(1, max(classes - 1, 0))}:
        decision = Decision({k: str(k) for k in range(classes)}, position) if classes else None
        explainer = Explainer(model, data[:16], decision=decision, settings=settings)
        a = explainer.attribute(data[40:46])
        truth, base = interventional(picked(model, output, position), data[40:46], data[:16])
        scale = np.abs(truth).max()
        assert a.engine == engine
        assert a.unit == unit_of(output, classes, model, name)
        np.testing.assert_allclose(a.values, truth, atol=1e-5 * scale)
        np.testing.assert_allclose(a.base_values, base, atol=1e-5 * max(scale, 1))
        assert a.additivity_error < 1e-5 * max(scale, 1)
        assert a.sampling_error == 0


LOG_SCALE = ("LightGBM, counts", "XGBoost, counts", "XGBoost, survival")


def unit_of(output, classes, model, name):
    if output is logarithm or name in LOG_SCALE:
        return "log-target"
    if output is proba:
        return "probability"
    return "log-odds" if classes and hasattr(model, "predict_proba") else "target"


# shap gives half the log-odds for the exponential loss, and LightGBM's forest as a sum of 8 trees.
SHAPS_FACTOR = {"boosting, exponential": 2, "LightGBM forest": 1 / 8}
# shap refuses boosting of three classes and boosting from zero, and reads the categories of
# HistGradientBoosting as numbers.
STRANGE_TO_SHAP = ("boosting of three", "boosting from zero", "histograms, categories")
PEERS = [name for name in TREES if name not in STRANGE_TO_SHAP]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PEERS)
def test_path_dependent_values_are_those_of_shap(name):
    model, output, data = fitted("tree", name)
    log = name in LOG_SCALE or output is logarithm
    settings = Settings(perturbation="path-dependent", unit="log-target" if log else None)
    a = Explainer(model, data[:16], settings=settings).attribute(data[:40])
    peer = np.asarray(shap.TreeExplainer(model).shap_values(data[:40]))
    if peer.ndim == 3:
        peer = peer[:, :, -1]
    peer = SHAPS_FACTOR.get(name, 1) * peer
    np.testing.assert_allclose(a.values, peer, atol=1e-5 * np.abs(peer).max())
    assert a.engine == "tree"
