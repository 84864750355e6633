"""What was measured for a notice: errors against recorded outcomes, and figures by group.

Article 72 forbids unequal treatment by race, sex, nationality, ethnicity and religion, and price
discrimination by habit, preference and ability to pay. Attributions cannot show that it is absent,
so figures are computed per group with 95% confidence intervals, and nothing is concluded from them.

Counts are rounded to ten and shares to one in a thousand, and groups under `FEWEST` people are not
shown: a notice is public, and a small cell is a person.

>>> cut(np.array([1.0, 2.0, 3.0, 4.0, np.nan]), (2.5,)).tolist()
[0, 0, 1, 1, -1]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.explain.notice import intervals
from aitransparency.explain.notice.factors import is_number
from aitransparency.explain.notice.intervals import NOTHING, Estimate

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FEWEST = 30
MANY_VALUES = 6  # a column of numbers with more values than this is cut at its quartiles


@dataclass(frozen=True, slots=True)
class Errors:
    """How results agree with recorded outcomes.

    Parameters
    ----------
    people
        With a recorded outcome, rounded to ten.
    agree
        Share whose result agrees with the record; for a number, whose estimate is within a tenth of
        it.
    wrongly_against
        Among those with a favourable record, the share that got an unfavourable result; for a
        number, nothing.
    wrongly_for
        The reverse.
    half_within
        For a number: half of all people's errors are at most this large, in its unit; else None.
    """

    people: int
    agree: Estimate
    wrongly_against: Estimate = NOTHING
    wrongly_for: Estimate = NOTHING
    half_within: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One group's figures, compared with the largest group.

    Parameters
    ----------
    value
        What they share: a category, or a range of numbers, "..low", "low..high" or "high..", each
        without its lower and with its upper end.
    people
        Rounded to ten; 0 where the group is too small to show, and every figure is NaN.
    result
        Share with a favourable result, or the mean of the estimate.
    gap
        `result` less that of the reference group.
    ratio
        `result` over that of the reference group; NaN for a number.
    wrongly_against
        As in `Errors`, within the group; NaN without recorded outcomes.
    reference
        Whether this is the group that others are compared with.
    """

    value: str
    people: int
    result: Estimate = NOTHING
    gap: Estimate = NOTHING
    ratio: Estimate = NOTHING
    wrongly_against: Estimate = NOTHING
    reference: bool = False


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The groups of one column.

    Parameters
    ----------
    column
        Its name.
    ground
        The ground it stands for: race, sex, nationality, ethnicity, religion, habit, preference,
        ability or other.
    used
        Whether the model uses the column.
    unknown
        People without a value, rounded to ten.
    groups
        The largest first; numbers and ranges of them in their own order.
    """

    column: str
    ground: str
    used: bool
    unknown: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What the algorithm gave people, and what the records say.

    Parameters
    ----------
    amount
        float64 (n,), 1 and 0 for a favourable and unfavourable result, or the estimate.
    recorded
        The same of the records, NaN where there is none; None where nothing is recorded.
    binary
        Whether results are favourable or not, rather than numbers.
    """

    amount: Floats
    recorded: Floats | None
    binary: bool

    def errors(self) -> Errors | None:
        """Compare results with records; None where nothing is recorded."""
        if self.recorded is None:
            return None
        known = np.isfinite(self.recorded)
        made, real = self.amount[known], self.recorded[known]
        if not len(made):
            return None
        if not self.binary:
            off = np.abs(made - real)
            near = int((off <= 0.1 * np.abs(real)).sum())
            share = rounded(intervals.share(near, len(made)))
            return Errors(tens(len(made)), share, half_within=float(np.median(off)))
        return Errors(
            tens(len(made)),
            rounded(intervals.share(int((made == real).sum()), len(made))),
            self._wrong(known, 1.0),
            self._wrong(known, 0.0),
        )

    def by_group(self, column: pa.Array, ground: str, used: bool, name: str) -> GroupTable:
        """Return the figures of every group of a column."""
        values, codes = groups_of(column)
        sizes = np.bincount(codes[codes >= 0], minlength=len(values))
        order = sorted(np.flatnonzero(sizes).tolist(), key=lambda at: (-sizes[at], values[at]))
        reference = codes == (order[0] if order else 0)
        if is_number(column.type):  # ranges stay in their own order
            order.sort()
        shown = tuple(self._group(codes == at, values[at], reference) for at in order)
        return GroupTable(name, ground, used, tens(int((codes < 0).sum())), shown)

    def _group(self, mask: Mask, value: str, reference: Mask) -> Group:
        count = int(mask.sum())
        if count < FEWEST:
            return Group(value, 0)
        here, there = self.amount[mask], self.amount[reference]
        against = NOTHING
        if self.binary and self.recorded is not None:
            against = self._wrong(mask & np.isfinite(self.recorded), 1.0)
        if not self.binary:
            result = intervals.mean(here)
            gap, ratio = intervals.mean_difference(here, there), NOTHING
        else:
            hits = int(here.sum()), count, int(there.sum()), len(there)
            result = rounded(intervals.share(hits[0], hits[1]))
            gap, ratio = rounded(intervals.difference(*hits)), rounded(intervals.ratio(*hits))
        is_reference = bool((mask == reference).all())
        if is_reference:
            gap, ratio = NOTHING, NOTHING
        return Group(value, tens(count), result, gap, ratio, against, is_reference)

    def _wrong(self, mask: Mask, record: float) -> Estimate:
        """Return the share of people under a mask with this record whose result differs."""
        assert self.recorded is not None
        asked = mask & (self.recorded == record)
        count = int(asked.sum())
        if count < FEWEST:
            return NOTHING
        return rounded(intervals.share(int((self.amount[asked] != record).sum()), count))


def groups_of(column: pa.Array) -> tuple[list[str], Ints]:
    """Return the groups of a column by name, and each row's, -1 where the value is missing."""
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    if is_number(plain.type):
        values = plain.cast(pa.float64()).to_numpy(zero_copy_only=False)
        known = np.unique(values[np.isfinite(values)])
        if len(known) > MANY_VALUES:
            cuts = tuple(np.unique(np.quantile(values[np.isfinite(values)], (0.25, 0.5, 0.75))))
            edges = ["", *(f"{edge:g}" for edge in cuts), ""]  # open: an extreme is a person's own
            names = [f"{low}..{high}" for low, high in pairwise(edges)]
            return names, cut(values, cuts)
        codes = np.where(np.isfinite(values), np.searchsorted(known, values), -1)
        return [f"{value:g}" for value in known], codes.astype(np.int64)
    coded = plain.cast(pa.large_string()).dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return coded.dictionary.to_pylist(), codes


def cut(values: Floats, edges: Sequence[float]) -> Ints:
    """Return the class of each value, (low, edge] and so on from 0; -1 where it is missing."""
    return np.where(np.isfinite(values), np.searchsorted(edges, values, side="left"), -1).astype(
        np.int64
    )


def tens(count: int) -> int:
    """Return a count rounded to ten, halves up."""
    return (count + 5) // 10 * 10


def rounded(estimate: Estimate) -> Estimate:
    """Return an estimate of a share rounded to one in a thousand."""
    return Estimate(*(round(float(one), 3) for one in estimate))
