"""Bounds on what a file may ask of the machine.

>>> Limits().field_bytes
16777216
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may expand and how long its parts may be.

    Parameters
    ----------
    field_bytes
        Bytes of one field or value, at most.
    record_bytes
        Bytes of one record, at most; a quote that is never closed ends here.
    expansion
        Decompressed bytes for each compressed one, at most, counted from 64 MB on. Tables compress
        by 3 to 30, logs by up to 100; a zip bomb of one layer by 1,000.
    depth
        Levels of nesting in JSON, at most.
    originals
        Distinct original values that verification holds in memory at a time, about. What is more is
        set aside, encrypted, and may take one more pass over the output.
    """

    field_bytes: int = 16 << 20
    record_bytes: int = 64 << 20
    expansion: float = 200.0
    depth: int = 64
    originals: int = 1_000_000


FREE_EXPANSION = 64 << 20  # bytes that may come out of a file before `expansion` is looked at
