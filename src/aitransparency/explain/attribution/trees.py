"""The engine of every tree model: read its trees once, then look values up.

>>> from sklearn.tree import DecisionTreeRegressor
>>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
>>> model = DecisionTreeRegressor().fit(x, [0.0, 0.0, 4.0, 4.0])
>>> engine = tree_engine(model, x, Target("regression"), Settings())
>>> engine.attribute(x)[0].ravel().tolist()
[-2.0, -2.0, 2.0, 2.0]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from aitransparency.explain.attribution.engine import (
    Engine,
    Floats,
    NotExactError,
    Perturbation,
    Settings,
    Target,
    spread,
)
from aitransparency.explain.attribution.forest import Forest
from aitransparency.explain.attribution.tables import ReadyForest, outputs, tabled
from aitransparency.explain.attributions import Unit

_MOST_BACKGROUND = 10_000  # rows where trees are tabulated: they cost only while tables are filled
_MOST_PAIRS = 100  # rows where trees are walked: each costs a walk a row

_READERS = {
    "sklearn": "sklearn_trees",
    "lightgbm": "lightgbm_trees",
    "xgboost": "xgboost_trees",
    "catboost": "catboost_trees",
}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a library's reader returns.

    Parameters
    ----------
    forest
        The trees of the output explained, their values signed and scaled.
    bias
        Added to the sum of the trees; None where it is measured against `output`.
    unit
        Of the sum.
    prepare
        Rows as the model takes them to float64 (n, p) as its trees see them.
    output
        The model's own output in `unit`, float64 (n,).
    """

    forest: Forest
    bias: float | None
    unit: Unit
    prepare: Callable[[Any], Floats]  # rows are whatever the model takes
    output: Callable[[Any], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class TreeEngine:
    """Exact SHAP values of a sum of trees."""

    reading: Reading
    ready: ReadyForest
    bias: float
    perturbation: Perturbation
    background_rows: int

    name = "tree"

    @property
    def reason(self) -> str:
        """Why this engine fits the model."""
        how = "tabulated" if not len(self.ready.chosen) else "walked"
        return (
            f"the model is a sum of {self.ready.forest.trees:,} trees, whose SHAP values are "
            f"computed exactly ({how})"
        )

    @property
    def unit(self) -> Unit:
        """What the amounts are measured in."""
        return self.reading.unit

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        values = self.ready.values(self.reading.prepare(rows))
        return values, np.full(len(values), self.bias + self.ready.base)

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        return self.reading.output(rows)


def tree_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    """Build the engine, or raise NotExactError for what is no sum of trees."""
    kind, module = type(model).__name__, type(model).__module__.partition(".")[0]
    if type(getattr(model, "booster_", None)).__module__.startswith("lightgbm."):
        module = "lightgbm"
    if module not in _READERS:
        raise NotExactError(f"{kind} is not a tree model")
    reader = import_module(f"aitransparency.explain.attribution.{_READERS[module]}")
    found = reader.read(model, background, target, settings)
    if not isinstance(found, Reading):
        engine: Engine = found
        return engine
    if not len(found.forest.used):
        raise NotExactError(f"the trees of {kind} ask nothing")
    if settings.unit not in (None, found.unit) or (
        settings.unit is None and found.unit == "log-target"
    ):
        raise NotExactError(f"{kind} is a sum of trees in {found.unit}, not in the unit wanted")
    return _ready(found, background, settings)


def _ready(found: Reading, background: Any, settings: Settings) -> TreeEngine:
    forest, rows, bias = found.forest, found.prepare(background), found.bias
    if bias is None:
        some = min(len(rows), 1_000)
        bias = float(np.median(found.output(background[:some]) - outputs(forest, rows[:some])))
    if settings.perturbation == "path-dependent":
        return TreeEngine(found, ReadyForest.of(forest, None), bias, settings.perturbation, 0)
    most = settings.background_rows or (_MOST_BACKGROUND if tabled(forest) else _MOST_PAIRS)
    if len(rows) > most:
        rows = rows[spread(outputs(forest, rows), most)]
    return TreeEngine(found, ReadyForest.of(forest, rows), bias, settings.perturbation, len(rows))
