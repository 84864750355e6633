"""Confidence intervals for shares, their differences and their ratios, and for means.

Shares: Wilson, JASA 22 (1927), 209-212. Differences: method 10 of Newcombe, Statistics in Medicine
17 (1998), 873-890. Ratios: the logarithmic interval of Katz et al., Biometrics 34 (1978), 469-474.
Means: Student's t, Welch's for a difference. All at 95%.

>>> tuple(round(x, 4) for x in share(81, 263))
(0.308, 0.2553, 0.3662)
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054  # standard normal, 97.5%

Floats = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its 95% confidence interval; NaN where it cannot be computed."""

    value: float
    low: float
    high: float


NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


def share(hits: int, count: int) -> Estimate:
    """Return hits of count with Wilson's interval."""
    if count == 0:
        return NOTHING
    p, zz = hits / count, Z * Z
    middle = (p + zz / (2 * count)) / (1 + zz / count)
    half = Z / (1 + zz / count) * sqrt(p * (1 - p) / count + zz / (4 * count * count))
    return Estimate(p, max(0.0, middle - half), min(1.0, middle + half))


def difference(hits: int, count: int, other_hits: int, other_count: int) -> Estimate:
    """Return the first share less the second with Newcombe's interval (his method 10)."""
    if count == 0 or other_count == 0:
        return NOTHING
    one, two = share(hits, count), share(other_hits, other_count)
    gap = one.value - two.value
    below = sqrt((one.value - one.low) ** 2 + (two.high - two.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (two.value - two.low) ** 2)
    return Estimate(gap, gap - below, gap + above)


def ratio(hits: int, count: int, other_hits: int, other_count: int) -> Estimate:
    """Return the first share over the second with Katz's interval; NaN where either has no hit."""
    if min(hits, other_hits, count, other_count) == 0:
        return NOTHING
    value = (hits / count) / (other_hits / other_count)
    spread = Z * sqrt(1 / hits - 1 / count + 1 / other_hits - 1 / other_count)
    return Estimate(value, exp(log(value) - spread), exp(log(value) + spread))


def mean(values: Floats) -> Estimate:
    """Return the mean of (n,) with Student's interval; NaN below two values."""
    count = len(values)
    if count < 2:
        return NOTHING
    middle, half = float(values.mean()), _t(count - 1) * float(values.std(ddof=1)) / sqrt(count)
    return Estimate(middle, middle - half, middle + half)


def mean_difference(values: Floats, others: Floats) -> Estimate:
    """Return the first mean less the second with Welch's interval; NaN below two values."""
    if len(values) < 2 or len(others) < 2:
        return NOTHING
    one = float(values.var(ddof=1)) / len(values)
    two = float(others.var(ddof=1)) / len(others)
    gap = float(values.mean() - others.mean())
    if one + two == 0:
        return Estimate(gap, gap, gap)
    freedom = (one + two) ** 2 / (one**2 / (len(values) - 1) + two**2 / (len(others) - 1))
    half = _t(freedom) * sqrt(one + two)
    return Estimate(gap, gap - half, gap + half)


def _t(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
