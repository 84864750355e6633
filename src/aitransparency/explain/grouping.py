"""From engineered columns back to the columns people know, read off the fitted Pipeline itself.

One-hot, binned, scaled and imputed columns each come from one original column; their attributions
are summed, which keeps every total exact. `sources` asks each transformer for the names of its
output with marked input names, so it needs no list of transformers and follows nesting.

>>> from sklearn.preprocessing import OneHotEncoder
>>> encoder = OneHotEncoder().fit([["a", 1], ["b", 2]])
>>> sources(encoder, [frozenset({0}), frozenset({1})])
[frozenset({0}), frozenset({0}), frozenset({1}), frozenset({1})]
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Source = frozenset[int]  # positions of the original columns that an engineered column depends on

# Private-use characters, so that no category can look like a mark.
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000([0-9]{1,9})\ue001")

# Named one-to-one by scikit-learn, yet each output depends on the whole row.
_MIXING = ("Normalizer", "KNNImputer", "IterativeImputer", "KernelCenterer")


def sources(
    transformer: Any, inputs: Sequence[Source], names: Sequence[str] | None = None
) -> list[Source]:
    """Return, for each output column of a fitted transformer, the original columns behind it.

    Parameters
    ----------
    transformer
        Fitted scikit-learn transformer, Pipeline, ColumnTransformer or FeatureUnion.
    inputs
        For each input column, the original columns behind it.
    names
        Names of the input columns, where a ColumnTransformer selects by name.
    """
    kind = type(transformer).__name__
    if transformer in ("passthrough", None):
        return list(inputs)
    if kind == "Pipeline":
        for _, step in transformer.steps:
            inputs = sources(step, inputs, names)
            names = None
        return list(inputs)
    if kind == "ColumnTransformer":
        return _of_columns(transformer, inputs, names)
    if kind == "FeatureUnion":
        return [
            source
            for _, part in transformer.transformer_list
            if part != "drop"
            for source in sources(part, inputs, names)
        ]
    return _of_one(transformer, inputs)


def group_sums(values: Floats, origin: Sequence[Source], count: int) -> Floats:
    """Sum attributions of engineered columns into the original columns they come from.

    Parameters
    ----------
    values
        float64 (n, engineered).
    origin
        For each engineered column, the one original column behind it; an empty set for a constant,
        whose attribution is zero.
    count
        Number of original columns.

    Returns
    -------
    float64 (n, count)
    """
    target = np.array([next(iter(source), 0) for source in origin], dtype=np.intp)
    if len(target) == count and np.array_equal(target, np.arange(count)):
        return values
    out = np.zeros((len(values), count))
    for column in np.unique(target):
        members = np.flatnonzero(target == column)
        out[:, column] = values[:, members].sum(axis=1)
    return out


def _of_columns(
    transformer: Any, inputs: Sequence[Source], names: Sequence[str] | None
) -> list[Source]:
    found_names = getattr(transformer, "feature_names_in_", names)
    fitted = None if found_names is None else list(found_names)
    width = max((part.stop for part in transformer.output_indices_.values()), default=0)
    out: list[Source] = [frozenset()] * width
    for label, part, chosen in transformer.transformers_:
        place = transformer.output_indices_[label]
        if part == "drop" or place.stop == place.start:
            continue
        positions = _positions(chosen, fitted, len(inputs))
        chosen_names = None if fitted is None else [fitted[j] for j in positions]
        found = sources(part, [inputs[j] for j in positions], chosen_names)
        if len(found) != place.stop - place.start:  # a transformer we misread: mix all its inputs
            everything = frozenset().union(*(inputs[j] for j in positions))
            found = [everything] * (place.stop - place.start)
        out[place] = found
    return out


def _positions(chosen: Any, names: Sequence[str] | None, count: int) -> list[int]:
    if isinstance(chosen, slice) and not isinstance(chosen.start or chosen.stop, str):
        return list(range(count))[chosen]
    if isinstance(chosen, slice):
        every = list(names or ())
        start = every.index(chosen.start) if chosen.start is not None else 0
        stop = every.index(chosen.stop) + 1 if chosen.stop is not None else len(every)
        return list(range(start, stop))
    listed = np.atleast_1d(np.asarray(chosen))
    if listed.dtype == bool:
        return [int(j) for j in np.flatnonzero(listed)]
    if listed.dtype.kind in "iu":
        return [int(j) % count for j in listed]
    every = list(names or ())
    return [every.index(name) for name in listed.tolist()]


def _of_one(transformer: Any, inputs: Sequence[Source]) -> list[Source]:
    everything: Source = frozenset().union(*inputs)
    kind = type(transformer)
    if kind.__name__ == "FunctionTransformer":
        elementwise = transformer.func is None or isinstance(transformer.func, np.ufunc)
        return list(inputs) if elementwise else [everything] * _width(transformer, len(inputs))
    if kind.__name__ in _MIXING or not kind.__module__.startswith("sklearn."):
        return [everything] * _width(transformer, len(inputs))
    names = _marked_names(transformer, len(inputs))
    if kind.__name__ == "TargetEncoder" and len(names) == len(inputs):
        return list(inputs)
    found: list[Source] = []
    for name in names:
        marks = [int(mark) for mark in _MARKED.findall(name)]
        found.append(frozenset().union(*(inputs[j] for j in marks)) if marks else everything)
    return found


def _marked_names(transformer: Any, count: int) -> list[str]:
    bare = copy.copy(transformer)
    if hasattr(bare, "feature_names_in_"):
        del bare.feature_names_in_
    try:
        return [
            str(name)
            for name in bare.get_feature_names_out([_MARK.format(j) for j in range(count)])
        ]
    except (AttributeError, TypeError, ValueError):
        return [""] * _width(transformer, count)


def _width(transformer: Any, count: int) -> int:
    try:
        return len(transformer.get_feature_names_out())
    except (AttributeError, TypeError, ValueError):
        return count
