"""How many records that are unique in the sample are unique in the population.

Estimators from the sizes of the sample's classes and the size of the population:

- Pitman: classes follow Pitman's sampling formula with theta > 0 and 0 < alpha < 1, fitted by
  maximum likelihood. For tables with ever new combinations. Hoshino, Journal of Official Statistics
  17(4), 2001.
- Poisson-gamma: a fixed number of classes whose rates follow a gamma distribution, fitted to the
  sizes seen by maximum likelihood of the zero-truncated negative binomial. For tables that run out
  of combinations. Bethlehem, Keller and Pannekoek, JASA 85(409), 1990.
- Zayatz: the population's class sizes are distributed as the sample's; Bayes' rule gives the chance
  that a sample unique comes from a class of one. Zayatz, US Bureau of the Census, 1991.

None is right for every table. The one that tells the sample's own numbers of classes of one to five
records best is called the best; ``benchmarks/risk.py`` measures all on simulated populations.

>>> sizes = np.array([1] * 60 + [2] * 20)
>>> expected = sample_uniques_unique(sizes, 10_000)
>>> sorted(expected), 0 < expected["best"] < 60
(['best', 'poisson_gamma', 'zayatz'], True)
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SEEN = np.arange(1, 6)  # class sizes by which the models are compared


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
        "pitman" and "poisson_gamma", absent where the fit has no maximum, "zayatz", and "best",
        one of them: records, 0 to the sample's uniques.
    """
    records = int(sizes.sum())
    uniques = float((sizes == 1).sum())
    if not uniques or population <= records:
        return {"best": uniques}
    made = {"zayatz": uniques * _zayatz(sizes, records, population)}
    misfit = {"zayatz": math.inf}
    for name, model in (("pitman", _pitman), ("poisson_gamma", _poisson_gamma)):
        fitted = model(sizes, records, population)
        if fitted is not None:
            expected, seen = fitted
            made[name] = min(uniques, expected * records / population)
            observed = np.bincount(sizes, minlength=6)[1:6]
            misfit[name] = float(((observed - seen) ** 2 / np.maximum(seen, 1e-9)).sum())
    return {**made, "best": made[min(misfit, key=lambda name: misfit[name])]}


def _zayatz(sizes: Ints, records: int, population: int) -> float:
    from scipy.special import gammaln

    size, times = np.unique(sizes, return_counts=True)
    share = times / times.sum()

    def choose(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
        a, b = np.asarray(above, np.float64), np.asarray(below, np.float64)
        made: Floats = gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1)
        return made

    possible = population - size >= records - 1
    size, share = size[possible], share[possible]
    chance = np.log(size) + choose(population - size, records - 1) - choose(population, records)
    weight = share * np.exp(chance)
    return float(weight[size == 1].sum() / weight.sum())


def _pitman(sizes: Ints, records: int, population: int) -> tuple[float, Floats] | None:
    """Return the expected uniques of the population and class counts of the sample."""
    from scipy.special import gammaln

    size, times = np.unique(sizes, return_counts=True)
    groups = len(sizes)
    if groups < 2 or groups == records:
        return None

    def parameters(at: Floats) -> tuple[float, float]:
        return math.exp(min(float(at[0]), 50.0)), _between_0_and_1(float(at[1]))

    def likelihood(at: Floats) -> float:
        theta, alpha = parameters(at)
        value = (groups - 1) * math.log(alpha)
        value += gammaln(theta / alpha + groups) - gammaln(theta / alpha + 1)
        value -= gammaln(theta + records) - gammaln(theta + 1)
        return float(value + (times * (gammaln(size - alpha) - gammaln(1 - alpha))).sum())

    best = _maximum(likelihood, [math.log(groups), 0.0])
    if best is None:
        return None
    theta, alpha = parameters(best)
    if not 1e-6 < alpha < 1 - 1e-6:
        return None

    def expected(people: int, j: npt.ArrayLike) -> Floats:
        each = np.asarray(j, np.float64)
        log = gammaln(people + 1) - gammaln(each + 1) - gammaln(people - each + 1)
        log += gammaln(each - alpha) - gammaln(1 - alpha)
        log += gammaln(theta + 1) - gammaln(theta + people)
        log += gammaln(theta + alpha + people - each) - gammaln(theta + alpha)
        return np.asarray(np.exp(log))

    return float(expected(population, 1)), expected(records, _SEEN)


def _poisson_gamma(sizes: Ints, records: int, population: int) -> tuple[float, Floats] | None:
    """Return the expected uniques of the population and class counts of the sample."""
    from scipy.special import gammaln

    size, times = np.unique(sizes, return_counts=True)
    groups = len(sizes)
    if groups == records:
        return None

    def log_chance(j: npt.ArrayLike, shape: float, scale: float) -> Floats:
        each = np.asarray(j, np.float64)
        log = gammaln(shape + each) - gammaln(shape) - gammaln(each + 1)
        return np.asarray(log + each * math.log(scale / (1 + scale)) - shape * math.log1p(scale))

    def parameters(at: Floats) -> tuple[float, float]:
        shape = math.exp(float(np.clip(at[0], -20, 15)))
        return shape, math.exp(float(np.clip(at[1], -20, 20))) / shape

    def likelihood(at: Floats) -> float:
        shape, scale = parameters(at)
        seen = -math.expm1(-shape * math.log1p(scale))
        return float((times * log_chance(size, shape, scale)).sum() - groups * math.log(seen))

    best = _maximum(likelihood, [0.0, math.log(max(records / groups - 1, 0.01))])
    if best is None:
        return None
    shape, scale = parameters(best)
    classes = groups / -math.expm1(-shape * math.log1p(scale))
    wide = scale * population / records
    unique = classes * math.exp(float(log_chance(1, shape, wide)))
    return unique, classes * np.exp(log_chance(_SEEN, shape, scale))


def _maximum(value: Callable[[Floats], float], start: list[float]) -> Floats | None:
    """Return where a function of two numbers is greatest, or None where it grows for ever."""
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


def _between_0_and_1(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
