"""Read scikit-learn's trees, forests and boosted trees.

Trees compare float32 values; HistGradientBoosting compares float64 and codes its categories first.

>>> from sklearn.tree import DecisionTreeClassifier
>>> x = np.array([[0.0], [1.0]])
>>> model = DecisionTreeClassifier().fit(x, [0, 1])
>>> read(model, x, Target("classification", 1, 2), None).unit
'probability'
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from aitransparency.explain.attribution.engine import Floats, NotExactError, Target
from aitransparency.explain.attribution.forest import CATEGORY, Forest, Tree
from aitransparency.explain.attribution.linear import dense
from aitransparency.explain.attribution.trees import Reading
from aitransparency.explain.attributions import Unit

_SINGLE = ("DecisionTree", "ExtraTree")
_FORESTS = ("RandomForest", "ExtraTrees")
_LOG_LINKS = ("poisson", "gamma")


def read(model: Any, background: Any, target: Target, settings: Any) -> Reading:
    """Return the trees of a fitted scikit-learn model, or raise NotExactError."""
    kind = type(model).__name__
    stem = kind.removesuffix("Classifier").removesuffix("Regressor")
    if stem in _SINGLE + _FORESTS:
        return _averaged(model, [model] if stem in _SINGLE else model.estimators_, target)
    if stem == "GradientBoosting":
        return _boosted(model, background, target)
    if stem == "HistGradientBoosting":
        return _histogram(model, target)
    raise NotExactError(f"{kind} is not a tree model")


def _averaged(model: Any, members: list[Any], target: Target) -> Reading:
    trees = []
    for member in members:
        known = member.tree_
        if known.value.shape[1] != 1:
            raise NotExactError("several outputs")
        values = known.value[:, 0, :]
        if target.task == "classification":
            values = values / values.sum(axis=1, keepdims=True)
            trees.append(_tree(known, values[:, target.position] / len(members)))
        else:
            trees.append(_tree(known, values[:, 0] / len(members)))
    unit: Unit = "target" if target.task == "regression" else "probability"
    return Reading(
        Forest.of_trees(trees, model.n_features_in_),
        0.0,
        unit,
        single_precision,
        partial(_probability, model, target) if unit == "probability" else partial(_value, model),
    )


def _boosted(model: Any, background: Any, target: Target) -> Reading:
    column = target.position if target.classes > 2 else 0
    scale = 2.0 if model.loss == "exponential" else 1.0  # p = 1 / (1 + exp(-2 raw))
    start = model._raw_predict_init(single_precision(background).astype(np.float32))[:, column]
    if np.ptp(start) > 0:
        raise NotExactError("GradientBoosting starts from a model of its own")
    factor = _sign(target) * scale
    trees = [
        _tree(member.tree_, factor * model.learning_rate * member.tree_.value[:, 0, 0])
        for member in model.estimators_[:, column]
    ]
    return Reading(
        Forest.of_trees(trees, model.n_features_in_),
        factor * float(start[0]),
        "target" if target.task == "regression" else "log-odds",
        single_precision,
        _raw(model, target, scale),
    )


def _histogram(model: Any, target: Target) -> Reading:
    column = target.position if target.classes > 2 else 0
    categorical = model.is_categorical_
    order = np.arange(model.n_features_in_)
    if categorical is not None:  # its own preprocessor puts categories first
        order = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
    sign = _sign(target)
    trees = [_histogram_tree(found[column], order, sign) for found in model._predictors]
    unit: Unit = "target" if target.task == "regression" else "log-odds"
    output = _raw(model, target, 1.0)
    if target.task == "regression" and model.loss in _LOG_LINKS:
        unit, output = "log-target", partial(_log_value, model)

    def prepare(rows: Any) -> Floats:
        coded = np.asarray(model._preprocess_X(rows, reset=False), dtype=np.float64)
        back = np.empty_like(coded)
        back[:, order] = coded
        return back

    baseline = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1)
    return Reading(
        Forest.of_trees(trees, model.n_features_in_),
        sign * float(baseline[column]),
        unit,
        prepare,
        output,
    )


def _histogram_tree(found: Any, order: np.ndarray[Any, Any], sign: float) -> Tree:
    nodes = found.nodes
    leaf = nodes["is_leaf"].astype(bool)
    categorical = (nodes["is_categorical"] == 1) & ~leaf
    tree = Tree.of(
        order[np.where(leaf, 0, nodes["feature_idx"])],
        nodes["num_threshold"],
        (
            np.where(leaf, -1, nodes["left"].astype(np.int64)),
            np.where(leaf, -1, nodes["right"].astype(np.int64)),
        ),
        nodes["count"],
        sign * nodes["value"],
        nodes["missing_go_to_left"] == 1,
    )
    for node in np.flatnonzero(categorical):
        words = found.raw_left_cat_bitsets[nodes["bitset_idx"][node]]
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")
        tree.kind[node] = CATEGORY
        tree.sets[int(node)] = np.flatnonzero(bits).astype(np.int64)
    return tree


def _tree(known: Any, values: Floats) -> Tree:
    missing = getattr(known, "missing_go_to_left", None)
    return Tree.of(
        known.feature,
        known.threshold,
        (known.children_left, known.children_right),
        known.weighted_n_node_samples,
        values,
        missing,
    )


def single_precision(rows: Any) -> Floats:
    """Return rows rounded to float32, as float64 (n, p)."""
    rounded: Floats = dense(rows).astype(np.float32).astype(np.float64)
    return rounded


def _sign(target: Target) -> float:
    return target.sign if target.task == "classification" else 1.0


def _raw(model: Any, target: Target, scale: float) -> Callable[[Any], Floats]:
    if target.task == "regression":
        return partial(_value, model)
    return lambda rows: scale * target.pick(model.decision_function(rows))


def _value(model: Any, rows: Any) -> Floats:
    return np.asarray(model.predict(rows), dtype=np.float64)


def _log_value(model: Any, rows: Any) -> Floats:
    logged: Floats = np.log(_value(model, rows))
    return logged


def _probability(model: Any, target: Target, rows: Any) -> Floats:
    return np.asarray(model.predict_proba(rows), dtype=np.float64)[:, target.position]
