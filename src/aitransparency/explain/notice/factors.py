"""The main factors of a whole algorithm: how much each weighs, and which way it points.

A factor's weight is the mean size of its attributions over people, as a share of all factors'. Its
shape says how attributions go with the value: rising, falling, a threshold, best or worst in the
middle, or none of these. The rules are fixed and stated below, so that the words can be checked.

>>> x = np.arange(200.0)
>>> shape_of_numbers(x, np.where(x < 80, -1.0, 1.0))
('threshold_up', 79.5)
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.explain.attributions import Attributions

Floats = npt.NDArray[np.float64]
Shape = Literal[
    "rising", "falling", "threshold_up", "threshold_down", "middle", "ends", "mixed", "category"
]

BINS = 10
FEWEST = 20  # people behind any statement about a value or a category
# Of the variance of the attributions: a step that explains the first figure is called a threshold;
# below the second, the value alone says little; a shape explains the third of what bins do.
STEP, LITTLE, FITS = 0.8, 0.3, 0.9


class Factor(NamedTuple):
    """One feature in the whole algorithm.

    Parameters
    ----------
    name
        Column.
    share
        Its part of the mean absolute attribution, 0 to 1.
    shape
        How attributions go with its value.
    turning
        The value where a threshold lies; None otherwise.
    best, worst
        For categories: the ones with the highest and lowest mean attribution among those that at
        least `FEWEST` people have; None otherwise.
    """

    name: str
    share: float
    shape: Shape
    turning: float | None = None
    best: str | None = None
    worst: str | None = None


def factors(attributions: Attributions) -> tuple[Factor, ...]:
    """Return all factors, the heaviest first; ties in the order of the columns."""
    sizes = np.abs(attributions.values).mean(axis=0)
    total = float(sizes.sum())
    shares = sizes / total if total > 0 else np.zeros_like(sizes)
    return tuple(
        _factor(attributions, int(at), round(float(shares[at]), 4))
        for at in np.argsort(-shares, kind="stable")
    )


def _factor(attributions: Attributions, at: int, share: float) -> Factor:
    name, amounts = attributions.features[at], attributions.values[:, at]
    if attributions.data is None or len(amounts) < FEWEST:
        return Factor(name, share, "mixed")
    column = attributions.data[name].combine_chunks()
    if is_number(column.type):
        shape, turning = shape_of_numbers(column.cast(pa.float64()).to_numpy(False), amounts)
        return Factor(name, share, shape, turning)
    best, worst = _extremes(column, amounts)
    return Factor(name, share, "category", None, best, worst)


def is_number(kind: pa.DataType) -> bool:
    """Return whether values have an order and a distance."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def shape_of_numbers(values: Floats, amounts: Floats) -> tuple[Shape, float | None]:
    """Return the shape of amounts over values, both (n,), and where a threshold lies.

    Missing values are left out. Constant values or amounts are "mixed": nothing can be said.
    """
    known = np.isfinite(values)
    values, amounts = values[known], amounts[known]
    spread = float(((amounts - amounts.mean()) ** 2).sum()) if len(amounts) else 0.0
    if len(values) < FEWEST or values.min() == values.max() or spread <= 0:
        return "mixed", None
    explained, turning, upwards = _step(values, amounts)
    if explained >= STEP * spread:
        return ("threshold_up" if upwards else "threshold_down"), turning
    means, weights = _binned(values, amounts)
    between = float((weights * (means - np.average(means, weights=weights)) ** 2).sum())
    if between < LITTLE * spread or len(means) < 3:
        return "mixed", None
    return _shape(means, weights, between), None


def _step(values: Floats, amounts: Floats) -> tuple[float, float, bool]:
    """Return what the best single step explains, where it lies and whether it goes up."""
    order = np.argsort(values, kind="stable")
    x, y = values[order], amounts[order] - amounts.mean()
    below = np.cumsum(y)[:-1]
    count = np.arange(1, len(x))
    gain = below**2 / count + below**2 / (len(x) - count)
    possible = (x[1:] > x[:-1]) & (count >= FEWEST) & (len(x) - count >= FEWEST)
    if not possible.any():
        return 0.0, float("nan"), True
    at = int(np.argmax(np.where(possible, gain, -1.0)))
    return float(gain[at]), float((x[at] + x[at + 1]) / 2), bool(below[at] < 0)


def _binned(values: Floats, amounts: Floats) -> tuple[Floats, Floats]:
    """Return the mean amount and the number of people of up to `BINS` bins of equal size."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, values, side="left")
    weights = np.bincount(place, minlength=len(edges) + 1).astype(np.float64)
    sums = np.bincount(place, weights=amounts, minlength=len(edges) + 1)
    filled = weights > 0
    return sums[filled] / weights[filled], weights[filled]


def _shape(means: Floats, weights: Floats, between: float) -> Shape:
    from sklearn.isotonic import isotonic_regression

    def explains(fit: Floats) -> bool:
        left = float((weights * (means - fit) ** 2).sum())
        return left <= (1 - FITS) * between

    def monotone(part: slice, upwards: bool) -> Floats:
        fit: Floats = isotonic_regression(
            means[part], sample_weight=weights[part], increasing=upwards
        )
        return fit

    everything = slice(None)
    if explains(monotone(everything, True)):
        return "rising"
    if explains(monotone(everything, False)):
        return "falling"
    for name, first in (("middle", True), ("ends", False)):
        for cut in range(2, len(means) - 1):
            parts = monotone(slice(cut), first), monotone(slice(cut, None), not first)
            if explains(np.concatenate(parts)):
                return "middle" if name == "middle" else "ends"
    return "mixed"


def _extremes(column: pa.Array, amounts: Floats) -> tuple[str | None, str | None]:
    """Return the categories with the highest and the lowest mean attribution."""
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    coded = plain.cast(pa.large_string()).dictionary_encode()
    known = np.asarray(pc.is_valid(coded.indices).to_numpy(zero_copy_only=False))
    codes = np.asarray(pc.fill_null(coded.indices, 0))[known]
    counts = np.bincount(codes, minlength=len(coded.dictionary))
    enough = np.flatnonzero(counts >= FEWEST)
    if len(enough) < 2:
        return None, None
    sums = np.bincount(codes, weights=amounts[known], minlength=len(counts))
    means = sums[enough] / counts[enough]
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(enough)), key=lambda k: (means[k], names[enough[k]]))
    return names[enough[order[-1]]], names[enough[order[0]]]
