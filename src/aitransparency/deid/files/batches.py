"""One Arrow batch with columns of any depth through the kernel: what Parquet and Spark share.

>>> from aitransparency.deid.techniques import Mask
>>> batch = pa.record_batch({"p": [{"phone": "13800138000"}]})
>>> plan = Plan({"p.phone": Mask(keep_start=3, keep_end=4)})
>>> deidentify_batch(batch, plan, None, verify=True).to_pydict()
{'p': [{'phone': '138****8000'}]}
"""

from __future__ import annotations

import pyarrow as pa

from aitransparency.deid.apply import apply_counted
from aitransparency.deid.files.nested import nest, unnest
from aitransparency.deid.files.plan_part import applied_groups, part_of
from aitransparency.deid.files.verified import verified
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.text import is_text
from aitransparency.errors import FileFormatError


def is_nested(schema: pa.Schema) -> bool:
    """Return whether a schema has structs, lists or maps."""
    return any(pa.types.is_nested(field.type) for field in schema)


def groups_of(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, ...]:
    """Return the flat tables of a batch; itself where it is flat."""
    return unnest(batch) if is_nested(batch.schema) else (batch,)


def put_back(
    batch: pa.RecordBatch, groups: tuple[pa.RecordBatch, ...], made: list[pa.RecordBatch]
) -> pa.RecordBatch:
    """Return flat tables in the shape of the batch that they came from."""
    flat = []
    for one in made:
        names = set(one.schema.names)
        group = next(group for group in groups if names <= set(group.schema.names))
        flat.append(_types_back(group, one))
    return nest(batch, flat) if is_nested(batch.schema) else flat[0]


def deidentify_batch(
    batch: pa.RecordBatch, plan: Plan, key: Key | None, *, verify: bool, first_row: int = 1
) -> pa.RecordBatch:
    """De-identify one batch, verified by itself.

    Raises
    ------
    PlanError, KeyMaterialError, ValueMismatchError, LeakError
        As `deidentify` raises them.
    """
    groups = groups_of(batch)
    made = []
    applied = applied_groups(
        groups, plan, lambda group, part: apply_counted(group, part, key, first_row=first_row)
    )
    for group, one in zip(groups, applied, strict=True):
        if one is not None:
            if verify:
                verified(part_of(plan, group.schema.names), group, one, "error")
            made.append(one.batch)
    return put_back(batch, groups, made)


def output_schema(schema: pa.Schema, plan: Plan, key: Key | None) -> pa.Schema:
    """Return the columns that a plan makes of others: what an empty batch becomes."""
    arrays = [pa.array([], field.type) for field in schema]
    empty = pa.RecordBatch.from_arrays(arrays, schema=schema)
    made: pa.Schema = deidentify_batch(empty, plan, key, verify=False).schema
    if made.types == schema.types or not schema.metadata:
        return made.with_metadata(schema.metadata)
    # pandas notes the old types in the metadata
    kept = {name: value for name, value in schema.metadata.items() if name != b"pandas"}
    return made.with_metadata(kept or None)


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch in the types of the output.

    Raises
    ------
    FileFormatError
        Naming the column whose values have another type here than elsewhere.
    """
    columns = []
    for field, values in zip(schema, batch.columns, strict=True):
        try:
            columns.append(values if values.type == field.type else values.cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise FileFormatError(
                f"column {field.name!r} becomes {values.type} here and {field.type} elsewhere: "
                "some values do not fit their technique; set its on_mismatch to 'error' to see "
                "where, or redact the column"
            ) from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _types_back(group: pa.RecordBatch, made: pa.RecordBatch) -> pa.RecordBatch:
    """Return text as a dictionary again where it was one, and fields as they were described."""
    columns, fields = [], []
    for name, values in zip(made.schema.names, made.columns, strict=True):
        field = group.schema.field(name)
        coded_text = pa.types.is_dictionary(field.type) and is_text(field.type)
        if coded_text and is_text(values.type) and not pa.types.is_dictionary(values.type):
            coded = values.dictionary_encode()
            values = pa.DictionaryArray.from_arrays(
                coded.indices, coded.dictionary.cast(field.type.value_type)
            )
        columns.append(values)
        metadata = field.metadata if values.type == field.type else None
        fields.append(pa.field(name, values.type, True, metadata))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
