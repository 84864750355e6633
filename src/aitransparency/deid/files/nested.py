"""Nested Arrow columns as flat ones and back: a path names each, as in ``contact.phones[].number``.

Fields of structs become columns of the record's table. Elements of a list become a table of their
own, one row per element, so that a value in a list is treated like any other; tables of elements
are named by the path of their list.

>>> batch = pa.record_batch({"p": [{"n": "a", "t": ["1", "2"]}, {"n": None, "t": []}]})
>>> [(group.schema.names, group.num_rows) for group in unnest(batch)]
[(['p.n'], 2), (['p.t[]'], 2)]
>>> nest(batch, unnest(batch)).equals(batch)
True
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

Groups = dict[str, dict[str, pa.Array]]  # path of the list ("" for records) to path to column


def unnest(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, ...]:
    """Return the record table and a table per list; the record table comes first.

    A record table without columns of its own has none, and the number of records is lost there.
    """
    groups: Groups = {"": {}}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        _take_apart(column, name, "", groups)
    return tuple(
        pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
        for columns in groups.values()
        if columns
    )


def flat_schemas(schema: pa.Schema) -> list[pa.Schema]:
    """Return the schemas of the tables that `unnest` makes."""
    arrays = [pa.array([], field.type) for field in schema]
    return [group.schema for group in unnest(pa.RecordBatch.from_arrays(arrays, schema=schema))]


def _take_apart(column: pa.Array, path: str, group: str, groups: Groups) -> None:
    kind = column.type
    if pa.types.is_struct(kind):
        for field, child in zip(kind, column.flatten(), strict=True):
            _take_apart(child, f"{path}.{field.name}", group, groups)
    elif is_list(kind):
        inner = f"{path}[]"
        groups.setdefault(inner, {})
        _take_apart(_elements(column), inner, inner, groups)
    else:
        groups.setdefault(group, {})[path] = column


def is_list(kind: pa.DataType) -> bool:
    """Return whether a type holds several values a row; a map is a list of key and value."""
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_map(kind)
    )


def _elements(column: pa.Array) -> pa.Array:
    """Return the elements of all lists, without those that null lists hide."""
    if pa.types.is_map(column.type):
        return _as_list(column).flatten()
    return column.flatten()


def _as_list(column: pa.MapArray) -> pa.Array:
    """Return a map as the list of structs that it is."""
    if column.offset:  # from_arrays takes no slice with nulls: copy it out of its parent
        column = column.take(pa.array(range(len(column)), pa.int64()))
    entry = pa.struct([("key", column.type.key_type), ("value", column.type.item_type)])
    items = pa.StructArray.from_arrays([column.keys, column.items], fields=list(entry))
    return pa.ListArray.from_arrays(column.offsets, items, mask=_null_mask(column))


def nest(batch: pa.RecordBatch, made: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Put flat tables back into the shape of a batch; columns that are gone are left out.

    Parameters
    ----------
    batch
        What `unnest` was given.
    made
        The tables that it returned, with other values and types, or without some columns.
    """
    flat = {
        name: one.column(number) for one in made for number, name in enumerate(one.schema.names)
    }
    fields, columns = [], []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        built = _build(column, field.name, flat)
        if built is not None:
            columns.append(built)
            keeps = built.type == field.type
            metadata = field.metadata if keeps else None
            fields.append(pa.field(field.name, built.type, field.nullable, metadata))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields, batch.schema.metadata))


def _build(column: pa.Array, path: str, flat: dict[str, pa.Array]) -> pa.Array | None:
    kind = column.type
    if pa.types.is_struct(kind):
        return _build_struct(column, path, flat)
    if is_list(kind):
        return _build_list(column, path, flat)
    return flat.get(path)


def _build_struct(column: pa.Array, path: str, flat: dict[str, pa.Array]) -> pa.Array | None:
    fields, children = [], []
    for field, child in zip(column.type, column.flatten(), strict=True):
        built = _build(child, f"{path}.{field.name}", flat)
        if built is not None:
            fields.append(pa.field(field.name, built.type, field.nullable or child.null_count > 0))
            children.append(built)
    if not children and len(column.type):
        return None
    if not children:
        return column
    return pa.StructArray.from_arrays(children, fields=fields, mask=_null_mask(column))


def _build_list(column: pa.Array, path: str, flat: dict[str, pa.Array]) -> pa.Array | None:
    listed = _as_list(column) if pa.types.is_map(column.type) else column
    values = _build(_elements(column), f"{path}[]", flat)
    if values is None:
        return None
    kind = column.type
    lengths = pc.fill_null(pc.list_value_length(listed), 0)
    offsets = _offsets(lengths, large=pa.types.is_large_list(kind))
    mask = _null_mask(column)
    if pa.types.is_map(kind):
        keys, items = values.flatten()
        return pa.MapArray.from_arrays(offsets, keys, items, mask=mask)
    if pa.types.is_large_list(kind):
        return pa.LargeListArray.from_arrays(offsets, values, mask=mask)
    made = pa.ListArray.from_arrays(offsets, values, mask=mask)
    if pa.types.is_fixed_size_list(kind):
        return made.cast(pa.list_(values.type, kind.list_size))
    return made


def _offsets(lengths: pa.Array, *, large: bool) -> pa.Array:
    kind = pa.int64() if large else pa.int32()
    sums = pc.cumulative_sum(lengths.cast(pa.int64()))
    return pa.concat_arrays([pa.array([0], pa.int64()), sums]).cast(kind)


def _null_mask(column: pa.Array) -> pa.Array | None:
    return column.is_null() if column.null_count else None
