"""Read XGBoost's trees from its JSON model.

Format: the JSON schema in XGBoost's documentation ("Introduction to Model IO"); read off models
written by 3.2. XGBoost asks ``x < threshold`` in float32 and sends the categories of a set right.

>>> float(below(np.array([1.0], dtype=np.float32))[0]) < 1.0
True
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.explain.attribution.engine import Floats, NotExactError, Target
from aitransparency.explain.attribution.forest import CATEGORY, Forest, Tree
from aitransparency.explain.attribution.linear import dense
from aitransparency.explain.attribution.trees import Reading
from aitransparency.explain.attributions import Unit

_LOG_LINKS = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")
_LOG_ODDS = ("binary:logistic", "multi:softprob", "multi:softmax")


def read(model: Any, background: Any, target: Target, settings: Any) -> Reading:
    """Return the trees of a fitted XGBoost model, or raise NotExactError."""
    learner = json.loads(bytes(model.get_booster().save_raw("json")))["learner"]
    gradient = learner["gradient_booster"]
    weights = None
    if gradient["name"] == "dart":
        weights, gradient = gradient["weight_drop"], gradient["gbtree"]
    if "model" not in gradient or "trees" not in gradient["model"]:
        raise NotExactError(f"XGBoost's booster {gradient['name']} has no trees")
    found = gradient["model"]
    count = found["iteration_indptr"][_rounds(model)] if _rounds(model) else len(found["trees"])
    column = target.position if target.classes > 2 else 0
    sign = target.sign if target.task == "classification" else 1.0
    trees = [
        _tree(tree, sign * (1.0 if weights is None else weights[k]))
        for k, tree in enumerate(found["trees"][:count])
        if found["tree_info"][k] == column
    ]

    def output(rows: Any) -> Floats:
        raw = np.asarray(model.predict(rows, output_margin=True), dtype=np.float64)
        return sign * (raw[:, column] if raw.ndim == 2 else raw)

    return Reading(
        Forest.of_trees(trees, int(learner["learner_model_param"]["num_feature"])),
        None,
        _unit(learner["objective"]["name"], target),
        lambda rows: _coded(rows, model.missing),
        output,
    )


def below(threshold: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the largest float32 below each threshold: ``x < t`` is ``x <= below(t)``."""
    return np.nextafter(threshold, np.float32(-np.inf))


def _unit(objective: str, target: Target) -> Unit:
    if target.task == "classification":
        if objective not in _LOG_ODDS:
            raise NotExactError(f"XGBoost's objective {objective} has no known link")
        return "log-odds"
    if objective in _LOG_LINKS:
        return "log-target"
    if objective in ("reg:logistic", "binary:logistic", "reg:squaredlogerror"):
        raise NotExactError(f"XGBoost's objective {objective} is not a sum in the target's unit")
    return "target"


def _rounds(model: Any) -> int | None:
    """Return the rounds that predict uses where training stopped early."""
    try:
        return int(model.best_iteration) + 1
    except AttributeError:
        return None


def _tree(found: dict[str, Any], factor: float) -> Tree:
    if found["tree_param"]["size_leaf_vector"] not in ("0", "1"):
        raise NotExactError("XGBoost's trees have several outputs")
    left = np.array(found["left_children"], dtype=np.int64)
    right = np.array(found["right_children"], dtype=np.int64)
    numbers = np.array(found["split_conditions"], dtype=np.float32)
    missing_left = np.array(found["default_left"], dtype=bool)
    sets = {}
    for k, node in enumerate(found["categories_nodes"]):
        start = found["categories_segments"][k]
        size = found["categories_sizes"][k]
        sets[int(node)] = np.array(found["categories"][start : start + size], dtype=np.int64)
        left[node], right[node] = right[node], left[node]
        missing_left[node] = not missing_left[node]
    tree = Tree.of(
        found["split_indices"],
        below(numbers).astype(np.float64),
        (left, right),
        found["sum_hessian"],
        numbers.astype(np.float64) * factor,
        missing_left,
    )
    tree.sets.update(sets)
    tree.kind[list(sets)] = CATEGORY
    return tree


def _coded(rows: Any, missing: float) -> Floats:
    if hasattr(rows, "dtypes") and hasattr(rows, "select_dtypes"):
        chosen = rows.select_dtypes("category").columns
        if len(chosen):
            rows = rows.copy(deep=False)
            for name in chosen:
                codes = rows[name].cat.codes.to_numpy().astype(np.float64)
                rows[name] = np.where(codes < 0, np.nan, codes)
    x = dense(rows).astype(np.float32).astype(np.float64)
    if missing is not None and not np.isnan(missing):
        x[x == missing] = np.nan
    return x
