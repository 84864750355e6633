"""Models come back from every safe format with the same outputs; a pickle only when asked for."""

import json
import pickle

import catboost as cb
import joblib
import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import skops.io
import xgboost as xgb
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aitransparency import explain
from aitransparency.errors import FileFormatError, InputError, ModelError

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(80, 3)).astype(np.float32)
TWO = (X[:, 0] > X[:, 1]).astype(int)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
NUMBER = X[:, 0] - X[:, 2]
FRAME = pd.DataFrame(X, columns=["age", "income", "debt"])
LIGHT = {"n_estimators": 4, "verbose": -1, "n_jobs": 1}
EXTREME = {"n_estimators": 4, "max_depth": 3, "n_jobs": 1}
CAT = {"iterations": 4, "depth": 3, "verbose": 0, "allow_writing_files": False}


def dump_skops(model, path):
    skops.io.dump(model, path)


def dump_light(model, path):
    model.booster_.save_model(str(path))


def dump_own(model, path):
    model.save_model(str(path))


def dump_booster(model, path):
    model.get_booster().save_model(str(path))


def dump_cat_json(model, path):
    model.save_model(str(path), format="json")


def dump_onnx(model, path):
    path.write_bytes(to_onnx(model, X[:1]).SerializeToString())


SAVED = [
    (make_pipeline(StandardScaler(), LogisticRegression()), TWO, dump_skops, "a.skops", "linear"),
    (RandomForestClassifier(4, max_depth=3), THREE, dump_skops, "a.bin", "tree"),
    (lgb.LGBMClassifier(**LIGHT), TWO, dump_light, "a.txt", "tree"),
    (lgb.LGBMClassifier(**LIGHT), THREE, dump_light, "a.txt", "tree"),
    (lgb.LGBMRegressor(**LIGHT), NUMBER, dump_light, "a.txt", "tree"),
    (xgb.XGBClassifier(**EXTREME), TWO, dump_own, "a.json", "tree"),
    (xgb.XGBClassifier(**EXTREME), THREE, dump_booster, "a.ubj", "tree"),
    (xgb.XGBRegressor(**EXTREME), NUMBER, dump_own, "a.ubj", "tree"),
    (cb.CatBoostClassifier(**CAT), TWO, dump_own, "a.cbm", "tree"),
    (cb.CatBoostRegressor(**CAT), NUMBER, dump_own, "a.cbm", "tree"),
    (cb.CatBoostClassifier(**CAT), THREE, dump_cat_json, "a.json", "tree"),
    (LogisticRegression(), TWO, dump_onnx, "a.onnx", "exact enumeration"),
    (RandomForestClassifier(4, max_depth=3), THREE, dump_onnx, "a.onnx", "exact enumeration"),
    (LinearRegression(), NUMBER, dump_onnx, "a.onnx", "exact enumeration"),
]


@pytest.mark.parametrize(("model", "y", "dump", "name", "engine"), SAVED)
def test_a_saved_model_is_explained_like_the_fitted_one(model, y, dump, name, engine, tmp_path):
    path = tmp_path / name
    dump(model.fit(X, y), path)
    trees = ["sklearn.tree._tree.Tree"]  # which skops leaves to the reader to trust
    loaded = explain.load_model(path, trusted_types=trees)
    settings = explain.Settings(unit="probability") if "onnx" in name and y is not NUMBER else None
    before = explain.Explainer(model, X[:20], settings=settings)
    after = explain.Explainer(loaded, X[:20])
    np.testing.assert_allclose(after.score(X), before.score(X), atol=1e-6)
    found = after.attribute(X[20:24])
    assert found.engine == engine
    np.testing.assert_allclose(found.values, before.attribute(X[20:24]).values, atol=1e-4)


@pytest.mark.parametrize(
    ("model", "dump", "name"),
    [
        (lgb.LGBMClassifier(**LIGHT), dump_light, "a.txt"),
        (xgb.XGBClassifier(**EXTREME), dump_own, "a.json"),
        (cb.CatBoostClassifier(**CAT), dump_own, "a.cbm"),
        (LogisticRegression(), dump_skops, "a.skops"),
    ],
)
def test_column_names_are_kept(model, dump, name, tmp_path):
    dump(model.fit(FRAME, TWO), tmp_path / name)
    explainer = explain.Explainer(
        explain.load_model(tmp_path / name), FRAME[["debt", "age", "income"]]
    )
    assert explainer.feature_names == ("age", "income", "debt")
    np.testing.assert_allclose(explainer.score(FRAME), model.predict_proba(FRAME)[:, 1], atol=1e-6)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.txt", "model"])
@pytest.mark.parametrize("compress", [0, 3])
def test_a_pickle_is_refused_with_the_reason(name, compress, tmp_path):
    path = tmp_path / name
    model = LogisticRegression().fit(X, TWO)
    joblib.dump(model, path, compress=compress)
    with pytest.raises(ModelError, match=r"run any code .* allow_pickle=True"):
        explain.load_model(path)
    opened = explain.load_model(path, allow_pickle=True)
    np.testing.assert_allclose(opened.coef_, model.coef_)


def test_a_refused_pickle_runs_nothing(tmp_path):
    target = tmp_path / "ran"

    class Trap:
        def __reduce__(self):
            return target.touch, ()

    for protocol, name in ((4, "model.bin"), (0, "model.pkl"), (0, "model.txt")):
        (tmp_path / name).write_bytes(pickle.dumps(Trap(), protocol=protocol))
        with pytest.raises((ModelError, FileFormatError)):
            explain.load_model(tmp_path / name)
    assert not target.exists()


def test_skops_names_the_types_it_does_not_know(tmp_path):
    path = tmp_path / "model.skops"
    skops.io.dump(lgb.LGBMRegressor(**LIGHT).fit(X, NUMBER), path)
    strange = skops.io.get_untrusted_types(file=path)
    if not strange:
        pytest.skip("this skops trusts LightGBM")
    with pytest.raises(ModelError, match=strange[0]):
        explain.load_model(path)
    assert explain.load_model(path, trusted_types=strange).n_features_in_ == 3


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "empty.bin", FileFormatError),
        (b"age,income\n1,2\n", "table.csv", FileFormatError),
        (b"PK\x03\x04 no archive", "a.skops", FileFormatError),
        (b"CBM1 cut short", "a.cbm", FileFormatError),
        (json.dumps({"learner": {}}).encode(), "a.json", FileFormatError),
        (b"{}", "a.json", FileFormatError),
        (b"\x08 no graph", "a.onnx", FileFormatError),
        (b"tree\nversion=v4\n", "a.txt", FileFormatError),
    ],
)
def test_damaged_files_are_named(content, name, error, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=name):
        explain.load_model(tmp_path / name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        explain.load_model(tmp_path / "gone.skops")


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_bare_boosters_are_explained(library, classes):
    y = {0: NUMBER, 2: TWO, 3: THREE}[classes]
    more = {"num_class": 3} if classes == 3 else {}
    if library == "lightgbm":
        objective = {0: "regression", 2: "binary", 3: "multiclass"}[classes]
        given = {"objective": objective, "verbose": -1, **more}
        booster = lgb.train(given, lgb.Dataset(X, y), 4)
        raw = booster.predict(X[:5], raw_score=True)
    else:
        objective = {0: "reg:squarederror", 2: "binary:logistic", 3: "multi:softprob"}[classes]
        booster = xgb.train({"objective": objective, **more}, xgb.DMatrix(X, y), 4)
        raw = booster.predict(xgb.DMatrix(X[:5]), output_margin=True)
    a = explain.Explainer(booster, X[:20]).attribute(X[:5])
    assert (a.engine, a.unit) == ("tree", "log-odds" if classes else "target")
    np.testing.assert_allclose(a.outputs, raw[:, -1] if classes == 3 else raw, atol=1e-5)
