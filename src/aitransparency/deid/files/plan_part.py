"""The part of a plan that is for one of a file's tables: its records, or the elements of a list."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from aitransparency.deid.apply import Applied
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques import Drop
from aitransparency.errors import ColumnNotFoundError, PlanError


def applied_groups(
    groups: tuple[pa.RecordBatch, ...],
    plan: Plan,
    apply: Callable[[pa.RecordBatch, Plan], Applied],
) -> list[Applied | None]:
    """Return what became of each table; None for one that the plan drops whole."""
    made: list[Applied | None] = []
    demand_known(plan, [name for group in groups for name in group.schema.names])
    for group in groups:
        part = part_of(plan, group.schema.names)
        lines = part.for_columns(group.schema.names).values()
        gone = all(isinstance(line.technique, Drop) for line in lines)
        made.append(None if gone else apply(group, part))
    return made


def part_of(plan: Plan, names: list[str]) -> Plan:
    """Return the lines of a plan for some of its columns.

    Raises
    ------
    ColumnNotFoundError
        There is nothing to do anything with.
    """
    if not names:
        raise ColumnNotFoundError("the file has no columns")
    lines = {name: plan[name] for name in plan if name in names}
    return Plan(lines, on_mismatch=plan.on_mismatch, others=plan.others, key_id=plan.key_id)


def demand_known(plan: Plan, names: list[str]) -> None:
    """Raise where the plan does not say what is done to a column.

    The keys of JSON objects may themselves be numbers of people (``{"13800138000": ...}``): digits
    are not shown.

    Raises
    ------
    PlanError
        Naming the column.
    """
    if plan.others is not None:
        return
    unknown = next((name for name in names if name not in plan), None)
    if unknown is not None:
        shown = re.sub(r"[0-9]{4,}", lambda digits: "#" * len(digits[0]), unknown)
        raise PlanError(
            f"column {shown!r} is not in the plan; decide about it: plan[{shown!r}] = deid.Drop() "
            "or deid.Keep(), or Plan(..., others=...)"
        )
