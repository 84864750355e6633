"""Verification: nothing of what the plan removes is left in the output.

Two searches over the output. Whole cells: no cell equals an original value of a direct identifier.
Finds: nothing that the finder knows in the output is one of the originals, in any spelling (full
width, separators, country code). Rows and columns are counted too.

>>> before = pa.table({"phone": ["13800138000"], "note": ["x"]})
>>> after = pa.table({"phone": ["138****8000"], "note": ["回拨138-0013-8000"]})
>>> from aitransparency.deid.plan import ColumnPlan, Plan
>>> from aitransparency.deid.techniques import Keep, Mask
>>> plan = Plan({"phone": ColumnPlan(Mask(), "direct", "CN_MOBILE_PHONE"), "note": Keep()})
>>> verify(before, after, plan).leaks
{'note': 1}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.find import find_column
from aitransparency.deid.forms import spell
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Drop, Keep, Scan
from aitransparency.deid.text import as_text, has_text_form
from aitransparency.errors import LeakError


@dataclass(frozen=True, slots=True)
class Verification:
    """What the search of the output found.

    Parameters
    ----------
    values
        Distinct original values looked for.
    columns
        Output columns searched.
    leaks
        Column to the number of its values that are an original; empty where nothing is left.
    """

    values: int
    columns: int
    leaks: dict[str, int] = field(default_factory=dict)


def verify(before: pa.Table, after: pa.Table, plan: Plan) -> Verification:
    """Search a de-identified table for original values.

    Parameters
    ----------
    before, after
        The same n rows.
    plan
        What was done; originals are the values of its direct identifiers that are not kept, and
        what the finder finds in its scanned columns.

    Raises
    ------
    LeakError
        Rows are missing or were added.
    """
    if before.num_rows != after.num_rows:
        raise LeakError(
            f"{before.num_rows:,} rows went in and {after.num_rows:,} came out; nothing is returned"
        )
    lines = plan.for_columns(before.column_names)
    originals = _originals(before, lines)
    leaks = {}
    searched = 0
    for name in after.column_names:
        if not has_text_form(after.schema.field(name).type):
            continue
        searched += 1
        count = _count(as_text(after[name].combine_chunks()), originals)
        if count:
            leaks[name] = count
    return Verification(len(originals), searched, leaks)


def demand_clean(found: Verification) -> None:
    """Raise where an original value is left.

    Raises
    ------
    LeakError
        Names the column and the number of values.
    """
    for name, count in found.leaks.items():
        raise LeakError(
            f"column {name!r}: {count:,} values of the output are original identifiers; nothing "
            f"is returned. Give the column a technique: plan[{name!r}] = deid.Scan()"
        )


def _originals(before: pa.Table, lines: dict[str, ColumnPlan]) -> pa.Array:
    parts = []
    for name, line in lines.items():
        if not has_text_form(before.schema.field(name).type):
            continue
        if isinstance(line.technique, Scan):
            text = as_text(before[name].combine_chunks())
            parts += [values for _, values in _finds(text, line.technique.min_score)]
        elif line.role == "direct" and not isinstance(line.technique, Keep):
            parts.append(spell(pc.unique(as_text(before[name].combine_chunks())), line.entity))
        elif isinstance(line.technique, Drop):
            continue
    if not parts:
        return pa.array([], pa.large_string())
    together = pc.unique(pa.concat_arrays(parts))
    return together.filter(pc.greater(pc.utf8_length(together), 1))  # also drops null and empty


def _count(text: pa.Array, originals: pa.Array) -> int:
    """Return how many cells and finds of a column are among the originals."""
    if not len(originals):
        return 0
    whole = pc.sum(pc.is_in(text, value_set=originals)).as_py() or 0
    inside = sum(
        pc.sum(pc.is_in(values, value_set=originals)).as_py() or 0
        for _, values in _finds(text, 0.5)
    )
    return max(whole, inside)


def _finds(text: pa.Array, min_score: float) -> Iterator[tuple[str, pa.Array]]:
    """Yield each entity and its finds in their canonical spelling."""
    column = TextColumn.from_arrow(text)
    found = find_column(column, min_score=min_score)
    for number in np.unique(found.entity):
        here = found.take(found.entity == number)
        yield ENTITIES[number], spell(column.texts(here.start, here.end), ENTITIES[number])
