"""Explainer: grouping, signs and bad input, against shap and arithmetic by hand."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import shap
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from aitransparency.errors import ColumnNotFoundError, InputError, InputTypeError, ModelError
from aitransparency.explain.decision import Decision
from aitransparency.explain.explainer import Explainer

DECISION = Decision(labels={0: "未通过", 1: "通过"}, favourable=1)


def people(count=300):
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, count),
            "income": random.normal(10, 3, count),
            "job": random.choice(["clerk", "nurse", "driver"], count),
        }
    )
    frame.loc[5, "income"] = np.nan
    granted = ((frame["age"] > 40) & (frame["income"] > 9)) | (frame["job"] == "nurse")
    return frame, granted.astype(int)


def preparation():
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
            ("words", OneHotEncoder(handle_unknown="error"), ["job"]),
        ]
    )


def test_one_hot_columns_are_summed_as_by_hand_over_shap():
    x, y = people()
    pipe = make_pipeline(preparation(), GradientBoostingClassifier(n_estimators=20)).fit(x, y)
    background = x[:80]
    engineered = pipe[0].transform(x)
    peer = shap.TreeExplainer(pipe[-1], engineered[:80]).shap_values(engineered[:20])
    by_hand = np.column_stack([peer[:, 0], peer[:, 1], peer[:, 2:].sum(axis=1)])

    a = Explainer(pipe, background, decision=DECISION).attribute(x[:20])

    np.testing.assert_allclose(a.values, by_hand, atol=1e-6)
    assert a.features == ("age", "income", "job")
    assert a.unit == "log-odds"
    assert a.additivity_error < 1e-6


def test_positive_is_towards_the_favourable_class():
    x, y = people()
    pipe = make_pipeline(preparation(), LogisticRegression()).fit(x, y)
    granted = Explainer(pipe, x, decision=DECISION).attribute(x)
    refused = Explainer(pipe, x, decision=Decision(labels=DECISION.labels, favourable=0))
    np.testing.assert_allclose(refused.attribute(x).values, -granted.values)
    np.testing.assert_allclose(refused.score(x), pipe.predict_proba(x)[:, 0])


def test_linear_regression_is_weight_times_distance():
    x = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 1.0]])
    model = LinearRegression().fit(x, 2 * x[:, 0] - x[:, 1] + 7)
    a = Explainer(model, x).attribute(np.array([[10.0, 10.0]]))
    # Means 8/3 and 8/3: 2 (10 - 8/3) and -(10 - 8/3).
    np.testing.assert_allclose(a.values, [[44 / 3, -22 / 3]])
    np.testing.assert_allclose(a.base_values, [8 / 3 + 7])
    assert a.unit == "target"


@pytest.mark.parametrize("library", [pl.DataFrame, pa.Table.from_pandas, dict])
def test_every_kind_of_rows_gives_the_same_values(library):
    x, y = people()
    pipe = make_pipeline(preparation(), LogisticRegression()).fit(x, y)
    explainer = Explainer(pipe, x, decision=DECISION)
    given = x.iloc[[0]]
    rows = given.iloc[0].to_dict() if library is dict else library(given)
    np.testing.assert_allclose(
        explainer.attribute(rows).values, explainer.attribute(given).values, rtol=1e-12
    )


def test_rows_come_back_as_given_with_their_other_columns():
    x, y = people()
    pipe = make_pipeline(preparation(), LogisticRegression()).fit(x, y)
    rows = x[:3].assign(case="A1")
    a = Explainer(pipe, x, decision=DECISION).attribute(rows)
    assert a.data.column_names == ["age", "income", "job", "case"]
    assert a.data["age"].to_pylist() == x["age"][:3].tolist()


def test_margins_keep_the_target_unit_and_the_models_own_line():
    x, y = people()
    pipe = make_pipeline(preparation(), SVC()).fit(x, y)
    explainer = Explainer(pipe, x, decision=DECISION)
    assert explainer.unit == "target"
    assert explainer.decision.threshold == 0
    np.testing.assert_allclose(explainer.score(x), pipe.decision_function(x))


BAD_ROWS = [
    (lambda x: x.drop(columns=["age", "job"]), InputError, "age, job"),
    (lambda x: x.rename(columns={"income": "incme"}), ColumnNotFoundError, "did you mean 'incme'"),
    (lambda x: x.assign(age="old"), InputTypeError, "'age'"),
    (lambda x: x.assign(job="secret trade"), InputError, "'job' .row 0."),
    (lambda x: x.to_numpy()[:, :2], InputError, "age, income, job"),
    (lambda x: 3, InputTypeError, "int"),
]


@pytest.mark.parametrize(("spoil", "error", "words"), BAD_ROWS)
def test_bad_rows_are_named_and_never_quoted(spoil, error, words):
    x, y = people()
    pipe = make_pipeline(preparation(), LogisticRegression()).fit(x, y)
    explainer = Explainer(pipe, x, decision=DECISION)
    with pytest.raises(error, match=words) as caught:
        explainer.attribute(spoil(x))
    assert "secret trade" not in str(caught.value)


def test_an_empty_frame_gives_empty_attributions():
    x, y = people()
    pipe = make_pipeline(preparation(), LogisticRegression()).fit(x, y)
    a = Explainer(pipe, x, decision=DECISION).attribute(x[:0])
    assert a.values.shape == (0, 3)


def test_columns_in_another_order_are_put_right():
    x, y = people()
    model = RandomForestRegressor(5, max_depth=4).fit(x[["age", "job"]].assign(job=0), y)
    rows = pd.DataFrame({"job": [0, 0], "age": [20, 70]})
    explainer = Explainer(model, rows)
    np.testing.assert_allclose(explainer.score(rows), model.predict(rows[["age", "job"]]))


@pytest.mark.parametrize(
    ("model", "background", "error", "words"),
    [
        (object(), np.zeros((2, 2)), ModelError, "no predict"),
        (LogisticRegression, np.zeros((2, 2)), ModelError, "instance"),
        (LogisticRegression(), np.zeros((2, 2)), ModelError, "fitted"),
        (LinearRegression().fit([[1.0]], [1]), np.zeros((2, 2)), InputError, "fitted on 1"),
        (LinearRegression().fit([[1.0]], [1]), np.zeros((0, 1)), InputError, "no rows"),
        (LinearRegression().fit([[1.0]], [1]), np.zeros(3), InputError, "dimensions"),
    ],
)
def test_bad_models_and_backgrounds_are_refused(model, background, error, words):
    with pytest.raises(error, match=words):
        Explainer(model, background)
