"""Finished chunks of formats that a library writes, kept for a job that goes on.

A workbook, a database, a Parquet or Arrow file is nothing until the library that writes it closes
it: what is on the disk before is no place to go on from. So a job that may be gone on with keeps
every de-identified chunk beside its target as well, under a private name (mode 0600), as an Arrow
stream with its length before it. The job that goes on hands them to the library again, in order:
what the library sees, and so what it writes, is what it would have been without the interrupt.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from aitransparency.deid.files.base import Sink
from aitransparency.deid.files.frames import damaged, framed, frames
from aitransparency.deid.files.safe_output import SafeOutput

_TABLE = b"aitransparency.table"

Payload = Any  # a record batch, or the name of a table and one or None; pyarrow has no types


class Spooled:
    """A sink whose payloads are kept as well.

    Parameters
    ----------
    sink
        Takes the payloads.
    kept
        Keeps them; what it holds already is given to `sink` first.

    Raises
    ------
    FileAccessError
        What was kept cannot be read.
    """

    def __init__(self, sink: Sink, kept: SafeOutput) -> None:
        self._sink = sink
        self._kept = kept
        codec = "lz4" if pa.Codec.is_available("lz4") else None
        self._options = pa.ipc.IpcWriteOptions(compression=codec)
        try:
            for piece in frames(kept):
                if piece:
                    sink.write(_payload(piece))
        except BaseException:
            sink.abandon()
            raise

    def write(self, payload: Payload) -> None:
        """See `Sink.write`."""
        self._sink.write(payload)
        self._kept.write(self._packed(payload))

    def _packed(self, payload: Payload) -> bytes:
        table, batch = payload if isinstance(payload, tuple) else (None, payload)
        if batch is None:
            return framed(b"")
        if table is not None:
            batch = batch.replace_schema_metadata({_TABLE: table})
        made = pa.BufferOutputStream()
        with pa.ipc.new_stream(made, batch.schema, options=self._options) as writer:
            writer.write_batch(batch)
        return framed(made.getvalue().to_pybytes())

    def close(self) -> int | None:
        """See `Sink.close`."""
        return self._sink.close()

    def abandon(self) -> None:
        """See `Sink.abandon`."""
        self._sink.abandon()


def _payload(data: bytes) -> Payload:
    try:
        with pa.ipc.open_stream(data) as reader:
            batch = reader.read_next_batch()
    except (pa.ArrowException, OSError, StopIteration):
        raise damaged() from None
    table = (batch.schema.metadata or {}).get(_TABLE)
    return batch if table is None else (table.decode(), batch)
