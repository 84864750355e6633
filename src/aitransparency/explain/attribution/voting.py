"""Voting models: the weighted mean of exact engines, exact because SHAP values add.

Shapley's axiom of linearity: the values of a weighted sum of games are the weighted sum of their
values.

>>> from sklearn.ensemble import VotingRegressor
>>> from sklearn.linear_model import LinearRegression
>>> x = np.array([[0.0], [1.0], [2.0]])
>>> model = VotingRegressor([("a", LinearRegression()), ("b", LinearRegression())]).fit(x, x[:, 0])
>>> [weight for _, weight in members(model)]
[0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aitransparency.explain.attribution.engine import (
    Engine,
    Floats,
    NotExactError,
    Perturbation,
    Target,
)
from aitransparency.explain.attributions import Unit


@dataclass(frozen=True, slots=True, eq=False)
class VotingEngine:
    """Adds the values of several engines with fixed weights.

    Parameters
    ----------
    parts
        Engines of one unit and one perturbation over the same columns, and the weight of each.
        The weights sum to 1.
    output
        The voting model's own output, float64 (n,).
    """

    parts: Sequence[tuple[Engine, float]]
    output: Callable[[Any], Floats]  # rows are whatever the model takes

    name = "voting"

    @property
    def reason(self) -> str:
        """Why this engine fits the model."""
        kinds = sorted({engine.name for engine, _ in self.parts})
        return (
            f"the model is a weighted mean of {len(self.parts)} models that are explained exactly "
            f"({', '.join(kinds)}), and SHAP values add"
        )

    @property
    def unit(self) -> Unit:
        """What the amounts are measured in."""
        return self.parts[0][0].unit

    @property
    def perturbation(self) -> Perturbation:
        """What an absent feature is replaced by."""
        return self.parts[0][0].perturbation

    @property
    def background_rows(self) -> int:
        """The fewest rows that any of the engines uses."""
        return min(engine.background_rows for engine, _ in self.parts)

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        found = [(engine.attribute(rows), weight) for engine, weight in self.parts]
        values: Floats = np.sum([weight * more for (more, _), weight in found], axis=0)
        base: Floats = np.sum([weight * start for (_, start), weight in found], axis=0)
        return values, base

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        return self.output(rows)


def voting_output(model: Any, target: Target) -> tuple[Unit, Callable[[Any], Floats]]:
    """Return the unit in which a voting model is a mean, and its output there.

    Raises
    ------
    NotExactError
        The members vote by class, which is no mean of outputs.
    """
    if target.task == "regression":
        return "target", lambda rows: np.asarray(model.predict(rows), dtype=np.float64)
    if model.voting != "soft":
        raise NotExactError(f"{type(model).__name__} counts votes, which is no sum")
    return "probability", lambda rows: np.asarray(model.predict_proba(rows), dtype=np.float64)[
        :, target.position
    ]


def members(model: Any) -> list[tuple[Any, float]]:
    """Return the fitted members of a voting model and their shares of the vote."""
    fitted = list(model.estimators_)
    kept = [part for _, part in model.estimators]
    given = [1.0] * len(kept) if model.weights is None else list(model.weights)
    weights = [float(w) for part, w in zip(kept, given, strict=True) if part != "drop"]
    return [(part, w / sum(weights)) for part, w in zip(fitted, weights, strict=True)]
