"""How attributions were computed: engine, unit, background, model and the packages behind it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from aitransparency import __version__
from aitransparency.explain.attribution.engine import Engine, Perturbation
from aitransparency.explain.attributions import Unit


@dataclass(frozen=True, slots=True)
class Method:
    """How the attributions of an explainer are computed, for the card's line about the method.

    Parameters
    ----------
    engine, reason
        Which engine and why.
    unit
        What amounts are measured in.
    perturbation
        What an absent feature is replaced by.
    background_rows, background_selection
        How many rows of the background are used and how they were chosen.
    model
        Class of the model.
    versions
        Packages behind the numbers, name and version.
    """

    engine: str
    reason: str
    unit: Unit
    perturbation: Perturbation
    background_rows: int
    background_selection: str
    model: str
    versions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, engine: Engine, rows: int, model: Any) -> Method:
        """Say how an engine computes.

        Parameters
        ----------
        engine
            The engine, built.
        rows
            Rows of the background that was given.
        model
            The fitted model.
        """
        used = engine.background_rows
        if not used:
            selection = "none: the training counts in the trees stand for it"
        elif used == rows:
            selection = "all rows given"
        else:
            selection = "rows spread evenly over the model's score"
        return cls(
            engine=engine.name,
            reason=engine.reason,
            unit=engine.unit,
            perturbation=engine.perturbation,
            background_rows=used,
            background_selection=selection,
            model=type(model).__name__,
            versions=_versions(model),
        )


def _versions(model: Any) -> tuple[tuple[str, str], ...]:
    top = type(getattr(model, "booster_", model)).__module__.partition(".")[0]
    package = {"sklearn": "scikit-learn"}.get(top, top)
    known = {"scikit-learn", "lightgbm", "xgboost", "catboost", "shap"}
    names = ["numpy", package] if package in known else ["numpy"]
    return (("aitransparency", __version__), *((name, version(name)) for name in names))
