"""De-identify what is in memory: text, lists, series and frames.

Frames go to Arrow, through `apply` batch by batch, and back; text goes the same way as a column
that is scanned. What comes out has the type of what went in.

>>> deidentify("请回拨13800138000").data
'请回拨<CN_MOBILE_PHONE>'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pyarrow as pa

from aitransparency.deid.apply import Tally, apply_counted, check
from aitransparency.deid.find import text_column
from aitransparency.deid.keys import Key
from aitransparency.deid.known.table import collect, looks_in_table
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.plan import plan as proposed
from aitransparency.deid.report import Report, SourceDigest
from aitransparency.deid.techniques import Scan, Technique
from aitransparency.deid.verify import OnLeak, Verification, Verifier, demand_clean
from aitransparency.deid.whole import settle, whole_columns
from aitransparency.errors import InputTypeError
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
    settled = plan
    if whole_columns(plan, table.column_names):
        settled = settle(plan, table, key)
    batches, tallies, first = [], {name: Tally() for name in table.column_names}, 0
    known = collect(table.to_batches(), plan) if looks_in_table(plan) else None
    verifier = Verifier(plan, table.schema, on_leak=on_leak) if verify else None
    source = SourceDigest(key)
    for batch in table.to_batches(max_chunksize=_BATCH) or _one_empty(table):
        source.update(batch)
        applied = apply_counted(batch, settled, key, first_row=first, known=known)
        made_batch = applied.batch
        if verifier is not None:
            made_batch = verifier.learn(batch, made_batch, applied.removed)
        batches.append(made_batch)
        first += batch.num_rows
        for name, tally in applied.tallies.items():
            tallies[name] += tally
    found: Verification | None = None
    if verifier is not None:
        batches = [verifier.search(batch) for batch in batches]
        found = verifier.finish()
        demand_clean(found)
    made = pa.Table.from_batches(batches)
    plan.note_key(key)
    report = Report.of(
        plan,
        tallies,
        rows=table.num_rows,
        key=key,
        verification=found,
        source=source.result(),
    )
    return made, report


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
