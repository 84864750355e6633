"""Verification of a chunk, and the sum of many.

In a file, a chunk teaches its originals to the second pass (`reading_back`), which searches all of
the output for all of them. A batch of Spark is searched for its own alone: see docs/cluster.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from aitransparency.deid.apply import Applied
from aitransparency.deid.plan import Plan
from aitransparency.deid.verify import Learned, OnLeak, Verification, Verifier, demand_clean


def verified(
    plan: Plan, group: pa.RecordBatch, applied: Applied, on_leak: OnLeak
) -> tuple[pa.RecordBatch, Verification]:
    """Return one table of a chunk after the search, and what was found.

    Raises
    ------
    LeakError
        An original is left.
    """
    verifier = Verifier(plan, group.schema, on_leak=on_leak)
    batch = verifier.search(verifier.learn(group, applied.batch, applied.removed))
    found = verifier.finish()
    demand_clean(found)
    return batch, found


def taught(
    plan: Plan, group: pa.RecordBatch, applied: Applied, on_leak: OnLeak, *, begins: bool
) -> tuple[pa.RecordBatch, Verification, Learned]:
    """Return one table of a chunk, the counts of what it taught, and what is to be looked for.

    `begins` is whether the chunk is the file's first.

    Raises
    ------
    LeakError
        A row holds its own original.
    """
    verifier = Verifier(plan, group.schema, on_leak=on_leak, begins=begins)
    batch = verifier.learn(group, applied.batch, applied.removed)
    found = verifier.lesson()
    demand_clean(found)
    return batch, found, verifier.learned()


def total(parts: Iterable[Verification]) -> Verification:
    """Return the sum of verifications; columns are those of the widest part."""
    listed = list(parts)
    if not listed:
        return Verification(0, 0)
    if len(listed) == 1:
        return listed[0]
    values: dict[str, Any] = {}  # each field's own type
    for one in fields(Verification):
        each = [getattr(part, one.name) for part in listed]
        if one.name == "columns":
            values[one.name] = max(each)
        elif isinstance(each[0], tuple):
            values[one.name] = tuple(dict.fromkeys(name for part in each for name in part))
        elif isinstance(each[0], Mapping):
            values[one.name] = _sum_of(each)
        else:
            values[one.name] = sum(each)
    return Verification(**values)


def _sum_of(parts: list[Mapping[str, Any]]) -> dict[str, Any]:  # counts, or mappings of counts
    nested = any(isinstance(value, Mapping) for part in parts for value in part.values())
    if not nested:
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(part)
        return dict(counts)
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: _sum_of([part[name] for part in parts if name in part]) for name in names}


def as_plain(found: Verification) -> dict[str, Any]:  # what JSON holds
    """Return a verification as plain values, for a checkpoint."""
    return {one.name: _plain(getattr(found, one.name)) for one in fields(Verification)}


def _plain(value: Any) -> Any:  # counts, or mappings of counts
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value


def from_plain(values: dict[str, Any]) -> Verification:
    """Return the verification that `as_plain` took apart."""
    fixed: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in values.items()
    }
    return Verification(**fixed)
