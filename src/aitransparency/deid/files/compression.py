r"""gzip (RFC 1952) and Zstandard (RFC 8878): read as a stream, written as one member per chunk.

Members and frames may follow one another, so every chunk is compressed by itself: in the worker
that made it, on both cores, and a job that goes on after a kill appends to what is there.

>>> GZIP.compress(b"abc") == GZIP.compress(b"abc")
True
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from aitransparency.deid.files.limits import FREE_EXPANSION, Limits
from aitransparency.errors import FileFormatError


@dataclass(frozen=True, slots=True)
class Compression:
    """One way a file may be compressed; "none" is one of them."""

    name: str
    suffixes: tuple[str, ...] = ()
    magic: bytes = b""

    def compress(self, data: bytes) -> bytes:
        """Return one member or frame; the same bytes for the same input, always."""
        if self.name == "gzip":
            return gzip.compress(data, compresslevel=6, mtime=0)
        if self.name == "zstd":
            return bytes(pa.Codec("zstd", compression_level=3).compress(data, asbytes=True))
        return data


NONE = Compression("none")
GZIP = Compression("gzip", (".gz",), b"\x1f\x8b")
ZSTD = Compression("zstd", (".zst", ".zstd"), b"\x28\xb5\x2f\xfd")


def compression_of(head: bytes) -> Compression:
    """Return the compression that the first bytes of a file show, whatever its name says."""
    return next((one for one in (GZIP, ZSTD) if head.startswith(one.magic)), NONE)


def by_suffix(path: Path) -> Compression:
    """Return the compression that a name asks for."""
    return next((one for one in (GZIP, ZSTD) if path.suffix.lower() in one.suffixes), NONE)


def blocks(
    raw: IO[bytes], compression: Compression, *, name: str, size: int, limits: Limits
) -> Iterator[bytes]:
    """Yield the decompressed bytes of a stream in blocks of about `size`.

    Raises
    ------
    FileFormatError
        The stream is damaged or cut short, or expands beyond the limit.
    """
    counted = _Counted(raw)
    try:
        yield from _bounded(_opened(counted, compression, size), counted, name, limits)
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowInvalid):
        raise _damaged(name, compression) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(name, compression) from None


def _damaged(name: str, compression: Compression) -> FileFormatError:
    return FileFormatError(
        f"{name} is damaged or cut short: its {compression.name} stream does not end as it should"
    )


def _opened(raw: _Counted, compression: Compression, size: int) -> Iterator[bytes]:
    if compression.name == "gzip":
        stream: io.RawIOBase | gzip.GzipFile = gzip.GzipFile(fileobj=raw, mode="rb")
    elif compression.name == "zstd":
        yield from _zstd(raw, size)
        return
    else:
        stream = raw
    while block := stream.read(size):
        yield block


def _zstd(raw: _Counted, size: int) -> Iterator[bytes]:
    stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    while block := stream.read(size):
        yield block


def _bounded(
    stream: Iterator[bytes], counted: _Counted, name: str, limits: Limits
) -> Iterator[bytes]:
    out = 0
    for block in stream:
        out += len(block)
        if out > FREE_EXPANSION and out > limits.expansion * max(counted.taken, 1):
            raise FileFormatError(
                f"{name} expands more than {limits.expansion:g} times; if that is right, raise "
                "Limits.expansion"
            )
        yield block


class _Counted(io.RawIOBase):
    """A stream that counts what was taken from it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        block = self.raw.read(size)
        self.taken += len(block)
        return block

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)
