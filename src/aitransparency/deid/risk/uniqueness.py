"""How many records that are unique in the sample are unique in the population.

Estimated from the sizes of the sample's classes and the size of the population, by models of how
large the population's classes are:

- Pitman: classes follow Pitman's sampling formula with theta > 0 and 0 < alpha < 1. For tables with
  ever new combinations. Hoshino, Journal of Official Statistics 17(4), 2001.
- Poisson-gamma: a fixed number of classes whose rates follow a gamma distribution. For tables that
  run out of combinations. Bethlehem, Keller and Pannekoek, JASA 85(409), 1990.
- Poisson-lognormal: the same with lognormal rates, as products of many shares are. Bulmer,
  Biometrics 30(1), 1974; for disclosure Skinner and Holmes, Journal of Official Statistics 14(4),
  1998.
- Zayatz: the population's class sizes are distributed as the sample's; Bayes' rule gives the chance
  that a sample unique comes from a class of one. Zayatz, US Bureau of the Census, 1991.

None is right for every table, and a sample of a few per cent hardly tells how the classes spread
that are too small to be seen twice. So "best" is a mean, over Pitman's fit and over 60 spreads of
each of the two others, weighted by the likelihood of the sample's own class sizes; "low" and "high"
are the 5% and 95% points of the same. Where no model tells how many uniques were seen, as where a
few odd records stand beside large classes, "best" is Zayatz's and the range is everything.
``benchmarks/risk.py --only uniqueness`` measures all on populations of known sizes.

>>> sizes = np.array([1] * 60 + [2] * 20 + [3] * 5)
>>> expected = sample_uniques_unique(sizes, 10_000)
>>> expected["low"] <= expected["best"] <= expected["high"] < 60
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_EXACT = 1_000  # above so many records a class tells its rate: 3%
_GRID = 400  # points of the integral over log rates
_SHAPES = np.geomspace(0.02, 50, 60)  # of the gamma distribution: variance of rates is 1 / shape
_SPREADS = np.linspace(0.05, 5, 60)  # of the lognormal: standard deviation of log rates


@dataclass(frozen=True, slots=True)
class _Sample:
    """Class sizes seen, each once, how many classes have each, and the population's size."""

    size: Ints
    times: Ints
    population: int

    @property
    def groups(self) -> int:
        return int(self.times.sum())

    @property
    def records(self) -> int:
        return int(self.size @ self.times)

    @property
    def uniques(self) -> float:
        return float(self.times[self.size == 1].sum())

    @property
    def share(self) -> float:
        return self.records / self.population


@dataclass(frozen=True, slots=True)
class _Fit:
    """A model by its spread: log-likelihood, sample uniques, and those unique outside, expected."""

    likelihood: Floats
    uniques: Floats
    expected: Floats

    @property
    def best(self) -> float:
        return float(self.expected[self.likelihood.argmax()])


def sample_uniques_unique(sizes: Ints, population: int) -> dict[str, float]:
    """Return how many of the sample's unique records are expected to be unique in the population.

    Parameters
    ----------
    sizes
        int64 (g,), the sample's class sizes.
    population
        N, at least the number of records.

    Returns
    -------
    dict
        "pitman" (absent where its fit has no maximum), "poisson_gamma", "poisson_lognormal" and
        "zayatz"; "best", and "low" and "high" around it: records, 0 to the sample's uniques.
    """
    sample = _Sample(*np.unique(sizes, return_counts=True), population)
    if not sample.uniques or population <= sample.records:
        return {"best": sample.uniques}
    made = {"zayatz": sample.uniques * _zayatz(sample)}
    undecided = {"best": made["zayatz"], "low": 0.0, "high": sample.uniques}
    if sample.groups == sample.records:  # all unique: nothing tells one model from another
        return made | undecided
    fits = {
        "poisson_gamma": _poisson_gamma(sample),
        "poisson_lognormal": _poisson_lognormal(sample),
    }
    pitman = _pitman(sample)
    if pitman is not None:
        fits["pitman"] = pitman
    made |= {name: min(sample.uniques, fit.best) for name, fit in fits.items()}
    return made | (_mean(fits.values(), sample.uniques) or undecided)


def _mean(fits: Collection[_Fit], most: float) -> dict[str, float] | None:
    """Return the mean over models and spreads by their likelihood, and the ends of nine tenths.

    None where the models together expect less than half or more than twice the uniques seen.
    """
    likelihood = np.concatenate([fit.likelihood - math.log(len(fit.likelihood)) for fit in fits])
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    seen = float(weights @ np.concatenate([fit.uniques for fit in fits]))
    if not most / 2 <= seen <= most * 2:
        return None
    expected = np.minimum(np.concatenate([fit.expected for fit in fits]), most)
    order = np.argsort(expected, kind="stable")
    below = np.cumsum(weights[order])
    low, high = expected[order][np.searchsorted(below, [0.05, 0.95]).clip(max=len(order) - 1)]
    return {"best": float(weights @ expected), "low": float(low), "high": float(high)}


def _zayatz(sample: _Sample) -> float:
    from scipy.special import gammaln

    size, share = sample.size, sample.times / sample.groups
    records, population = sample.records, sample.population

    def choose(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
        a, b = np.asarray(above, np.float64), np.asarray(below, np.float64)
        made: Floats = gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1)
        return made

    possible = population - size >= records - 1
    size, share = size[possible], share[possible]
    chance = np.log(size) + choose(population - size, records - 1) - choose(population, records)
    weight = share * np.exp(chance)
    return float(weight[size == 1].sum() / weight.sum())


def _pitman(sample: _Sample) -> _Fit | None:
    from scipy.special import gammaln

    size, times, groups, records = sample.size, sample.times, sample.groups, sample.records
    if groups < 2:
        return None

    def parameters(at: Floats) -> tuple[float, float]:
        return math.exp(min(float(at[0]), 50.0)), _between_0_and_1(float(at[1]))

    def formula(at: Floats) -> float:
        theta, alpha = parameters(at)
        value = (groups - 1) * math.log(alpha) + _rise(theta / alpha + 1, groups - 1)
        value -= _rise(theta + 1, records - 1)
        return float(value + (times * (gammaln(size - alpha) - gammaln(1 - alpha))).sum())

    found = _maximum(formula, [math.log(groups), 0.0])
    if found is None:
        return None
    theta, alpha = parameters(found)
    if not 1e-6 < alpha < 1 - 1e-6:
        return None

    def expected(people: int, j: npt.ArrayLike) -> Floats:
        """Return the logarithm of the expected number of classes of j among so many people."""
        each = np.asarray(j, np.float64)
        log = _rise(people - each + 1, each) - gammaln(each + 1)
        log += gammaln(each - alpha) - gammaln(1 - alpha)
        log += _rise(theta + alpha, people - each) - _rise(theta + 1, people - 1)
        return np.asarray(log)

    grown = float(_rise(theta + alpha, records) - _rise(theta, records))
    classes = theta / alpha * math.expm1(min(grown, 700.0))
    if not 0 < classes < math.inf:
        return None
    likelihood = float(times @ (expected(records, size) - math.log(classes)))
    unique = math.exp(float(expected(sample.population, 1))) * sample.share
    seen = math.exp(float(expected(records, 1)))
    return _Fit(np.array([likelihood]), np.array([seen]), np.array([unique]))


def _poisson_gamma(sample: _Sample) -> _Fit:
    from scipy.special import gammaln

    size, times, groups = sample.size, sample.times, sample.groups

    def log_chance(j: npt.ArrayLike, shape: float, scale: float) -> Floats:
        each = np.asarray(j, np.float64)
        log = gammaln(shape + each) - gammaln(shape) - gammaln(each + 1)
        return np.asarray(log + each * math.log(scale / (1 + scale)) - shape * math.log1p(scale))

    def likelihood(log_mean: float, shape: float) -> float:
        scale = math.exp(log_mean) / shape
        seen = -math.expm1(-shape * math.log1p(scale))
        return float(times @ log_chance(size, shape, scale)) - groups * math.log(seen)

    made = []
    top = math.log(sample.records / groups) + 3
    for shape in _SHAPES:
        at, value = _highest(likelihood, shape, -15.0, top)
        scale = math.exp(at) / shape
        classes = groups / -math.expm1(-shape * math.log1p(scale))
        seen, unique = np.exp([log_chance(1, shape, one) for one in (scale, scale / sample.share)])
        made.append((value, classes * seen, classes * unique * sample.share))
    return _Fit(*np.array(made).T)


def _poisson_lognormal(sample: _Sample) -> _Fit:
    """Fit by the integral over a grid of log rates; a large class tells its rate itself."""
    from scipy.special import gammaln

    small = sample.size <= _EXACT
    few, many = sample.size[small], np.log(sample.size[~small])
    grid = np.linspace(math.log(1e-6), math.log(2 * int(sample.size.max()) + 10), _GRID)
    rate, step = np.exp(grid), float(grid[1] - grid[0])
    chance, seen = (
        np.exp(few[:, None] * grid - rate - gammaln(few + 1.0)[:, None]),
        -np.expm1(-rate),
    )

    def density(log_rate: Floats, middle: float, spread: float) -> Floats:
        part: Floats = np.exp(-0.5 * ((log_rate - middle) / spread) ** 2)
        return part / (spread * math.sqrt(2 * math.pi))

    def likelihood(middle: float, spread: float) -> float:
        weights = density(grid, middle, spread) * step
        value = sample.times[small] @ np.log(np.maximum(chance @ weights, 1e-300))
        value += sample.times[~small] @ np.log(np.maximum(density(many, middle, spread), 1e-300))
        value -= sample.times[~small] @ many
        return float(value) - sample.groups * math.log(max(float(seen @ weights), 1e-300))

    made = []
    mean = math.log(sample.records / sample.groups)
    for spread in _SPREADS:
        bottom = max(float(grid[0]) + 1, mean - 5 - spread**2)
        middle, value = _highest(likelihood, spread, bottom, mean + 1)
        weights = density(grid, middle, spread) * step
        classes = sample.groups / float(seen @ weights) * weights * rate
        unique = float(classes @ np.exp(-rate / sample.share))
        made.append((value, float(classes @ np.exp(-rate)), unique))
    return _Fit(*np.array(made).T)


def _highest(
    value: Callable[[float, float], float], spread: float, low: float, high: float
) -> tuple[float, float]:
    """Return where a function of a level and a given spread is greatest, and how great."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda at: -value(float(at), spread),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(found.x), -float(found.fun)


def _maximum(value: Callable[[Floats], float], start: list[float]) -> Floats | None:
    """Return where a function of two numbers is greatest, or None where it is nowhere finite."""
    from scipy.optimize import minimize

    def cost(at: Floats) -> float:
        try:
            found = value(at)
        except (ValueError, OverflowError, ZeroDivisionError):
            return 1e300
        return -found if math.isfinite(found) else 1e300

    options = {"xatol": 1e-6, "fatol": 1e-6, "maxiter": 2_000, "maxfev": 4_000}
    best = minimize(cost, np.array(start), method="Nelder-Mead", options=options)
    return np.asarray(best.x) if best.fun < 1e299 else None


def _rise(start: npt.ArrayLike, steps: npt.ArrayLike) -> Floats:
    """Return log of start (start + 1) ... (start + steps - 1), exact too where start is large."""
    from scipy.special import gammaln

    x, n = np.asarray(start, np.float64), np.asarray(steps, np.float64)
    large = np.maximum(x, 100.0)  # Stirling's series; the next term is below 1e-13
    stirling = (large + n - 0.5) * np.log1p(n / large) + n * (np.log(large) - 1)
    stirling += (1 / (large + n) - 1 / large) / 12 - ((large + n) ** -3 - large**-3.0) / 360
    return np.asarray(np.where(x >= 100, stirling, gammaln(x + n) - gammaln(x)), np.float64)


def _between_0_and_1(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
