"""Read LightGBM's trees from its own model text.

Format: the text that ``Booster.save_model`` writes (version v4 of the LightGBM source,
``src/io/tree.cpp``; read off files written by 4.7, the source was not read).

>>> missing_kind(np.array([2, 8])).tolist(), NAN_IS_ZERO
([2, 0], 2)
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.explain.attribution.engine import Floats, NotExactError, Target
from aitransparency.explain.attribution.forest import (
    CATEGORY,
    NAN_IS_MISSING,
    NAN_IS_ZERO,
    ZERO_IS_MISSING,
    Forest,
    Tree,
)
from aitransparency.explain.attribution.linear import dense
from aitransparency.explain.attribution.trees import Reading
from aitransparency.explain.attributions import Unit

_LOG_LINKS = ("poisson", "gamma", "tweedie")
_IDENTITY = (
    "regression",
    "regression_l1",
    "huber",
    "fair",
    "quantile",
    "mape",
    "lambdarank",
    "rank_xendcg",
)


def read(model: Any, background: Any, target: Target, settings: Any) -> Reading:
    """Return the trees of a fitted LightGBM model, or raise NotExactError."""
    booster = getattr(model, "booster_", model)
    header, *blocks = booster.model_to_string().split("\nTree=")
    head = _fields(header)
    objective, *options = head.get("objective", "custom").split(" ")
    count = int(head["num_tree_per_iteration"])
    column = target.position if count > 1 else 0
    unit, scale = _unit(objective, options, target)
    rounds = len(blocks) // count if "average_output" in header else 1  # a forest's raw is a sum
    trees = [
        _tree(_fields(block.split("\nend of trees")[0]), scale / rounds)
        for k, block in enumerate(blocks)
        if k % count == column
    ]
    categories = booster.pandas_categorical
    return Reading(
        Forest.of_trees(trees, int(head["max_feature_idx"]) + 1),
        0.0,
        unit,
        lambda rows: _coded(rows, categories),
        partial(_raw, model, column, scale / rounds),
    )


def missing_kind(decision: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return how nodes treat zero and missing values, from bits 2 and 3 of the decision type."""
    kinds = np.array([NAN_IS_ZERO, ZERO_IS_MISSING, NAN_IS_MISSING, NAN_IS_MISSING], dtype=np.int32)
    found: npt.NDArray[np.int32] = kinds[(decision >> 2) & 3]
    return found


def _unit(objective: str, options: list[str], target: Target) -> tuple[Unit, float]:
    sigmoid = next((float(o.split(":")[1]) for o in options if o.startswith("sigmoid:")), 1.0)
    if target.task == "classification":
        if objective not in ("binary", "multiclass", "multiclassova", "cross_entropy"):
            raise NotExactError(f"LightGBM's objective {objective} has no known link")
        return "log-odds", sigmoid * target.sign
    if objective in _LOG_LINKS:
        return "log-target", 1.0
    if objective not in _IDENTITY or "sqrt" in options:
        raise NotExactError(f"LightGBM's objective {objective} has no known link")
    return "target", 1.0


def _fields(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.split("\n"))
    return {name: value for name, found, value in pairs if found}


def _tree(found: dict[str, str], scale: float) -> Tree:
    leaves = np.array(found["leaf_value"].split(), dtype=np.float64) * scale
    if found.get("is_linear", "0") != "0":
        raise NotExactError("LightGBM's linear trees are no sum of constants")
    if len(leaves) == 1:
        return Tree.of([-1], [0.0], ([-1], [-1]), [1], leaves)
    inner = len(leaves) - 1
    decision = np.array(found["decision_type"].split(), dtype=np.int64)
    threshold = np.array(found["threshold"].split(), dtype=np.float64)

    def both(first: Any, second: Any) -> npt.NDArray[Any]:
        return np.concatenate([np.asarray(first), np.asarray(second)])

    def child(name: str) -> npt.NDArray[np.int64]:
        nodes = np.array(found[name].split(), dtype=np.int64)
        return both(np.where(nodes < 0, inner + ~nodes, nodes), np.full(len(leaves), -1))

    nothing = np.zeros(len(leaves))
    tree = Tree.of(
        both(np.array(found["split_feature"].split(), dtype=np.int64), nothing),
        both(threshold, nothing),
        (child("left_child"), child("right_child")),
        both(_numbers(found, "internal_count"), _numbers(found, "leaf_count")),
        both(np.zeros(inner), leaves),
        both((decision & 2) > 0, nothing > 0),
    )
    tree.kind[:inner] = missing_kind(decision)
    if int(found.get("num_cat", "0")):
        edges = np.array(found["cat_boundaries"].split(), dtype=np.int64)
        words = np.array(found["cat_threshold"].split(), dtype=np.uint32)
        for node in np.flatnonzero(decision & 1):
            k = int(threshold[node])
            bits = np.unpackbits(words[edges[k] : edges[k + 1]].view(np.uint8), bitorder="little")
            tree.kind[node], tree.missing_left[node] = CATEGORY, False
            tree.sets[int(node)] = np.flatnonzero(bits).astype(np.int64)
    return tree


def _numbers(found: dict[str, str], name: str) -> Floats:
    return np.array(found[name].split(), dtype=np.float64)


def _coded(rows: Any, categories: list[list[Any]] | None) -> Floats:
    """Return rows as numbers, pandas categories as their codes in training."""
    if not categories or not hasattr(rows, "dtypes"):
        return dense(rows)
    import pandas as pd

    frame, known = rows.copy(deep=False), iter(categories)
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            codes = pd.Categorical(frame[name], categories=next(known)).codes.astype(np.float64)
            frame[name] = np.where(codes < 0, np.nan, codes)
    return dense(frame)


def _raw(model: Any, column: int, factor: float, rows: Any) -> Floats:
    raw = np.asarray(model.predict(rows, raw_score=True), dtype=np.float64)
    return factor * (raw[:, column] if raw.ndim == 2 else raw)
