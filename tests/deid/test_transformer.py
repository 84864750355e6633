"""The scikit-learn transformer: in a pipeline, cloned, pickled without its key."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from aitransparency import deid
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.errors import InputError, InputTypeError, KeyMaterialError

X = pd.DataFrame({"phone": ["13800138000", "13900139000"] * 5, "age": [20, 60] * 5})
KEY = deid.Key(bytes(32))
PLAN = deid.Plan({"phone": deid.Pseudonymize(), "age": Keep()})


def test_it_gives_what_deidentify_gives() -> None:
    made = deid.Deidentifier(PLAN, key=KEY).fit_transform(X)
    pd.testing.assert_frame_equal(made, deid.deidentify(X, PLAN, key=KEY).data)


def test_it_works_inside_a_pipeline() -> None:
    numbers = make_column_transformer(("passthrough", make_column_selector(dtype_include="number")))
    model = make_pipeline(deid.Deidentifier(PLAN, key=KEY), numbers, LogisticRegression())
    y = [0, 1] * 5
    assert clone(model).fit(X, y).predict(X).tolist() == y


def test_dropped_columns_are_not_among_the_names() -> None:
    plan = deid.Plan({"phone": Drop(), "age": Keep()})
    assert deid.Deidentifier(plan).fit(X).get_feature_names_out().tolist() == ["age"]


def test_without_a_plan_one_is_proposed() -> None:
    made = deid.Deidentifier().fit(X)
    assert made.plan_["phone"].entity == "CN_MOBILE_PHONE"


def test_a_pickle_holds_no_key_and_says_so() -> None:
    made = deid.Deidentifier(PLAN, key=KEY).fit(X)
    saved = pickle.dumps(made)
    assert KEY.secret not in saved
    with pytest.raises(KeyMaterialError, match="left out"):
        pickle.loads(saved).transform(X)
    again = pickle.loads(saved).set_params(key=KEY)
    pd.testing.assert_frame_equal(again.transform(X), made.transform(X))


def test_what_is_no_frame_or_another_frame_is_refused() -> None:
    with pytest.raises(InputTypeError, match="named columns"):
        deid.Deidentifier().fit(X.to_numpy())
    with pytest.raises(InputError, match="fit saw"):
        deid.Deidentifier(PLAN, key=KEY).fit(X).transform(X[["age", "phone"]])
