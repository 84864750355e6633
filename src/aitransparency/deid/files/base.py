"""What every format is: a source cut into chunks, and pure functions from chunk to output.

A chunk is a run of whole records; it is the unit of work, of order, of verification and of going on
after a kill. `read` and `write` are called in worker threads and keep nothing between calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa

from aitransparency.deid.files.compression import NONE, Compression
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole records of a source.

    Parameters
    ----------
    payload
        Bytes of a text format, a record batch of another.
    position
        Where the source stands behind the chunk; what `Format.chunks` can begin from.
    line
        Line of the first record, from 1; 0 where the format has no lines.
    lines
        How many lines the chunk has.
    """

    payload: Any  # bytes or pyarrow.RecordBatch, as the format reads
    position: int
    line: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be read.

    Parameters
    ----------
    line
        Its first line in the source, from 1.
    reason
        Why, without a value of it.
    data
        Its bytes.
    """

    line: int
    reason: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a chunk as tables.

    Parameters
    ----------
    groups
        The first holds one row per record. Others hold the elements of lists, one row each.
    rows
        Good records.
    bad
        The others.
    form
        What `Format.write` needs to put the columns back where they were.
    """

    groups: tuple[pa.RecordBatch, ...]
    rows: int
    bad: tuple[BadRow, ...] = ()
    form: Any = None  # each format's own


@dataclass(frozen=True, slots=True)
class Written:
    """What `Format.write` made of a chunk.

    Parameters
    ----------
    payload
        Bytes, or a record batch for formats whose sink takes them.
    rows
        Records in the payload, counted anew where that is cheap.
    formulas
        Cells in which a spreadsheet formula was neutralised.
    """

    payload: Any  # bytes or pyarrow.RecordBatch
    rows: int
    formulas: int = 0


class Sink(Protocol):
    """Takes payloads in order and finishes a file."""

    def write(self, payload: Any) -> None:
        """Append one payload."""

    def close(self) -> int | None:
        """Finish the file and return how many records it holds, counted anew where it can be."""

    def abandon(self) -> None:
        """Let go of the file; it is about to be deleted."""


class Format(ABC):
    """A source that was opened: what it is, its chunks, and how chunks are read and written."""

    name: str
    in_pieces = False  # whether the output is a sequence of independent pieces of bytes
    open_columns = False  # whether later records may have columns that the first have not
    compression: Compression = NONE  # of the source
    encoding: str = ""
    dialect: str = ""

    @abstractmethod
    def sample(self, rows: int) -> list[pa.Table]:
        """Return the first rows of each group, in the types that they look like."""

    @abstractmethod
    def schemas(self) -> list[pa.Schema]:
        """Return the columns of each group; raised errors come before any row is read."""

    @abstractmethod
    def chunks(self, position: int = 0, line: int = 0) -> Iterator[Chunk]:
        """Yield the chunks behind a position, which ends one; 0 is the beginning."""

    @abstractmethod
    def read(self, chunk: Chunk) -> Records:
        """Return a chunk's records as tables."""

    @abstractmethod
    def write(self, records: Records, made: list[pa.RecordBatch], plan: Plan) -> Written:
        """Return the de-identified chunk in the source's own format."""

    def head(self, plan: Plan) -> bytes:
        """Return the bytes before the first chunk's."""
        return b""

    def end(self) -> int | None:
        """Return the position behind the last chunk, None where it is not known before."""
        return None

    def sink(self, output: SafeOutput, plan: Plan, key: Key | None) -> Sink:
        """Return what takes the payloads, for formats that are not a sequence of bytes."""
        raise NotImplementedError

    @abstractmethod
    def reopened(self, output: Path | IO[bytes], plan: Plan) -> Format:
        """Open what was written from this source under a plan; columns have the plan's names."""

    def options_used(self) -> Mapping[str, str]:
        """Return what was detected or stated, for the checkpoint's fingerprint."""
        return {"format": self.name, "encoding": self.encoding, "dialect": self.dialect}

    def close(self) -> None:  # noqa: B027  # most formats hold nothing
        """Let go of the source."""
