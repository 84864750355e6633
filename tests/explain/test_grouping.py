"""Engineered columns back to the columns people know: which come from where, and sums kept."""

import lightgbm as lgb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from shapley import interventional
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from aitransparency.explain.attribution.engine import Settings
from aitransparency.explain.explainer import Explainer
from aitransparency.explain.grouping import sources

RANDOM = np.random.default_rng(4)
COUNT = 160
X = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, COUNT).astype(float),
        "income": RANDOM.normal(10, 3, COUNT),
        "debt": RANDOM.normal(2, 1, COUNT),
        "job": RANDOM.choice(["clerk", "nurse_x1", "driver"], COUNT),
        "home": RANDOM.choice(["own", "rent"], COUNT),
    }
)
X.loc[::9, "income"] = np.nan
Y = ((X["age"] > 45) ^ (X["job"] == "driver")).astype(int)
NUMBERS = X[["age", "income", "debt"]].fillna(0.0)

A, B, C = frozenset({0}), frozenset({1}), frozenset({2})
ALL = A | B | C


@pytest.mark.parametrize(
    ("transformer", "expected", "reason"),
    [
        (StandardScaler(), [A, B, C], "scaled"),
        (SimpleImputer(add_indicator=True), [A, B, C], "imputed, nothing missing in the fit"),
        (QuantileTransformer(n_quantiles=9), [A, B, C], "scaled by rank"),
        (KBinsDiscretizer(2, quantile_method="averaged_inverted_cdf"), [A, A, B, B, C, C], "bins"),
        (SplineTransformer(n_knots=2, degree=1), [A, A, B, B, C, C], "splines"),
        (PolynomialFeatures(2, include_bias=False), None, "products mix"),
        (PCA(2), [ALL, ALL], "components mix"),
        (Normalizer(), [ALL] * 3, "each value depends on the whole row"),
        (KNNImputer(), [ALL] * 3, "filled from the other columns"),
        (FunctionTransformer(np.log1p), [A, B, C], "a ufunc works cell by cell"),
        (FunctionTransformer(lambda x: x[:, ::-1]), [ALL] * 3, "any function may mix"),
        (FeatureUnion([("a", StandardScaler()), ("b", PCA(1))]), [A, B, C, ALL], "side by side"),
        (make_pipeline(StandardScaler(), PCA(1)), [ALL], "in turn"),
    ],
)
def test_sources_of_each_transformer(transformer, expected, reason):
    transformer.fit(NUMBERS.to_numpy(), Y)
    found = sources(transformer, [A, B, C])
    if expected is None:
        expected = [A, B, C, A, A | B, A | C, B, B | C, C]
    assert found == expected, reason


def test_selected_columns_are_followed():
    chosen = SelectKBest(k=2).fit(NUMBERS.to_numpy(), Y)
    assert sources(chosen, [A, B, C]) == [[A, B, C][j] for j in chosen.get_support(indices=True)]


def test_the_indicator_of_a_missing_value_belongs_to_its_column():
    holes = NUMBERS.to_numpy().copy()
    holes[3, 1] = np.nan
    imputer = SimpleImputer(add_indicator=True).fit(holes)
    assert sources(imputer, [A, B, C]) == [A, B, C, B]
    assert sources(MissingIndicator().fit(holes), [A, B, C]) == [B]


def test_categories_that_look_like_names_do_not_confuse():
    frame = pd.DataFrame({"x": ["x1", "x0"], "x1": ["0", "x_1"]})
    encoder = OneHotEncoder().fit(frame)
    assert sources(encoder, [A, B]) == [A, A, B, B]
    dropped = OneHotEncoder(drop="first", handle_unknown="ignore").fit(frame)
    assert sources(dropped, [A, B]) == [A, B]


PREPARATIONS = {
    "one-hot": lambda: OneHotEncoder(handle_unknown="ignore"),
    "dense one-hot": lambda: OneHotEncoder(sparse_output=False, drop="first"),
    "ordinal": lambda: OrdinalEncoder(),
    "target": lambda: TargetEncoder(random_state=0),
}
NUMERIC = {
    "scaled": lambda: make_pipeline(SimpleImputer(), StandardScaler()),
    "binned": lambda: make_pipeline(
        SimpleImputer(), KBinsDiscretizer(4, quantile_method="averaged_inverted_cdf")
    ),
    "indicated": lambda: SimpleImputer(add_indicator=True),
}
LAST = {
    "logistic": lambda: LogisticRegression(max_iter=500),
    "forest": lambda: RandomForestClassifier(5, max_depth=4, random_state=0),
    "LightGBM": lambda: lgb.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("numeric", NUMERIC)
@pytest.mark.parametrize("words", PREPARATIONS)
def test_sums_over_engineered_columns_are_kept(words, numeric, last):
    preparation = ColumnTransformer(
        [
            ("n", NUMERIC[numeric](), ["debt", "income", "age"]),
            ("w", PREPARATIONS[words](), [False, False, False, True, True]),
        ],
        verbose_feature_names_out=False,
    )
    pipe = make_pipeline(preparation, LAST[last]()).fit(X, Y)
    a = Explainer(pipe, X[:40]).attribute(X[40:60])

    engineered = [pipe[0].transform(part) for part in (X[:40], X[40:60])]
    background, rows = (np.asarray(e.todense() if hasattr(e, "todense") else e) for e in engineered)
    inner = Explainer(pipe[-1], background).attribute(rows)
    names = pipe[0].get_feature_names_out()
    assert a.engine == inner.engine
    assert a.features == tuple(X.columns)
    for at, column in enumerate(X.columns):
        mine = [j for j, name in enumerate(names) if column in name]
        np.testing.assert_allclose(a.values[:, at], inner.values[:, mine].sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(a.outputs, inner.outputs, atol=1e-9)
    assert a.additivity_error < 1e-9


def test_text_is_one_column():
    frame = X.assign(
        note=[f"{job} {home} again" for job, home in zip(X["job"], X["home"], strict=True)]
    )
    pipe = make_pipeline(
        make_column_transformer((TfidfVectorizer(), "note"), ("passthrough", ["age", "debt"])),
        LogisticRegression(max_iter=500),
    ).fit(frame[["note", "age", "debt"]], Y)
    a = Explainer(pipe, frame[:40]).attribute(frame[40:50])
    assert (a.engine, a.features) == ("linear", ("note", "age", "debt"))
    assert a.additivity_error < 1e-9


def test_mixed_columns_are_asked_about_as_people_know_them():
    pipe = make_pipeline(StandardScaler(), PCA(2), RandomForestRegressor(5, random_state=0))
    pipe.fit(NUMBERS, X["age"])
    a = Explainer(pipe, NUMBERS[:20]).attribute(NUMBERS[40:45])
    assert a.engine == "exact enumeration"
    assert "mixes columns" in a.reason
    rows, background = NUMBERS[40:45].to_numpy(), NUMBERS[:20].to_numpy()
    truth, base = interventional(
        lambda z: pipe.predict(pd.DataFrame(z, columns=NUMBERS.columns)), rows, background
    )
    np.testing.assert_allclose(a.values, truth, atol=1e-9)
    np.testing.assert_allclose(a.base_values, base)


def test_components_under_a_linear_model_keep_their_closed_form():
    pipe = make_pipeline(StandardScaler(), PCA(2), Ridge()).fit(NUMBERS, X["age"])
    a = Explainer(pipe, NUMBERS[:50]).attribute(NUMBERS[50:60])
    truth, _ = interventional(
        lambda z: pipe.predict(pd.DataFrame(z, columns=NUMBERS.columns)),
        NUMBERS[50:60].to_numpy(),
        NUMBERS[:50].to_numpy(),
    )
    np.testing.assert_allclose(a.values, truth, atol=1e-9)
    assert a.engine == "linear"


def test_native_categories_and_missing_values_stay_one_column():
    frame = X.assign(job=X["job"].astype("category"), home=X["home"].astype("category"))
    frame.loc[2, "job"] = None
    models = {
        "histograms": HistGradientBoostingClassifier(
            max_iter=5, categorical_features="from_dtype", min_samples_leaf=5
        ),
        "LightGBM": lgb.LGBMClassifier(
            n_estimators=5, verbose=-1, min_data_per_group=1, cat_smooth=1, n_jobs=1
        ),
    }
    for name, model in models.items():
        explainer = Explainer(model.fit(frame, Y), frame[:40])
        a = explainer.attribute(frame)
        assert a.engine == "tree", name
        assert a.additivity_error < 1e-9, name
        reference = by_definition(model, frame, explainer)
        np.testing.assert_allclose(a.values[50:53], reference, atol=1e-9, err_msg=name)


def by_definition(model, frame, explainer):
    """Mix rows by their numbers, and let the frame turn numbers back into categories."""
    kept = frame.reset_index(drop=True)
    width = frame.shape[1]

    def output(z):
        columns = {
            name: kept[name].take(z[:, j].astype(int)).reset_index(drop=True)
            for j, name in enumerate(frame.columns)
        }
        mixed = pd.DataFrame(columns)
        if hasattr(model, "decision_function"):
            return model.decision_function(mixed)
        return model.predict(mixed, raw_score=True)

    rows = np.repeat(np.arange(50, 53)[:, None], width, axis=1)
    background = np.repeat(np.arange(40)[:, None], width, axis=1)
    return interventional(output, rows, background)[0]


@pytest.mark.parametrize("library", [pl.from_pandas, pa.Table.from_pandas])
def test_frames_of_other_libraries_through_a_pipeline(library):
    pipe = make_pipeline(
        ColumnTransformer(
            [("n", SimpleImputer(), ["age", "income"]), ("w", OneHotEncoder(), ["job"])]
        ),
        RandomForestClassifier(5, max_depth=4, random_state=0),
    ).fit(X, Y)
    explainer = Explainer(pipe, X[:40])
    np.testing.assert_array_equal(
        explainer.attribute(library(X[40:60])).values, explainer.attribute(X[40:60]).values
    )


def test_a_column_nobody_uses_gets_nothing():
    pipe = make_pipeline(
        ColumnTransformer([("n", SimpleImputer(), ["age", "income"])]), LogisticRegression()
    ).fit(X, Y)
    a = Explainer(pipe, X[:40]).attribute(X[40:60])
    assert a.features == tuple(X.columns)
    np.testing.assert_array_equal(a.values[:, 2:], 0)


def test_path_dependent_is_kept_through_a_pipeline():
    pipe = make_pipeline(StandardScaler(), RandomForestClassifier(5, max_depth=4, random_state=0))
    pipe.fit(NUMBERS, Y)
    explainer = Explainer(pipe, NUMBERS, settings=Settings(perturbation="path-dependent"))
    assert explainer.method.perturbation == "path-dependent"
    assert explainer.method.background_rows == 0
