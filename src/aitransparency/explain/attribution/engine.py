"""What every engine is: rows in, one amount per column out, and what the amounts are measured in.

Shapley values after Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions",
NeurIPS 2017; "interventional" and "path-dependent" after Janzing et al., AISTATS 2020, and Lundberg
et al., Nature Machine Intelligence 2, 2020.

>>> Target("classification", position=1, classes=2).sign
1.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from aitransparency.errors import InputError
from aitransparency.explain.attributions import Unit

Floats = npt.NDArray[np.float64]
Perturbation = Literal["interventional", "path-dependent"]


class NotExactError(Exception):
    """No exact engine for this model; the caller goes on to sampling. Never leaves the package."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which output of the model is explained.

    Parameters
    ----------
    task
        What the model estimates.
    position
        Place of the favourable class in the model's ``classes_``.
    classes
        Number of classes; 0 for a regression.
    """

    task: Literal["classification", "regression"]
    position: int = 0
    classes: int = 0

    @property
    def sign(self) -> float:
        """Minus one where a two-class margin points away from the favourable class."""
        return -1.0 if self.classes == 2 and self.position == 0 else 1.0

    def pick(self, margins: npt.NDArray[Any]) -> Floats:
        """Return the favourable margin of ``decision_function``'s answer, float64 (n,)."""
        wide = np.asarray(margins, dtype=np.float64)
        if wide.ndim == 2 and wide.shape[1] > 1:
            return np.ascontiguousarray(wide[:, self.position])
        return self.sign * wide.reshape(-1)


@dataclass(frozen=True, slots=True)
class Settings:
    """How attributions are computed; the defaults are argued in docs/attribution.md.

    Parameters
    ----------
    perturbation
        What an absent feature is replaced by. "interventional": values of the background, whatever
        the other features are. "path-dependent" (trees only): what the training rows that reach the
        same branch hold.
    unit
        The unit wanted; None for the unit in which the model is exact.
    background_rows
        At most so many background rows are used, spread evenly over the model's score; None lets
        the engine say.
    budget
        Model calls per row for models that must be sampled.
    seed
        Of the sampling.
    """

    perturbation: Perturbation = "interventional"
    unit: Unit | None = None
    background_rows: int | None = None
    budget: int = 2048
    seed: int = 0

    def __post_init__(self) -> None:
        if self.perturbation not in ("interventional", "path-dependent"):
            raise InputError(
                f"perturbation={self.perturbation!r}: choose 'interventional' or 'path-dependent'"
            )
        if self.unit not in (None, "log-odds", "probability", "target", "log-target"):
            raise InputError(
                f"unit={self.unit!r}: choose 'log-odds', 'probability', 'target' or 'log-target'"
            )
        if self.background_rows is not None and self.background_rows < 1:
            raise InputError(f"background_rows must be at least 1, got {self.background_rows}")
        if self.budget < 2:
            raise InputError(f"budget must be at least 2 model calls a row, got {self.budget}")


def spread(score: Floats, count: int) -> npt.NDArray[np.intp]:
    """Return `count` row numbers spread evenly over the sorted score, in ascending order."""
    if len(score) <= count:
        return np.arange(len(score))
    order = np.argsort(score, kind="stable")
    places = ((np.arange(count) + 0.5) * len(score) / count).astype(np.intp)
    return np.sort(order[places])


class Engine(Protocol):
    """Computes SHAP values over the columns of the rows that its model takes."""

    @property
    def name(self) -> str:
        """Short name, for a card's line about the method."""

    @property
    def reason(self) -> str:
        """Why this engine fits the model, one English sentence."""

    @property
    def unit(self) -> Unit:
        """What the amounts are measured in."""

    @property
    def perturbation(self) -> Perturbation:
        """What an absent feature is replaced by."""

    @property
    def background_rows(self) -> int:
        """Rows of the background used; 0 where the tree's own training counts stand for it."""

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,) for rows as the model takes them."""

    def outputs(self, rows: Any) -> Floats:
        """Return what base plus values must add up to, asked of the model itself, (n,)."""
