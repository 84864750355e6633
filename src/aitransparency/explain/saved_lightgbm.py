"""A LightGBM model from its text file, with the methods that scikit-learn's classifiers have.

The text holds the trees and the objective, not the names of the classes: they are 0, 1, ...

>>> classes_of("binary sigmoid:1", 1), classes_of("multiclass num_class:3", 3)
(2, 3)
>>> classes_of("regression", 1)
0
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aitransparency.errors import MissingDependencyError, ModelError


@dataclass(frozen=True, slots=True, eq=False)
class LightGBMModel:
    """A booster for regression.

    Parameters
    ----------
    booster_
        The `lightgbm.Booster`.
    """

    booster_: Any

    @classmethod
    def load(cls, file: Path) -> LightGBMModel:
        """Read a text file; the result is a `LightGBMClassifier` where the objective is one.

        Raises
        ------
        MissingDependencyError
            LightGBM is not installed.
        ModelError
            The objective is none that is known.
        """
        try:
            import lightgbm
        except ImportError:
            raise MissingDependencyError.of("lightgbm", "trees") from None
        return cls.of(lightgbm.Booster(model_file=str(file), params={"verbose": -1}))

    @classmethod
    def of(cls, booster: Any) -> LightGBMModel:
        """Wrap a `lightgbm.Booster`, as `lightgbm.train` returns it.

        Raises
        ------
        ModelError
            The objective is the user's own.
        """
        head = booster.model_to_string(num_iteration=1).partition("\nTree=")[0].split("\n")
        named = [line for line in head if line.startswith("objective=")]
        if not named:
            raise ModelError("the LightGBM model was trained with an objective of the user's own")
        count = classes_of(named[0].partition("=")[2], booster.num_model_per_iteration())
        return LightGBMClassifier(booster, np.arange(count)) if count else cls(booster)

    @property
    def n_features_in_(self) -> int:
        """Number of columns of the fit."""
        return int(self.booster_.num_feature())

    @property
    def feature_names_in_(self) -> list[str] | None:
        """Column names of the fit; None where LightGBM made them up."""
        names = list(self.booster_.feature_name())
        return None if names == [f"Column_{j}" for j in range(len(names))] else names

    def predict(self, rows: Any, raw_score: bool = False) -> Any:
        """Return the target, or the sum of the trees, (n,)."""
        return self.booster_.predict(rows, raw_score=raw_score)


@dataclass(frozen=True, slots=True, eq=False)
class LightGBMClassifier(LightGBMModel):
    """A booster for two classes or more.

    Parameters
    ----------
    booster_
        The `lightgbm.Booster`.
    classes_
        0, 1, ...
    """

    classes_: np.ndarray[Any, Any]

    def predict(self, rows: Any, raw_score: bool = False) -> Any:
        """Return the class (n,), or the sum of the trees (n,) or (n, classes)."""
        if raw_score:
            return self.booster_.predict(rows, raw_score=True)
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]

    def predict_proba(self, rows: Any) -> Any:
        """Return probabilities (n, classes)."""
        found = np.asarray(self.booster_.predict(rows))
        return found if found.ndim == 2 else np.column_stack([1 - found, found])


def classes_of(objective: str, outputs: int) -> int:
    """Return the number of classes of an objective line; 0 for a regression."""
    kind = objective.split(" ")[0]
    if kind in ("binary", "cross_entropy", "xentropy"):
        return 2
    return outputs if kind in ("multiclass", "multiclassova") else 0
