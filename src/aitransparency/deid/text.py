"""Values as text: one canonical spelling of every Arrow type, and columns as byte matrices.

A phone number is text in one file, an integer in the next and a float with ``.0`` where pandas met
a missing value. Techniques see one spelling, so that the result does not depend on the reader.

>>> as_text(pa.array([13800138000.0, None])).to_pylist()
['13800138000', None]
>>> matrix(pa.array(["ab", "cd"], pa.large_string())).tolist()
[[97, 98], [99, 100]]
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.errors import InputTypeError

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_EXACT = 2.0**53


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type holds text, dictionaries of text included."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def has_text_form(kind: pa.DataType) -> bool:
    """Return whether `as_text` takes a type."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or _is_other_binary(kind))


def text_type_like(kind: pa.DataType) -> pa.DataType:
    """Return the text type that replaces a type: itself where it is text, else string."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind if is_text(kind) else pa.string()


def as_text(array: pa.Array) -> pa.Array:
    """Return the values as large_string, in one spelling whatever the type they came in.

    Whole floats lose their ``.0``, trailing zeros of decimals and midnight of timestamps go,
    NaN is null.

    Raises
    ------
    InputTypeError
        The type is nested or binary and has no text.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_text(array.dictionary_decode())
    if pa.types.is_large_string(kind):
        return array
    if not has_text_form(kind):
        raise InputTypeError(f"values of type {kind} have no text; drop the column or keep it")
    if pa.types.is_floating(kind):
        return _float_text(array.cast(pa.float64()))
    text = array.cast(pa.large_string())
    if pa.types.is_decimal(kind) and kind.scale > 0:
        return pc.replace_substring_regex(text, r"\.?0+$", "")
    if pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(text, r"( 00:00:00)?(\.0+)?(Z?)$", r"\3")
    return text


def _float_text(array: pa.Array) -> pa.Array:
    values = array.to_numpy(zero_copy_only=False)  # null becomes NaN
    with np.errstate(invalid="ignore"):
        whole = (np.floor(values) == values) & (np.abs(values) < _EXACT)
    missing = np.isnan(values)
    integers = pa.array(np.where(whole, values, 0).astype(np.int64), mask=missing | ~whole)
    text = integers.cast(pa.large_string())
    if (whole | missing).all():
        return text
    return pc.coalesce(text, pa.array(values, mask=missing).cast(pa.large_string()))


def _is_other_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def layout(array: pa.Array) -> tuple[npt.NDArray[np.int64], Bytes]:
    """Return the offsets, int64 (n + 1,), and the bytes of a large_string array, without a copy."""
    _, offsets, data = array.buffers()
    if not len(array) or offsets is None:
        return np.zeros(len(array) + 1, np.int64), np.empty(0, np.uint8)
    edges = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return edges, np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)


def matrix(array: pa.Array) -> Bytes | None:
    """View a large_string array without nulls as uint8 (n, width) if all rows have one width."""
    if array.null_count or not len(array):
        return None
    offsets, data = layout(array)
    width = int(offsets[1] - offsets[0])
    if width == 0 or offsets[-1] - offsets[0] != width * len(array):
        return None
    if not (np.diff(offsets) == width).all():
        return None
    return data[offsets[0] : offsets[-1]].reshape(len(array), width)


def from_matrix(rows: Bytes) -> pa.Array:
    """Build a large_string array from uint8 (n, width), each row one ASCII value."""
    count, width = rows.shape
    offsets = (
        np.arange(0, (count + 1) * width, width, dtype=np.int64)
        if width
        else np.zeros(count + 1, np.int64)
    )
    data = np.ascontiguousarray(rows)
    return pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def null_mask(array: pa.Array) -> Mask:
    """Return bool (n,), true where the value is null."""
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False))


def true_mask(array: pa.Array) -> Mask:
    """Return bool (n,) of a boolean array, null being false."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False))


def put(array: pa.Array, where: Mask, values: pa.Array) -> pa.Array:
    """Return the array with the rows under the mask replaced, in order, by `values`."""
    return pc.replace_with_mask(array, pa.array(where), values)


def text_of(value: Any) -> pa.Scalar:  # any Python value that Arrow's text takes
    """Return a large_string scalar."""
    return pa.scalar(value, pa.large_string())
