"""De-identify what is in memory: text, lists, series and frames.

Frames go to Arrow, through `apply` batch by batch, and back; text goes the same way as a column
that is scanned. What comes out has the type of what went in.

>>> deidentify("请回拨13800138000").data
'请回拨<CN_MOBILE_PHONE>'
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pyarrow as pa

from aitransparency.deid.apply import Tally, apply_counted, check
from aitransparency.deid.find import text_column
from aitransparency.deid.keys import Key
from aitransparency.deid.known.table import collect, looks_in_table
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.plan import plan as proposed
from aitransparency.deid.report import Report
from aitransparency.deid.techniques import Scan, Technique
from aitransparency.deid.techniques.base import Place
from aitransparency.deid.verify import OnLeak, Verification, Verifier, demand_clean
from aitransparency.errors import InputTypeError, KeyMaterialError, NotReversibleError
from aitransparency.frames import is_frame, is_series, library_of, like, to_table

Data = TypeVar("Data")

_BATCH = 20_000  # rows; slices of this size stay in the cache
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Result(Generic[Data]):
    """What `deidentify` returns.

    Parameters
    ----------
    data
        De-identified, of the type that went in.
    report
        What was done, in counts.
    """

    data: Data = field(repr=False)
    report: Report


def deidentify(
    data: Data,
    plan: Plan | Technique | None = None,
    *,
    key: Key | None = None,
    verify: bool = True,
    on_leak: OnLeak = "error",
) -> Result[Data]:
    """De-identify text or a table.

    Parameters
    ----------
    data
        A string, a list of strings, a series or Arrow array of text, or a pandas, Polars or Arrow
        frame.
    plan
        For a frame a `Plan`; the proposal of `deid.plan` where None. For text a technique such as
        `Scan`, which is also the default.
    key
        Needed where the plan has a keyed technique.
    verify
        Search the output for original values.
    on_leak
        "error": return nothing if one is left. "redact": take it out and say so in the report.

    Raises
    ------
    InputTypeError
        The data is neither text nor a frame, or mixes types.
    PlanError, ColumnNotFoundError, KeyMaterialError
        Plan, columns and key do not go together; raised before any value is read.
    ValueMismatchError
        Values do not fit their technique and the plan says "error".
    LeakError
        Verification found an original value in the output.
    """
    if is_frame(data):
        if plan is not None and not isinstance(plan, Plan):
            raise InputTypeError(
                f"a frame takes a deid.Plan, got {type(plan).__qualname__}; begin with "
                "plan = deid.plan(frame)"
            )
        decided = proposed(data) if plan is None else plan
        table, report = deidentify_table(
            to_table(data), decided, key=key, verify=verify, on_leak=on_leak
        )
        return Result(like(data, table), report)
    if isinstance(plan, Plan):
        raise InputTypeError("a Plan is for a frame; text takes a technique such as deid.Scan()")
    texts = text_column(data).to_arrow()
    line = ColumnPlan(plan or Scan(), role="text")
    table, report = deidentify_table(
        pa.table({_TEXT: texts}), Plan({_TEXT: line}), key=key, verify=verify, on_leak=on_leak
    )
    return Result(_like_text(data, table[_TEXT]), report)


def deidentify_table(
    table: pa.Table, plan: Plan, *, key: Key | None, verify: bool, on_leak: OnLeak = "error"
) -> tuple[pa.Table, Report]:
    """De-identify an Arrow table; see `deidentify`."""
    check(plan, table.schema, key)
    batches, tallies, first = [], {name: Tally() for name in table.column_names}, 0
    known = collect(table.to_batches(), plan) if looks_in_table(plan) else None
    verifier = Verifier(plan, table.schema, on_leak=on_leak) if verify else None
    for batch in table.to_batches(max_chunksize=_BATCH) or _one_empty(table):
        applied = apply_counted(batch, plan, key, first_row=first, known=known)
        if verifier is not None:
            verifier.learn(batch, applied.batch, applied.removed)
        batches.append(applied.batch)
        first += batch.num_rows
        for name, tally in applied.tallies.items():
            tallies[name] += tally
    found: Verification | None = None
    if verifier is not None:
        batches = [verifier.search(batch) for batch in batches]
        found = verifier.finish()
        demand_clean(found)
    made = pa.Table.from_batches(batches)
    return made, Report.of(plan, tallies, rows=table.num_rows, key=key, verification=found)


def reidentify(data: Data, plan: Plan, *, key: Key) -> Data:
    """Return a frame with its reversible techniques undone.

    Parameters
    ----------
    data
        A frame that `deidentify` returned under this plan.
    plan
        The plan; columns whose technique cannot be undone stay as they are.
    key
        The key it was de-identified with.

    Raises
    ------
    NotReversibleError
        No technique of the plan can be undone.
    KeyMaterialError
        The plan names another key.
    """
    if not is_frame(data):
        raise InputTypeError(f"reidentify takes a frame, got {type(data).__qualname__}")
    if plan.key_id is not None and key.id != plan.key_id:
        raise KeyMaterialError(f"the plan was applied with key {plan.key_id}, this is {key.id}")
    undone = {name: line for name, line in plan.items() if line.technique.reversible}
    if not undone:
        done = Counter(type(line.technique).__name__ for line in plan.values())
        raise NotReversibleError(
            f"no technique of the plan can be undone: {', '.join(sorted(done))}"
        )
    table = to_table(data)
    for name, line in undone.items():
        at = table.column_names.index(name)
        place = Place(name, line.entity, key)
        values = line.technique.undo(table[name].combine_chunks(), place)
        table = table.set_column(at, name, values)
    return like(data, table)


def _one_empty(table: pa.Table) -> list[pa.RecordBatch]:
    arrays = [pa.array([], one.type) for one in table.schema]
    return [pa.RecordBatch.from_arrays(arrays, schema=table.schema)]


def _like_text(original: Any, made: pa.ChunkedArray) -> Any:  # the type of `original`
    if isinstance(original, str):
        return made[0].as_py()
    if isinstance(original, tuple):
        return tuple(made.to_pylist())
    if not is_series(original):
        return made.to_pylist()
    if isinstance(original, pa.ChunkedArray):
        return made.cast(_plain(original.type))
    if isinstance(original, pa.Array):
        return made.combine_chunks().cast(_plain(original.type))
    if library_of(original) == "polars":
        import polars

        return polars.Series(original.name, made.combine_chunks())
    import pandas

    values = pandas.Series(made.to_pandas().array, index=original.index, name=original.name)
    return values.astype(original.dtype) if original.dtype != "category" else values


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
