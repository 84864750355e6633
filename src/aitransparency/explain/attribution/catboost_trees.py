"""Read CatBoost's trees from its JSON model; ask CatBoost itself where it codes categories.

Format: the JSON of ``save_model(format="json")``, read off models written by 1.2. A symmetric tree
asks one question a level; the answers, lowest level first, are the bits of the leaf's number.

>>> symmetric([(0, 0.5, False)], np.array([-1.0, 2.0]), np.array([3.0, 5.0])).value.tolist()
[0.0, -1.0, 2.0]
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aitransparency.explain.attribution.engine import (
    Engine,
    Floats,
    NotExactError,
    Perturbation,
    Settings,
    Target,
)
from aitransparency.explain.attribution.forest import Forest, Tree
from aitransparency.explain.attribution.linear import dense
from aitransparency.explain.attribution.trees import Reading
from aitransparency.explain.attributions import Unit

_LOG_LINKS = ("Poisson", "Tweedie")
_LOG_ODDS = ("Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll")


@dataclass(frozen=True, slots=True, eq=False)
class CatBoostEngine:
    """CatBoost's own SHAP values, for models with categories that it turns into statistics."""

    model: Any
    target: Target
    unit: Unit

    name = "catboost"
    reason = (
        "the model turns categories into statistics inside its trees, which only CatBoost itself "
        "can follow"
    )
    perturbation: Perturbation = "path-dependent"
    background_rows = 0

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        import catboost

        pool = catboost.Pool(rows, cat_features=self.model.get_cat_feature_indices())
        found = np.asarray(self.model.get_feature_importance(pool, type="ShapValues"))
        found = found[:, self.target.position] if found.ndim == 3 else found * _sign(self.target)
        return np.ascontiguousarray(found[:, :-1]), np.ascontiguousarray(found[:, -1])

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        return _raw(self.model, self.target, rows)


def read(model: Any, background: Any, target: Target, settings: Settings) -> Reading | Engine:
    """Return the trees of a fitted CatBoost model, or raise NotExactError."""
    unit = _unit(model, target)
    if model.get_cat_feature_indices() or model.get_text_feature_indices():
        if settings.unit not in (None, unit) or unit == "log-target":
            raise NotExactError(f"CatBoost's values are in {unit}")
        return CatBoostEngine(model, target, unit)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        found = json.loads(path.read_text(encoding="utf-8"))
    scale, biases = found["scale_and_bias"]
    outputs = target.classes if target.classes > 2 else 1
    column = target.position if outputs > 1 else 0
    factor = _sign(target) * scale
    floats = {f["feature_index"]: f for f in found["features_info"]["float_features"]}

    def question(split: dict[str, Any]) -> tuple[int, float, bool]:
        column = floats[split["float_feature_index"]]
        stays = column["nan_value_treatment"] != "AsTrue"
        return column["flat_feature_index"], split["border"], stays

    trees = []
    for tree in found.get("oblivious_trees", ()):
        values = np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, outputs)[:, column]
        weights = np.array(tree["leaf_weights"], dtype=np.float64)
        trees.append(
            symmetric([question(s) for s in tree["splits"] or []], values * factor, weights)
        )
    trees += [branching(root, question, column, factor) for root in found.get("trees", ())]
    return Reading(
        Forest.of_trees(trees, len(model.feature_names_)),
        float(np.atleast_1d(biases)[min(column, len(np.atleast_1d(biases)) - 1)]) * _sign(target),
        unit,
        lambda rows: dense(rows).astype(np.float32).astype(np.float64),
        lambda rows: _raw(model, target, rows),
    )


def symmetric(
    questions: Sequence[tuple[int, float, bool]], values: Floats, weights: Floats
) -> Tree:
    """Return a symmetric tree; each question is (feature, border, whether missing answers no)."""
    depth = len(questions)
    count = 2 ** (depth + 1) - 1
    inner = 2**depth - 1
    nodes = np.arange(count)
    level = np.log2(nodes + 1).astype(np.int64)
    asked = [questions[depth - 1 - k] for k in range(depth)]  # the last question splits the root
    feature, border, stay = (
        (np.array([*part, 0]) for part in zip(*asked, strict=True))
        if asked
        else (
            np.zeros(1),
            np.zeros(1),
            np.zeros(1),
        )
    )
    leaf = nodes >= inner
    value, cover = np.zeros(count), np.zeros(count)
    value[inner:], cover[inner:] = values, weights
    for node in range(inner - 1, -1, -1):
        cover[node] = cover[2 * node + 1] + cover[2 * node + 2]
    return Tree.of(
        feature[level],
        border[level].astype(np.float32).astype(np.float64),
        (np.where(leaf, -1, 2 * nodes + 1), np.where(leaf, -1, 2 * nodes + 2)),
        cover,
        value,
        stay[level].astype(bool),
    )


def branching(
    root: dict[str, Any],
    question: Callable[[dict[str, Any]], tuple[int, float, bool]],
    column: int,
    factor: float,
) -> Tree:
    """Return a tree that asks each node its own question (Lossguide and Depthwise).

    Parameters
    ----------
    root
        Nested nodes of the JSON: a split with left and right, or a value with its weight.
    question
        Feature, border and whether missing answers no, of a split.
    column
        Which value of a leaf with several.
    factor
        On the leaves.
    """
    order: list[dict[str, Any]] = [root]
    left: list[int] = []
    for node in order:  # grows as children are found: parents come before their children
        left.append(len(order) if "split" in node else -1)
        if "split" in node:
            order += [node["left"], node["right"]]
    asked = [question(node["split"]) if "split" in node else (0, 0.0, True) for node in order]
    cover = np.zeros(len(order))
    value = np.zeros(len(order))
    for k in range(len(order) - 1, -1, -1):
        if left[k] < 0:
            cover[k] = order[k]["weight"]
            value[k] = factor * float(np.atleast_1d(order[k]["value"])[column])
        else:
            cover[k] = cover[left[k]] + cover[left[k] + 1]
    lefts = np.array(left)
    feature, border, stay = (np.array(part) for part in zip(*asked, strict=True))
    return Tree.of(
        feature,
        border.astype(np.float32).astype(np.float64),
        (lefts, np.where(lefts < 0, -1, lefts + 1)),
        cover,
        value,
        stay.astype(bool),
    )


def _unit(model: Any, target: Target) -> Unit:
    loss = str(model.get_all_params().get("loss_function", "")).split(":")[0]
    if target.task == "classification":
        if loss not in _LOG_ODDS:
            raise NotExactError(f"CatBoost's loss {loss} has no known link")
        return "log-odds"
    return "log-target" if loss in _LOG_LINKS else "target"


def _sign(target: Target) -> float:
    return target.sign if target.task == "classification" else 1.0


def _raw(model: Any, target: Target, rows: Any) -> Floats:
    raw = np.asarray(model.predict(rows, prediction_type="RawFormulaVal"), dtype=np.float64)
    return raw[:, target.position] if raw.ndim == 2 else _sign(target) * raw
