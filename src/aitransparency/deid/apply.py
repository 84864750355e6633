"""The kernel: one record batch in, one de-identified record batch out.

pandas, Polars, files and Spark are adapters around this function, so an answer never depends on
where it ran or how the rows were cut into batches.

>>> from aitransparency.deid.plan import ColumnPlan, Plan
>>> from aitransparency.deid.techniques import Keep, Mask
>>> plan = Plan({"phone": ColumnPlan(Mask(), entity="CN_MOBILE_PHONE"), "age": Keep()})
>>> batch = pa.record_batch({"phone": ["13800138000", None], "age": [30, 40]})
>>> apply(batch, plan, None).to_pydict()
{'phone': ['138****8000', None], 'age': [30, 40]}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.keys import Key
from aitransparency.deid.known.table import KnownValues, identity_columns
from aitransparency.deid.macs import repeats
from aitransparency.deid.plan import ColumnPlan, OnMismatch, Plan
from aitransparency.deid.techniques import Drop, Keep, Outcome, Place, Redact, Scan, Technique
from aitransparency.deid.text import as_text, has_text_form, is_text, null_mask, text_type_like
from aitransparency.deid.whole import refuse_whole
from aitransparency.errors import (
    InputError,
    InputTypeError,
    KeyMaterialError,
    PlanError,
    ValueMismatchError,
)

Removed = tuple[tuple[str, pa.Array], ...]  # entity and texts, as in `Outcome`


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to one column, in numbers that add up over batches."""

    rows: int = 0
    nulls: int = 0
    misfits: int = 0
    finds: Counter[str] = field(default_factory=Counter)
    linked: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rows + other.rows,
            self.nulls + other.nulls,
            self.misfits + other.misfits,
            self.finds + other.finds,
            self.linked + other.linked,
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """A de-identified batch, and the tally of every column of the batch it came from.

    `removed` holds, by column, the texts that a search found and replaced, by entity: originals
    that verification looks for.
    """

    batch: pa.RecordBatch
    tallies: Mapping[str, Tally]
    removed: Mapping[str, Removed] = field(default_factory=dict)


def apply(batch: pa.RecordBatch, plan: Plan, key: Key | None) -> pa.RecordBatch:
    """De-identify one batch of a table.

    Parameters
    ----------
    batch
        Any columns; text, numbers and dates are all read as text by techniques that need it.
    plan
        Names every column of the batch.
    key
        Needed where a technique is keyed.

    Raises
    ------
    PlanError, ColumnNotFoundError, KeyMaterialError
        Plan, columns and key do not go together; raised before any value is read.
    ValueMismatchError
        Values do not fit their technique and the plan says "error".
    """
    return apply_counted(batch, plan, key).batch


def apply_counted(
    batch: pa.RecordBatch,
    plan: Plan,
    key: Key | None,
    *,
    first_row: int = 0,
    known: KnownValues | None = None,
) -> Applied:
    """De-identify one batch and count.

    `first_row` is the batch's place, for messages only; `known` the identities of all rows, for
    plans that look for them.
    """
    check(plan, batch.schema, key)
    refuse_whole(plan, batch.schema.names)
    identities = identity_columns(plan, batch.schema.names)
    names, columns, tallies, removed = [], [], {}, {}
    for name, line in plan.for_columns(batch.schema.names).items():
        values = batch.column(batch.schema.get_field_index(name))
        others = {one: entity for one, entity in identities.items() if one != name}
        looked = _identities(line, plan, others)
        place = Place(name, line.entity, key, batch, first_row, looked, known)
        made, tallies[name], removed[name] = _column(
            values, line, place, line.on_mismatch or plan.on_mismatch, first_row
        )
        if not isinstance(line.technique, Drop):
            names.append(name)
            columns.append(made)
    if not names:
        raise PlanError("the plan drops every column; nothing would be left")
    return Applied(pa.RecordBatch.from_arrays(columns, names), tallies, removed)


def check(plan: Plan, schema: pa.Schema, key: Key | None) -> None:
    """Raise unless plan, columns and key go together; no row is looked at."""
    repeated = [name for name, times in Counter(schema.names).items() if times > 1]
    if repeated:
        raise InputError(f"column {repeated[0]!r} occurs more than once; rename one")
    if not isinstance(plan, Plan):
        raise InputTypeError(f"plan is a deid.Plan, got {type(plan).__qualname__}")
    if key is not None and not isinstance(key, Key):
        raise KeyMaterialError(
            f"key is a deid.Key, got {type(key).__qualname__}; use deid.Key.generate() or "
            "deid.Key.load(path)"
        )
    lines = plan.for_columns(schema.names)
    if key is not None and plan.key_id not in (None, key.id) and _keyed(lines):
        raise KeyMaterialError(
            f"the plan was applied with key {plan.key_id}, this is {key.id}: results would not "
            "join; to begin anew under this key, set plan.key_id = None (take the line key_id out "
            "of the plan file)"
        )
    for name, line in lines.items():
        technique = line.technique
        if technique.keyed and key is None:
            raise KeyMaterialError(
                f"column {name!r}: {type(technique).__name__} needs a key; pass "
                "key=deid.Key.generate() and keep it"
            )
        kind = schema.field(name).type
        if not isinstance(technique, Drop | Keep | Redact) and not has_text_form(kind):
            raise PlanError(
                f"column {name!r} holds {kind}, which {type(technique).__name__} cannot read; "
                f"set plan[{name!r}] = deid.Drop(), or flatten the column"
            )
        try:
            technique.check_column(line.entity, kind)
        except PlanError as error:
            raise PlanError(f"column {name!r}: {error}") from None


def _keyed(lines: Mapping[str, ColumnPlan]) -> bool:
    return any(line.technique.keyed for line in lines.values())


def _column(
    values: pa.Array, line: ColumnPlan, place: Place, on_mismatch: OnMismatch, first_row: int
) -> tuple[pa.Array, Tally, Removed]:
    technique = line.technique
    if isinstance(technique, Keep | Drop):
        return values, Tally(len(values), values.null_count), ()
    outcome = _apply_by_value(technique, values, place)
    misfit = outcome.misfit
    if misfit is not None and is_text(values.type):
        misfit = misfit & ~_empty(values)
    made, finds, removed = outcome.values, outcome.finds, outcome.removed
    linked = outcome.linked
    misfits = 0 if misfit is None else int(misfit.sum())
    if misfit is not None and misfits:
        if on_mismatch == "error":
            raise _mismatch(technique, place, misfit, first_row)
        if not is_text(made.type):  # a number has no label: the type of a column never depends
            made = pc.if_else(pa.array(misfit), pa.scalar(None, made.type), made)  # on a batch
    if misfit is not None and misfits and is_text(made.type):
        repair: Technique = Redact() if on_mismatch == "redact" else Scan()
        rows = None if place.batch is None else place.batch.filter(pa.array(misfit))
        redone = repair.apply(values.filter(pa.array(misfit)), replace(place, batch=rows))
        made = pc.replace_with_mask(as_text(made), pa.array(misfit), redone.values)
        finds = finds + redone.finds
        removed += redone.removed
        linked = linked + redone.linked
    if is_text(values.type) and is_text(made.type):
        empty = _empty(values)
        if empty.any():
            made = pc.if_else(pa.array(empty), pa.scalar("", pa.large_string()), made)
    if is_text(made.type):
        made = made.cast(text_type_like(values.type))
    return made, Tally(len(values), int(null_mask(made).sum()), misfits, finds, linked), removed


def _identities(
    line: ColumnPlan, plan: Plan, direct: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    """Return the columns that a scan of text looks for: those it names, or the direct ones."""
    if not isinstance(line.technique, Scan):
        return direct
    named = line.technique.identities
    return {name: plan[name].entity for name in named} if named else direct


def _apply_by_value(technique: Technique, values: pa.Array, place: Place) -> Outcome:
    """Apply to the distinct values alone where many repeat and equal values stay equal."""
    encoded = pa.types.is_dictionary(values.type)
    if isinstance(technique, Scan) or (not encoded and not technique.by_value):
        return technique.apply(values, place)
    if encoded and (not technique.by_value or len(values.dictionary) > len(values)):
        values, encoded = values.dictionary_decode(), False
    if not encoded:
        text = as_text(values) if is_text(values.type) else values
        if not (technique.by_value and is_text(values.type) and repeats(text)):
            return technique.apply(values, place)
        values = pc.dictionary_encode(text)
    outcome = technique.apply(values.dictionary, place)
    made = outcome.values.take(values.indices)
    if outcome.misfit is None:
        return Outcome(made)
    misfit = pc.fill_null(pa.array(outcome.misfit).take(values.indices), False)
    return Outcome(made, np.asarray(misfit.to_numpy(zero_copy_only=False)))


def _empty(values: pa.Array) -> npt.NDArray[np.bool_]:
    """Return where text is empty: like null, it says nothing and stays as it is."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if not pa.types.is_large_string(values.type):
        values = values.cast(pa.large_string())
    empty = pc.equal(pc.binary_length(values), 0)
    return np.asarray(pc.fill_null(empty, False).to_numpy(zero_copy_only=False))


def _mismatch(
    technique: Technique, place: Place, misfit: npt.NDArray[np.bool_], first_row: int
) -> ValueMismatchError:
    count = int(misfit.sum())
    expected = f" of {place.entity}" if place.entity else ""
    row = first_row + int(np.argmax(misfit))
    values = "1 value is" if count == 1 else f"{count:,} values are"
    return ValueMismatchError(
        f"column {place.column!r} (first in row {row:,}): {values} not of the form that "
        f"{technique.settings()['name']} expects{expected}; set "
        f"plan[{place.column!r}] = deid.Redact(), or on_mismatch to 'redact' or 'scan'"
    )
