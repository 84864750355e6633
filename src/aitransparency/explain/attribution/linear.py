"""Linear models in closed form: value = weight times distance from the background's mean.

For f(x) = b + sum of w_j x_j the interventional Shapley value is w_j (x_j - mean_j), exactly
(Lundberg and Lee 2017, corollary 1). Holds for the margin of logistic and other generalised linear
models.

>>> engine = LinearEngine(np.array([2.0, 0.0]), 1.0, np.array([1.0, 5.0]), "target", 10, None)
>>> engine.attribute(np.array([[3.0, 9.0]]))[0].tolist()
[[4.0, 0.0]]
"""

from __future__ import annotations

from collections.abc import Callable
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
from aitransparency.explain.attributions import Unit

_BLOCK = 2_048  # rows


@dataclass(frozen=True, slots=True, eq=False)
class LinearEngine:
    """Closed form for an intercept and one weight a column.

    Parameters
    ----------
    weights
        float64 (p,).
    intercept
        Output where every column is zero.
    means
        float64 (p,), of the background.
    unit
        Of the output.
    background_rows
        Rows behind `means`.
    output
        The model's own output for rows, float64 (n,); None to trust the closed form.
    """

    weights: Floats
    intercept: float
    means: Floats
    unit: Unit
    background_rows: int
    output: Callable[[Any], Floats] | None  # rows are whatever the model takes

    name = "linear"
    reason = "the model is linear in its columns, so its SHAP values have a closed form"
    perturbation: Perturbation = "interventional"

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        x = dense(rows)
        values = np.empty(x.shape)
        for start in range(0, len(x), _BLOCK):  # columns in, rows out: turn them in the cache
            here = values[start : start + _BLOCK]
            np.subtract(x[start : start + _BLOCK], self.means, out=here)
            here *= self.weights
        base = float(self.intercept + self.means @ self.weights)
        return values, np.full(len(x), base)

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        if self.output is None:
            return dense(rows) @ self.weights + self.intercept
        return self.output(rows)


def dense(rows: Any) -> Floats:
    """Return numeric rows of any kind (frame, sparse, array) as float64 (n, p)."""
    if hasattr(rows, "toarray"):
        rows = rows.toarray()
    if hasattr(rows, "to_numpy"):
        rows = rows.to_numpy()
    return np.asarray(rows, dtype=np.float64)


def linear_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    """Build the engine of a fitted scikit-learn linear model.

    Raises
    ------
    NotExactError
        The model has no ``coef_``, or several outputs.
    """
    if not hasattr(model, "coef_") or not hasattr(model, "intercept_"):
        raise NotExactError(type(model).__name__)
    try:
        x = dense(background)
        weights = np.atleast_2d(dense(model.coef_))
    except (TypeError, ValueError):
        raise NotExactError(type(model).__name__) from None
    intercept = np.atleast_1d(np.asarray(model.intercept_, dtype=np.float64)).reshape(-1)
    if weights.shape[1] != x.shape[1]:
        raise NotExactError(type(model).__name__)
    if target.task == "regression":
        if len(weights) != 1:
            raise NotExactError("several outputs")
        unit, output = _regression(model)
        if type(model).__module__.startswith("xgboost."):  # its base score is no part of intercept_
            intercept = np.atleast_1d(np.median(output(background) - x @ weights[0]))
        return LinearEngine(weights[0], float(intercept[0]), x.mean(axis=0), unit, len(x), output)
    if not hasattr(model, "decision_function"):
        raise NotExactError(type(model).__name__)
    if hasattr(model, "predict_proba") and len(weights) == 1:
        margin = np.ravel(model.decision_function(background[:50]))
        p = np.asarray(model.predict_proba(background[:50]), dtype=np.float64)[:, -1]
        if not np.allclose(p, 1 / (1 + np.exp(-margin)), atol=1e-6):
            raise NotExactError(f"the margin of {type(model).__name__} is not its log-odds")
    row = target.position if len(weights) > 1 else 0
    sign = target.sign if len(weights) == 1 else 1.0
    return LinearEngine(
        sign * weights[row],
        sign * float(intercept[min(row, len(intercept) - 1)]),
        x.mean(axis=0),
        "log-odds" if hasattr(model, "predict_proba") else "target",
        len(x),
        lambda rows: target.pick(model.decision_function(rows)),
    )


def _regression(model: Any) -> tuple[Unit, Callable[[Any], Floats]]:
    """Return the unit in which a regression is linear, and its output there.

    scikit-learn's Poisson, gamma and Tweedie regressions say their link; its name for the logarithm
    is "log".
    """
    loss = getattr(model, "_base_loss", None)
    link = type(getattr(loss, "link", None)).__name__
    if link != "LogLink":
        return "target", model.predict
    return "log-target", lambda rows: np.log(np.asarray(model.predict(rows), dtype=np.float64))
