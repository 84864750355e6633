"""Any predict function: permutation sampling with a stated budget and a measured error.

Castro, Gomez and Tejada, "Polynomial calculation of the Shapley value based on sampling", Computers
& Operations Research 36, 2009; antithetic (reversed) permutations after Mitchell et al., JMLR 23,
2022. Each permutation walks from one background row to the explained row, so that the budget buys
many permutations instead of many copies of one; background rows are strata of equal weight.
Where all 2^p coalitions fit the budget they are enumerated and the answer is exact.

>>> design = Design.of(features=3, background=4, budget=12, seed=0)
>>> design.calls
12
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, gcd
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.explain.attribution.engine import Floats, Perturbation, Settings
from aitransparency.explain.attributions import Unit
from aitransparency.explain.rows import RowFormat

_CALLS_AT_ONCE = 65_536  # rows handed to the model in one call: bounds the memory of a batch


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The coalitions to ask the model about, the same for every row.

    Parameters
    ----------
    present
        bool (calls, p): which columns come from the explained row.
    filler
        int (calls,): the background row that gives the others.
    orders
        int (pairs, p): each permutation; walked forwards and backwards. Empty where the design
        enumerates.
    """

    present: npt.NDArray[np.bool_]
    filler: npt.NDArray[np.intp]
    orders: npt.NDArray[np.intp]

    @property
    def calls(self) -> int:
        """Model calls a row."""
        return len(self.present)

    @classmethod
    def of(cls, *, features: int, background: int, budget: int, seed: int) -> Design:
        """Enumerate where the budget allows, else draw permutations."""
        if features <= 16 and (2**features - 2) * background <= budget:
            return cls._enumerated(features, background)
        return cls._sampled(features, background, budget, seed)

    @classmethod
    def _enumerated(cls, features: int, background: int) -> Design:
        codes = np.arange(1, 2**features - 1)
        bits = (codes[:, None] >> np.arange(features)) & 1 == 1
        return cls(
            np.repeat(bits, background, axis=0),
            np.tile(np.arange(background), len(codes)),
            np.empty((0, features), dtype=np.intp),
        )

    @classmethod
    def _sampled(cls, features: int, background: int, budget: int, seed: int) -> Design:
        random = np.random.Generator(np.random.PCG64(seed))
        pairs = max(1, budget // (2 * (features - 1)))
        # All rotations of a drawn permutation put each column in each place equally often; a third
        # of a turn apart, each of three columns is first or last of them about equally often.
        starts = random.permuted(np.tile(np.arange(features), (-(-pairs // features), 1)), axis=1)
        stride = next(s for s in range(-(-features // 3), features + 1) if gcd(s, features) == 1)
        shifts = np.arange(features) * stride % features
        turns = (np.arange(features)[None, :] + shifts[:, None]) % features
        orders = starts[:, turns].reshape(-1, features)[:pairs]
        rank = np.argsort(orders, axis=1)
        steps = np.arange(1, features)
        forwards = rank[:, None, :] < steps[None, :, None]
        present = np.stack([forwards, ~forwards], axis=1).reshape(-1, features)
        used = random.permutation(background)[:pairs]
        filler = np.sort(np.arange(pairs) % len(used))  # neighbouring rotations share a row
        return cls(present, np.repeat(used[filler], 2 * (features - 1)), orders)


@dataclass(frozen=True, slots=True, eq=False)
class SamplingEngine:
    """Asks the model about mixtures of the explained row and background rows.

    Parameters
    ----------
    output
        Native rows to float64 (n,), in `unit`.
    form
        How the model takes its rows.
    background
        The background as a checked table, m rows.
    unit
        Of the output.
    design
        What is asked.
    reason
        Why no exact engine was used.
    """

    output: Callable[[Any], Floats]  # rows are whatever the model takes
    form: RowFormat
    background: pa.Table
    unit: Unit
    design: Design
    reason: str

    perturbation: Perturbation = "interventional"

    @classmethod
    def of(
        cls,
        output: Callable[[Any], Floats],
        form: RowFormat,
        background: pa.Table,
        unit: Unit,
        settings: Settings,
        why: str,
    ) -> SamplingEngine:
        """Plan the calls for a budget."""
        columns = len(form.names)
        design = Design.of(
            features=columns,
            background=background.num_rows,
            budget=settings.budget,
            seed=settings.seed,
        )
        how = (
            f"{why}; all 2^{columns} coalitions were enumerated"
            if not len(design.orders)
            else f"{why}; sampled with {design.calls:,} model calls a row"
        )
        return cls(output, form, background.select(form.names), unit, design, how)

    @property
    def name(self) -> str:
        """Which of the two designs."""
        return "permutation sampling" if len(self.design.orders) else "exact enumeration"

    @property
    def background_rows(self) -> int:
        """Rows of the background that fill absent features."""
        return int(self.background.num_rows)

    def outputs(self, rows: Any) -> Floats:
        """Return the model's output, (n,)."""
        return self.output(rows)

    def attribute(self, rows: Any) -> tuple[Floats, Floats]:
        """Return values (n, p) and base values (n,)."""
        values, base, _ = self.attribute_with_error(rows)
        return values, base

    def attribute_with_error(self, rows: Any) -> tuple[Floats, Floats, Floats]:
        """Return values, base values and the standard error of each value, (n, p)."""
        table = self.form.table(rows)
        at_empty = self.output(self.form.native(self.background))
        at_full = self.output(rows)
        width = len(self.form.names)
        values = np.empty((table.num_rows, width))
        errors = np.zeros((table.num_rows, width))
        step = max(1, _CALLS_AT_ONCE // max(1, self.design.calls))
        for start in range(0, table.num_rows, step):
            part = table.slice(start, step)
            here = slice(start, start + part.num_rows)
            asked = self._ask(part)
            if len(self.design.orders):
                values[here], errors[here] = self._walk(asked, at_full[here], at_empty)
            else:
                values[here] = self._enumerate(asked, at_full[here], at_empty)
        return values, np.full(table.num_rows, at_empty.mean()), errors

    def _ask(self, part: pa.Table) -> Floats:
        """Return the model's output for each row and coalition, (n, calls)."""
        count, known = part.num_rows, self.background.num_rows
        stacked = pa.concat_tables(
            [self.background, part.select(self.form.names)], promote_options="permissive"
        )
        own = np.repeat(np.arange(known, known + count), self.design.calls)
        filler = np.tile(self.design.filler, count)
        columns = {}
        for position, name in enumerate(self.form.names):
            present = np.tile(self.design.present[:, position], count)
            columns[name] = stacked[name].take(pa.array(np.where(present, own, filler)))
        answer = self.output(self.form.native(pa.table(columns)))
        return answer.reshape(count, self.design.calls)

    def _walk(self, asked: Floats, full: Floats, empty: Floats) -> tuple[Floats, Floats]:
        orders = self.design.orders
        pairs, width = orders.shape
        count = len(asked)
        steps = asked.reshape(count, pairs, 2, width - 1)
        filler = self.design.filler[:: 2 * (width - 1)]
        path = np.empty((count, pairs, 2, width + 1))
        path[:, :, 0, 0] = path[:, :, 1, width] = empty[filler]
        path[:, :, 0, width] = path[:, :, 1, 0] = full[:, None]
        path[:, :, :, 1:width] = steps
        change = np.diff(path, axis=3)
        both = (change[:, :, 0] - change[:, :, 1]) / 2  # backwards removes what forwards adds
        marginal = np.empty((count, pairs, width))
        np.put_along_axis(marginal, np.broadcast_to(orders, marginal.shape), both, axis=2)
        values, error = _stratified(marginal, filler)
        # Where the budget leaves background rows out, give the rest to the uncertain columns.
        rest = full - empty.mean() - values.sum(axis=1)
        share = error**2 + 1e-300
        values += rest[:, None] * share / share.sum(axis=1, keepdims=True)
        return values, error

    def _enumerate(self, asked: Floats, full: Floats, empty: Floats) -> Floats:
        width = len(self.form.names)
        worth = np.empty((len(asked), 2**width))
        worth[:, 0], worth[:, -1] = empty.mean(), full
        worth[:, 1:-1] = asked.reshape(len(asked), -1, self.background.num_rows).mean(axis=2)
        codes = np.arange(2**width)
        sizes = np.bitwise_count(codes)
        values = np.empty((len(asked), width))
        weight = np.array([1 / (width * comb(width - 1, size)) for size in range(width)])
        for column in range(width):
            without = codes[(codes >> column) & 1 == 0]
            gain = worth[:, without | (1 << column)] - worth[:, without]
            values[:, column] = gain @ weight[sizes[without]]
        return values


def _stratified(marginal: Floats, filler: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the mean and standard error of marginals (n, pairs, p), background rows equal.

    A pair of opposite permutations is exact for what two columns do together, so that equal weights
    of the background rows leave only what three or more do.
    """
    pairs = marginal.shape[1]
    if pairs == 1:
        return marginal[:, 0], np.abs(marginal[:, 0])
    order = np.argsort(filler, kind="stable")
    _, first, count = np.unique(filler[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(marginal[:, order], first, axis=1)
    means = sums / count[:, None]
    values = means.mean(axis=1)
    if count.min() < 2:  # nothing to tell the rows' own scatter from: the spread of all pairs
        return values, marginal.std(axis=1, ddof=1) / np.sqrt(pairs)
    squares = np.add.reduceat(marginal[:, order] ** 2, first, axis=1)
    within = np.maximum(squares - count[:, None] * means**2, 0.0) / (count - 1)[:, None]
    error = np.sqrt((within / count[:, None]).sum(axis=1)) / len(count)
    return values, error
