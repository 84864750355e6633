"""Techniques that need a whole column: worked out once, then given out batch by batch.

A permutation moves a value from the last row to the first, so no batch is enough. A path that
streams asks `whole_columns` which columns to read first, as a whole; `settle` then gives a plan
that any batch can be applied under, in order. A path that cannot read twice refuses such a plan
before any row is read (`refuse_whole`). Memory: the columns named, nothing else of the table.

>>> from aitransparency.deid.techniques import Keep, Permute
>>> from aitransparency.deid.keys import Key
>>> plan = Plan({"pay": Permute(), "age": Keep()})
>>> whole_columns(plan, ["pay", "age"])
('pay',)
>>> settled = settle(plan, pa.table({"pay": [1, 2, 3], "age": [7, 8, 9]}), Key(bytes(32)))
>>> type(settled["pay"].technique).__name__
'Settled'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques.base import Outcome, Place, Technique
from aitransparency.errors import PlanError


@dataclass(frozen=True, eq=False)
class Settled(Technique):
    """What a technique made of a whole column, given out by the place of a batch.

    Parameters
    ----------
    technique
        The technique.
    outcome
        What it made of all rows.
    """

    technique: Technique
    outcome: Outcome

    by_value: ClassVar[bool] = False

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the part that belongs to the batch."""
        first, count = place.first_row, len(values)
        if first + count > len(self.outcome.values):
            raise PlanError(
                f"column {place.column!r}: {type(self.technique).__name__} was worked out over "
                f"{len(self.outcome.values):,} rows, and row {first + count - 1:,} is beyond them"
            )
        misfit = self.outcome.misfit
        part = None if misfit is None else misfit[first : first + count]
        return Outcome(self.outcome.values.slice(first, count), part)

    def settings(self) -> dict[str, Any]:  # what TOML holds
        """Return those of the technique."""
        return self.technique.settings()


def whole_columns(plan: Plan, names: list[str]) -> tuple[str, ...]:
    """Return the columns that must be read as a whole before any batch can be de-identified."""
    needed: dict[str, None] = {}
    for name, line in plan.for_columns(names).items():
        if line.technique.whole_column:
            needed.update(dict.fromkeys((name, *line.technique.columns_used())))
    return tuple(needed)


def settle(plan: Plan, columns: pa.Table, key: Key | None) -> Plan:
    """Return the plan with its whole-column techniques worked out.

    Parameters
    ----------
    plan
        What is done to each column; unchanged.
    columns
        All rows, of the columns that `whole_columns` names at least.
    key
        Needed where such a technique is keyed.
    """
    lines = {}
    for name, line in plan.items():
        technique = line.technique
        if technique.whole_column:
            used = columns.select([name, *technique.columns_used()]).combine_chunks()
            batches = used.to_batches()
            batch = batches[0] if batches else pa.RecordBatch.from_pylist([], used.schema)
            values = batch.column(0)
            if pa.types.is_dictionary(values.type):
                values = values.dictionary_decode()
            outcome = technique.apply(values, Place(name, line.entity, key, batch))
            line = replace(line, technique=Settled(technique, outcome))
        lines[name] = line
    return Plan(lines, on_mismatch=plan.on_mismatch, others=plan.others, key_id=plan.key_id)


def refuse_whole(plan: Plan, names: list[str]) -> None:
    """Raise PlanError where a technique needs the whole column and only a batch is at hand."""
    for name, line in plan.for_columns(names).items():
        if line.technique.whole_column:
            kind = type(line.technique).__name__
            raise PlanError(
                f"column {name!r}: {kind} needs the whole column, and only a batch is at hand; use "
                "deid.deidentify on the whole table, or deid.whole.settle before the first batch"
            )
