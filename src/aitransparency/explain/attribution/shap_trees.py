"""Trees through shap's own TreeExplainer.

>>> shap_tree_engine(object(), np.zeros((1, 1)), Target("regression"), Settings())
Traceback (most recent call last):
aitransparency.explain.attribution.engine.NotExactError: object is not a tree model
"""

from __future__ import annotations

from dataclasses import dataclass
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
from aitransparency.explain.attribution.linear import dense
from aitransparency.explain.attributions import Unit

_FORESTS = ("DecisionTree", "ExtraTree", "ExtraTrees", "RandomForest")
_BOOSTED = ("GradientBoosting", "HistGradientBoosting", "LGBM", "XGB")


@dataclass(frozen=True, slots=True, eq=False)
class ShapTreeEngine:
    """shap.TreeExplainer behind the contract of an engine."""

    explainer: Any  # shap.TreeExplainer
    model: Any
    target: Target
    unit: Unit
    perturbation: Perturbation
    background_rows: int

    name = "shap tree"
    reason = "the model is made of trees, whose SHAP values can be computed exactly"

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        x = dense(rows)
        values = np.asarray(self.explainer.shap_values(x, check_additivity=False))
        base = np.atleast_1d(self.explainer.expected_value)
        if values.ndim == 3:
            return values[:, :, self.target.position], np.full(len(x), base[self.target.position])
        return self.target.sign * values, np.full(len(x), self.target.sign * base[0])

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        if self.unit == "target":
            return np.asarray(self.model.predict(rows), dtype=np.float64)
        p = np.asarray(self.model.predict_proba(rows), dtype=np.float64)[:, self.target.position]
        return p if self.unit == "probability" else np.log(p / (1 - p))


def shap_tree_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    """Build the engine, or raise NotExactError for what is no tree model."""
    kind = type(model).__name__
    stem = kind.removesuffix("Classifier").removesuffix("Regressor")
    if stem not in _FORESTS + _BOOSTED:
        raise NotExactError(f"{kind} is not a tree model")
    import shap

    x = dense(background)[:200]
    interventional = settings.perturbation == "interventional"
    explainer = shap.TreeExplainer(
        model,
        x if interventional else None,
        feature_perturbation="interventional" if interventional else "tree_path_dependent",
    )
    unit: Unit = "probability" if stem in _FORESTS else "log-odds"
    return ShapTreeEngine(
        explainer,
        model,
        target,
        "target" if target.task == "regression" else unit,
        settings.perturbation,
        len(x) if interventional else 0,
    )
