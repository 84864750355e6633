"""A fitted model seen from outside: its task, its classes, its column names, its outputs.

>>> from sklearn.linear_model import LogisticRegression
>>> model = LogisticRegression().fit(np.array([[0.0], [1.0]]), ["no", "yes"])
>>> FittedModel.of(model, Decision({"no": "未通过", "yes": "通过"}, "yes")).target.position
1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aitransparency.errors import InputError, ModelError
from aitransparency.explain.attribution.engine import Floats, Target
from aitransparency.explain.attributions import Unit
from aitransparency.explain.decision import Decision
from aitransparency.explain.loading import with_methods
from aitransparency.explain.rows import RowFormat


@dataclass(frozen=True, slots=True, eq=False)
class FittedModel:
    """A model and the output of it that is explained.

    Parameters
    ----------
    estimator
        The fitted model.
    target
        Task and favourable class.
    decision
        The caller's, or one read off the model.
    """

    estimator: Any  # whatever has predict
    target: Target
    decision: Decision

    @classmethod
    def of(cls, estimator: Any, decision: Decision | None) -> FittedModel:
        """Read task and classes off a model.

        Raises
        ------
        ModelError
            The model has no ``predict``, is not fitted, or has several outputs.
        InputError
            The favourable class is not one of the model's.
        """
        if isinstance(estimator, type):
            raise ModelError(f"model is the class {_name(estimator)}; give a fitted instance")
        estimator = with_methods(estimator)
        if not callable(getattr(estimator, "predict", None)):
            raise ModelError(f"model has no predict method: {_name(estimator)}")
        classes = _classes(estimator)
        if classes is None:
            return cls(estimator, Target("regression"), decision or Decision(threshold=None))
        if decision is None or not decision.labels:
            given = decision or Decision(favourable=classes[-1])
            favourable = given.favourable if given.favourable in classes else classes[-1]
            labels = {value: str(value) for value in classes}
            decision = replace(given, labels=labels, favourable=favourable)
        if decision.favourable not in classes:
            raise InputError(
                f"decision.favourable={decision.favourable!r} is not a class of the model: "
                f"{classes}"
            )
        position = classes.index(decision.favourable)
        if not hasattr(estimator, "predict_proba") and decision.threshold == 0.5:
            # The model's own line: a margin of zero where there are no probabilities.
            decision = replace(decision, threshold=0.0)
        return cls(estimator, Target("classification", position, len(classes)), decision)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names of the fit; empty where it had none."""
        for attribute in ("feature_names_in_", "feature_names_", "feature_names"):
            names = getattr(self.estimator, attribute, None)
            if names is not None and not callable(names) and len(names):
                found = tuple(str(name) for name in names)
                return () if _made_up(found, attribute) else found
        return ()

    @property
    def width(self) -> int | None:
        """Number of columns of the fit, where the model says."""
        count = getattr(self.estimator, "n_features_in_", None)
        if not count and hasattr(self.estimator, "feature_names_"):  # CatBoost, read from a file
            count = len(self.estimator.feature_names_)
        return int(count) if count else None

    @property
    def has_probabilities(self) -> bool:
        """Whether `score` is a probability."""
        return self.target.task == "classification" and hasattr(self.estimator, "predict_proba")

    def row_format(self, background: Any) -> RowFormat:
        """Return how rows are handed to the model, as a background has them.

        Raises
        ------
        InputError
            The background has another number of columns than the fit.
        """
        form = RowFormat.of(background, self.names)
        if self.width not in (None, len(form.names)):
            raise InputError(
                f"background has {len(form.names)} columns; the model was fitted on {self.width}"
            )
        if not self.names and self.width is not None and form.library != "numpy":
            return form.as_numpy()  # fitted on a bare array, explained with a frame's names
        return form

    def score(self, rows: Any) -> Floats:
        """Return the probability of the favourable class, its margin, or the target, (n,)."""
        if self.target.task == "regression":
            return _flat(self._call(self.estimator.predict, rows))
        if hasattr(self.estimator, "predict_proba"):
            found = np.asarray(self._call(self.estimator.predict_proba, rows), dtype=np.float64)
            if found.ndim != 2 or found.shape[1] != self.target.classes:
                raise ModelError(f"predict_proba of {_name(self.estimator)} returned {found.shape}")
            return np.ascontiguousarray(found[:, self.target.position])
        if hasattr(self.estimator, "decision_function"):
            return self.target.pick(self._call(self.estimator.decision_function, rows))
        predicted = np.asarray(self._call(self.estimator.predict, rows))
        chosen: Floats = (predicted == self.decision.favourable).astype(np.float64)
        return chosen

    def output(self, unit: Unit | None) -> tuple[Callable[[Any], Floats], Unit]:
        """Return a function of native rows and its unit, for engines that ask the model."""
        name = _name(self.estimator)
        if not self.has_probabilities:
            if unit not in (None, "target"):
                raise InputError(f"unit={unit!r}: {name} gives no probabilities; choose 'target'")
            return self.score, "target"
        if unit == "target":
            raise InputError(f"unit='target': {name} gives probabilities; choose 'probability'")
        return (self.log_odds, "log-odds") if unit == "log-odds" else (self.score, "probability")

    def log_odds(self, rows: Any) -> Floats:
        """Return log(p / (1 - p)) of the favourable class; p is kept 1e-15 from 0 and 1."""
        p = np.clip(self.score(rows), 1e-15, 1 - 1e-15)
        logit: Floats = np.log(p) - np.log1p(-p)
        return logit

    def _call(self, method: Callable[[Any], Any], rows: Any) -> Any:
        try:
            return method(rows)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise refused(self.estimator, error) from None


def refused(estimator: Any, error: Exception) -> ModelError:
    """Return the error for rows that a model would not take.

    The model's own message may quote a person's value: only its kind is kept.
    """
    return ModelError(
        f"{_name(estimator)} refused the rows with {type(error).__name__}: is it fitted, and are "
        "all categories and missing values known to it?"
    )


def _made_up(names: tuple[str, ...], attribute: str) -> bool:
    """Return whether LightGBM ("Column_0") or CatBoost ("0") invented the names of a bare array."""
    stem = "" if attribute == "feature_names_" else "Column_"
    return names == tuple(f"{stem}{j}" for j in range(len(names)))


def _classes(estimator: Any) -> list[Any] | None:
    found = getattr(estimator, "classes_", None)
    if found is None and hasattr(estimator, "steps"):
        found = getattr(estimator.steps[-1][1], "classes_", None)
    if found is None:
        if hasattr(estimator, "predict_proba"):
            raise ModelError(f"{_name(estimator)} has predict_proba and no classes_: is it fitted?")
        return None
    if isinstance(found, list) and found and isinstance(found[0], np.ndarray):
        raise ModelError(f"{_name(estimator)} has several outputs; explain one at a time")
    classes = np.asarray(found)
    return None if not classes.size else list(classes.tolist())


def _flat(found: Any) -> Floats:
    values = np.asarray(found, dtype=np.float64)
    if values.ndim == 2 and values.shape[1] != 1:
        raise ModelError("the model predicts several targets; explain one at a time")
    return values.reshape(-1)


def _name(model: Any) -> str:
    return model.__name__ if isinstance(model, type) else type(model).__name__
