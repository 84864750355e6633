"""Which engine explains a fitted model: exact ones first, sampling where there is none.

>>> from sklearn.linear_model import LinearRegression
>>> x = np.array([[0.0], [1.0]])
>>> model = LinearRegression().fit(x, x[:, 0])
>>> exact_engine(model, x, Target("regression"), Settings()).name
'linear'
"""

from __future__ import annotations

import threading
import warnings
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from aitransparency.explain.attribution.linear import LinearEngine, dense, linear_engine
from aitransparency.explain.attribution.trees import tree_engine
from aitransparency.explain.attribution.voting import VotingEngine, members, voting_output
from aitransparency.explain.attributions import Unit
from aitransparency.explain.grouping import Source, group_sums, sources

# Transformers that are a matrix and a shift, even where each output depends on every column.
_AFFINE = (
    "StandardScaler",
    "MinMaxScaler",
    "MaxAbsScaler",
    "RobustScaler",
    "PCA",
    "IncrementalPCA",
    "SparsePCA",
    "FactorAnalysis",
    "FastICA",
    "TruncatedSVD",
    "GaussianRandomProjection",
)
_TOLERANCE = 1e-4  # of an engine's sums against the model, relative to the spread of its output


@dataclass(frozen=True, slots=True, eq=False)
class PipelineEngine:
    """An exact engine over engineered columns, summed back to the columns that went in.

    Parameters
    ----------
    steps
        The fitted transformers, in order.
    inner
        Engine of the last estimator.
    origin
        For each engineered column, the input column behind it.
    width
        Number of input columns.
    """

    steps: Sequence[Any]  # scikit-learn transformers
    inner: Engine
    origin: Sequence[Source]
    width: int

    @property
    def name(self) -> str:
        """Of the inner engine."""
        return self.inner.name

    @property
    def reason(self) -> str:
        """Of the inner engine."""
        return self.inner.reason

    @property
    def unit(self) -> Unit:
        """Of the inner engine."""
        return self.inner.unit

    @property
    def perturbation(self) -> Perturbation:
        """Of the inner engine."""
        return self.inner.perturbation

    @property
    def background_rows(self) -> int:
        """Of the inner engine."""
        return self.inner.background_rows

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) over the input columns and base values (n,)."""
        values, base = self.inner.attribute(_through(self.steps, rows))
        return group_sums(values, self.origin, self.width), base

    def outputs(self, rows: Any) -> Floats:
        """Return the model's own output, (n,)."""
        return self.inner.outputs(_through(self.steps, rows))


def exact_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    """Return an exact engine over the columns of `background`.

    Parameters
    ----------
    model
        Fitted model or Pipeline.
    background
        Rows as the model takes them.
    target
        The output to explain.
    settings
        Perturbation and unit wanted.

    Raises
    ------
    NotExactError
        There is none; the message says why, for the reason of the sampling engine.
    """
    kind = type(model).__name__
    if kind == "Pipeline":
        return _pipeline_engine(model, background, target, settings)
    if hasattr(model, "best_estimator_"):
        return exact_engine(model.best_estimator_, background, target, settings)
    if kind in ("VotingClassifier", "VotingRegressor"):
        return _voting_engine(model, background, target, settings)
    for build in (tree_engine, linear_engine):
        try:
            engine = build(model, background, target, settings)
        except NotExactError:
            continue
        if settings.unit == engine.unit or (settings.unit is None and engine.unit != "log-target"):
            return _checked(engine, background)
        raise NotExactError(f"{kind} is exact in {engine.unit} only")
    raise NotExactError(f"{kind} has no exact engine")


def _pipeline_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    steps = [step for _, step in model.steps[:-1]]
    width = background.shape[1]
    names = list(background.columns) if hasattr(background, "columns") else None
    origin: list[Source] = [frozenset({j}) for j in range(width)]
    for step in steps:
        origin = sources(step, origin, names)
        names = None
    engineered = _through(steps, background)
    if len(origin) != engineered.shape[1] or any(len(source) > 1 for source in origin):
        if all(type(s).__name__ in _AFFINE and not getattr(s, "clip", False) for s in steps):
            inner = exact_engine(model.steps[-1][1], engineered, target, settings)
            if isinstance(inner, LinearEngine):
                return _checked(_composed(steps, inner, background), background)
        raise NotExactError("the Pipeline mixes columns, so engineered columns have no one source")
    inner = exact_engine(model.steps[-1][1], engineered, target, settings)
    return PipelineEngine(steps, inner, origin, width)


def _composed(steps: Sequence[Any], inner: LinearEngine, background: Any) -> LinearEngine:
    """Return a linear model after affine steps as one linear model, its weights by differences."""
    x = dense(background)
    means, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    probes = np.vstack([means, means + np.diag(scale)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fitted with names, asked without
        found = inner.weights @ (dense(_through(steps, probes)) - inner.means).T
        start = float(inner.intercept + inner.means @ inner.weights + found[0])
    weights = (found[1:] - found[0]) / scale
    return LinearEngine(
        weights,
        start - float(means @ weights),
        means,
        inner.unit,
        len(x),
        lambda rows: inner.outputs(_through(steps, rows)),
    )


def _voting_engine(model: Any, background: Any, target: Target, settings: Settings) -> Engine:
    unit, output = voting_output(model, target)
    if settings.unit not in (None, unit):
        raise NotExactError(f"{type(model).__name__} is a mean in {unit} only")
    wanted = replace(settings, unit=unit)
    parts = [
        (exact_engine(part, background, target, wanted), weight) for part, weight in members(model)
    ]
    if len({engine.perturbation for engine, _ in parts}) > 1:
        raise NotExactError("the members' engines replace absent features in different ways")
    return _checked(VotingEngine(parts, output), background)


class _Last(threading.local):
    """The few rows that went through a pipeline last: a card asks for the same ones again."""

    rows: weakref.ref[Any] | None = None
    steps: tuple[Any, ...] = ()
    made: Any = None


_LAST = _Last()
_FEW = 100  # rows


def _through(steps: Sequence[Any], rows: Any) -> Any:
    same = _LAST.rows is not None and _LAST.rows() is rows and len(steps) == len(_LAST.steps)
    if same and all(one is other for one, other in zip(steps, _LAST.steps, strict=True)):
        return _LAST.made
    made = rows
    for step in steps:
        if step not in ("passthrough", None):
            made = step.transform(made)
    made = made.toarray() if hasattr(made, "toarray") else made
    if rows.shape[0] <= _FEW:
        _LAST.rows, _LAST.steps, _LAST.made = weakref.ref(rows), tuple(steps), made
    return made


def _checked(engine: Engine, background: Any) -> Engine:
    """Return the engine if its sums are the model's output on the background."""
    values, base = engine.attribute(background[:50])
    truth = engine.outputs(background[:50])
    error = np.abs(base + values.sum(axis=1) - truth).max()
    scale = np.abs(values).sum(axis=1).max() + np.abs(base).max()
    if not error <= _TOLERANCE * max(scale, 1e-12):
        raise NotExactError(f"the {engine.name} engine does not add up to this model's output")
    return engine


__all__ = ["PipelineEngine", "dense", "exact_engine"]
