"""What a class tells about a sensitive attribute: l-diversity, t-closeness and their kin.

Everything is computed on pairs (class, value) and their counts, so memory follows the data and not
the product of classes and values.

Sources: l-diversity in its distinct, entropy and recursive forms, Machanavajjhala et al., ACM TKDD
1(1), 2007; t-closeness with the ordered, equal and hierarchical distances, Li, Li and
Venkatasubramanian, ICDE 2007; (alpha, k), Wong et al., KDD 2006; basic and enhanced beta-likeness,
Cao and Karras, VLDB 2012; delta-disclosure, Brickell and Shmatikov, KDD 2008.

>>> classes = np.array([0, 0, 0, 1, 1, 1], np.int32)
>>> salary = pa.array([3, 4, 5, 6, 8, 11])
>>> diversity(classes, 2, encode(salary)).distinct_l
3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.classes import Codes, Encoded, encode
from aitransparency.deid.risk.radix import BLOCK
from aitransparency.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Diversity:
    """The worst class of a table, by each model.

    Parameters
    ----------
    distinct_l
        Least number of different values in a class.
    entropy_l
        exp of the least entropy of a class: the l of entropy l-diversity, not rounded.
    recursive_c
        Recursive (c, l)-diversity holds with l = `distinct_l` for every c above this; None where
        `distinct_l` is 1, for then no c does.
    t
        Largest distance of a class's distribution from the table's, 0 to 1.
    distance
        "ordered", "equal" or "hierarchical": the distance under `t`.
    alpha
        Largest share of one value in a class.
    beta
        Largest relative gain (q - p) / p of a value's share in a class over its share in the table.
    enhanced_beta
        The gain as pycanon bounds it: the lesser of `beta` and the largest -ln p.
    enhanced_holds
        Whether no value gains more than its own -ln p, as Cao and Karras's bound asks for at any
        beta.
    delta
        Largest abs(ln(q / p)) of a value that a class has.
    """

    distinct_l: int
    entropy_l: float
    recursive_c: float | None
    t: float
    distance: str
    alpha: float
    beta: float
    enhanced_beta: float
    enhanced_holds: bool
    delta: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Counts of values in classes, ordered by class and value."""

    group: Ints
    value: Ints
    count: Ints
    starts: Ints  # int64 (g,), the first pair of each class
    size: Ints  # int64 (g,), records of each class
    share: Floats  # float64 (m,), p: share of each value in the table


def diversity(
    ids: Codes,
    groups: int,
    sensitive: Encoded,
    *,
    ordered: bool | None = None,
    levels: Sequence[pa.Array] = (),
) -> Diversity:
    """Return what the classes tell about one sensitive attribute.

    Parameters
    ----------
    ids
        int32 (n,), the class of each record.
    groups
        How many classes there are; none is empty.
    sensitive
        The attribute of the n records. A null is a value; where values are ordered it is the last.
    ordered
        Whether values are ordered for `t`; numbers and dates are, where None.
    levels
        For the hierarchical distance: for each value of `sensitive`, what it is called on each
        level above, coarser and coarser; the last is one root.

    Raises
    ------
    InputError
        A hierarchy does not fit the values or is not nested.
    """
    if not len(ids):
        raise InputError("a table without rows has no diversity")
    ordered = _is_ordered(sensitive, ordered, levels)
    pairs = _pairs(ids, groups, _sorted(sensitive) if ordered else sensitive)
    q = pairs.count / pairs.size[pairs.group]
    p = pairs.share[pairs.value]
    entropy = np.add.reduceat(-q * np.log(q), pairs.starts)
    least = int(np.diff(np.append(pairs.starts, len(pairs.group))).min())
    gain = (q - p) / p
    beta = float(gain.max())
    return Diversity(
        distinct_l=least,
        entropy_l=float(np.exp(entropy.min())),
        recursive_c=_recursive(pairs, least) if least > 1 else None,
        t=_closeness(pairs, ordered, levels),
        distance="hierarchical" if levels else "ordered" if ordered else "equal",
        alpha=float(q.max()),
        beta=beta,
        enhanced_beta=min(beta, float(-np.log(pairs.share.min()))),
        enhanced_holds=bool((gain <= -np.log(p) + 1e-12).all()),
        delta=float(np.abs(np.log(q / p)).max()),
    )


def distinct(ids: Codes, groups: int, sensitive: Encoded) -> int:
    """Return the least number of different values in a class; see `diversity`."""
    values = sensitive.count
    if groups * values > max(1 << 22, min(32 * len(ids), 1 << 28)):
        pairs = _pairs(ids, groups, sensitive)
        return int(np.diff(np.append(pairs.starts, len(pairs.group))).min())
    seen = np.zeros(groups * values, np.bool_)
    for start in range(0, len(ids), BLOCK):
        part = slice(start, start + BLOCK)
        seen[sensitive.codes[part].astype(np.int64) * groups + ids[part]] = True
    return int(seen.reshape(values, groups).sum(axis=0, dtype=np.int32).min())


def closeness(ids: Codes, groups: int, sensitive: Encoded, *, ordered: bool | None = None) -> float:
    """Return the largest distance of a class from the table; see `diversity`."""
    ordered = _is_ordered(sensitive, ordered, ())
    return _closeness(_pairs(ids, groups, _sorted(sensitive) if ordered else sensitive), ordered)


def _is_ordered(sensitive: Encoded, asked: bool | None, levels: Sequence[pa.Array]) -> bool:
    if asked is not None:
        return asked
    return not levels and not is_category(sensitive.values.type)


def _closeness(pairs: _Pairs, ordered: bool, levels: Sequence[pa.Array] = ()) -> float:
    if levels:
        return _hierarchical(pairs, levels)
    if ordered:
        return _ordered(pairs)
    gain = pairs.count / pairs.size[pairs.group] - pairs.share[pairs.value]
    return float(np.add.reduceat(np.maximum(gain, 0), pairs.starts).max())


def is_category(kind: pa.DataType) -> bool:
    """Return whether values of a type have no order of their own."""
    return not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_temporal(kind)
    )


def _sorted(sensitive: Encoded) -> Encoded:
    order = pc.sort_indices(sensitive.values).to_numpy()
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    return Encoded(place[sensitive.codes], sensitive.values.take(pa.array(order)))


def _pairs(ids: Codes, groups: int, sensitive: Encoded) -> _Pairs:
    values = sensitive.count
    numbers = ids.astype(np.int64) * values + sensitive.codes
    if groups * values <= max(1 << 22, min(16 * len(ids), 1 << 25)):
        counts = np.bincount(numbers, minlength=groups * values)
        present = np.flatnonzero(counts)
        count = counts[present]
    else:
        numbers.sort()
        new = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
        present, count = numbers[new], np.diff(np.append(new, len(numbers)))
    group, value = np.divmod(present, values)
    starts = np.searchsorted(group, np.arange(groups))
    size = np.add.reduceat(count, starts)
    share = np.bincount(sensitive.codes, minlength=values) / len(ids)
    return _Pairs(group, value, count, starts, size, share)


def _recursive(pairs: _Pairs, least: int) -> float:
    """Return the largest r_1 / (r_l + ... + r_m) of a class, counts falling, l = `least`."""
    order = np.lexsort((-pairs.count, pairs.group))
    count = pairs.count[order]
    rank = np.arange(len(count)) - pairs.starts[pairs.group]
    tail = np.add.reduceat(np.where(rank >= least - 1, count, 0), pairs.starts)
    return float((count[pairs.starts] / tail).max())


def _ordered(pairs: _Pairs) -> float:
    """Return the largest ordered distance: sum of abs(Q_i - P_i) over m - 1, P and Q cumulated.

    Q steps only at the values a class has. Between two of them it is a constant q, and the sum of
    abs(q - P_i) comes from prefix sums of P, cut where P crosses q.
    """
    m = len(pairs.share)
    if m < 2:
        return 0.0
    below = np.cumsum(pairs.share)
    prefix = np.append(0.0, np.cumsum(below))
    inside = np.cumsum(pairs.count)
    before = np.append(0, inside)[pairs.starts]
    q = (inside - before[pairs.group]) / pairs.size[pairs.group]
    stop = np.append(pairs.value[1:], m)
    stop[np.append(pairs.starts[1:], len(q)) - 1] = m  # the last step of a class lasts to the end

    def between(low: Ints, high: Ints, level: Floats) -> Floats:
        cross = np.clip(np.searchsorted(below, level, side="right"), low, high)
        under = level * (cross - low) - (prefix[cross] - prefix[low])
        over = (prefix[high] - prefix[cross]) - level * (high - cross)
        return np.asarray(under + over)

    total = np.add.reduceat(between(pairs.value, stop, q), pairs.starts)
    total += prefix[pairs.value[pairs.starts]]  # before its first value, Q is 0
    return float(total.max()) / (m - 1)


def _hierarchical(pairs: _Pairs, levels: Sequence[pa.Array]) -> float:
    """Return the largest hierarchical distance: on each node, height / H of what must pass it."""
    chain = _nodes(levels, len(pairs.share))
    height = len(chain)
    groups = len(pairs.starts)
    group, node = pairs.group, pairs.value
    q: Floats = pairs.count / pairs.size[group]
    share: Floats = pairs.share
    cost = np.zeros(groups)
    for step, parent in enumerate(chain, start=1):
        upper = int(parent.max()) + 1
        above = np.bincount(parent, weights=share, minlength=upper).astype(np.float64)
        number = group * upper + parent[node]
        order = np.argsort(number, kind="stable")
        number, q, node = number[order], q[order], node[order]
        first = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
        p = share[node]
        lack = np.add.reduceat(np.maximum(q - p, 0), first)
        absent = above[number[first] % upper] - np.add.reduceat(p, first)
        extra = np.add.reduceat(np.maximum(p - q, 0), first) + np.maximum(absent, 0)
        here = np.minimum(lack, extra) * step / height
        cost += np.bincount(number[first] // upper, weights=here, minlength=groups)
        q = np.add.reduceat(q, first)
        group, node = np.divmod(number[first], upper)
        share = above
    return float(cost.max())


def _nodes(levels: Sequence[pa.Array], values: int) -> list[Ints]:
    """Return for each level the parent of every node of the level below."""
    chain: list[Ints] = []
    below = np.arange(values)
    for place, level in enumerate(levels, start=1):
        if len(level) != values:
            raise InputError(
                f"level {place} of a hierarchy names {len(level):,} values, the column has "
                f"{values:,}"
            )
        codes = encode(level).codes.astype(np.int64)
        parent = np.full(int(below.max()) + 1, -1, np.int64)
        parent[below] = codes
        if (parent[below] != codes).any():
            raise InputError(f"level {place} of a hierarchy parts values that the one below joins")
        chain.append(parent)
        below = codes
    if below.max() != 0:
        raise InputError("the last level of a hierarchy must be one value, such as '*'")
    return chain
