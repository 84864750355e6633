r"""Bytes as UTF-8 text without decoding them (RFC 3629).

>>> is_utf8(np.frombuffer("张".encode(), np.uint8)), is_utf8(np.frombuffer(b"\xff", np.uint8))
(True, False)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def is_utf8(data: npt.NDArray[np.uint8]) -> bool:
    """Return whether bytes are UTF-8; lone surrogates are not."""
    edges = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, edges, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def text_view(values: pa.Array) -> pa.Array:
    """View large_binary that is known to be UTF-8 as large_string, without a copy."""
    return pa.Array.from_buffers(
        pa.large_string(), len(values), values.buffers(), offset=values.offset
    )
