"""A source of text: a file or a stream, decompressed, in UTF-8, cut into chunks of whole records.

Positions are bytes of the UTF-8 text behind the byte order mark; in a plain UTF-8 file one is
jumped to, elsewhere the bytes before it are read and let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np

from aitransparency.deid.compiled import pays
from aitransparency.deid.files.base import Chunk
from aitransparency.deid.files.compression import NONE, Compression, blocks, compression_of
from aitransparency.deid.files.encodings import Encoding, detect, to_utf8
from aitransparency.deid.files.options import FileOptions
from aitransparency.errors import FileAccessError, FileFormatError

_HEAD = 4 << 20
_WINDOW = 256 << 10
_WINDOWS = 8


class TextSource:
    """Text that can be read from its beginning, or from a position.

    Parameters
    ----------
    source
        A path, or a binary stream that is read once.
    name
        What messages call it.
    options
        The encoding, the size of chunks, the limits.

    Raises
    ------
    FileAccessError
        It cannot be read.
    FileFormatError
        It is damaged, or no text.
    """

    def __init__(self, source: Path | IO[bytes], name: str, options: FileOptions) -> None:
        self.name = name
        self._options = options
        self._path = source if isinstance(source, Path) else None
        self._stream = None if isinstance(source, Path) else _Peeked(source)
        raw = self._raw()
        with raw:
            self.compression: Compression = compression_of(raw.peek(4)[:4])
            stream = self._decompressed(raw)
            first = _take(stream, _HEAD)
            self.encoding: Encoding = detect(first + self._windows(), stated=options.encoding)
            if self._stream is not None:
                self._rest: Iterator[bytes] = chain([first], stream)
        body = first.removeprefix(self.encoding.bom)
        self.head = b"".join(to_utf8([body], self.encoding))

    def _raw(self) -> _Peeked:
        if self._stream is not None:
            return self._stream
        assert self._path is not None  # one of the two is given
        try:
            return _Peeked(self._path.open("rb"), closes=True)
        except OSError as error:
            raise FileAccessError(f"{self.name} cannot be read: {error.strerror}") from None

    def _decompressed(self, raw: _Peeked) -> Iterator[bytes]:
        return blocks(
            raw,  # type: ignore[arg-type]
            self.compression,
            name=self.name,
            size=self._options.chunk_bytes,
            limits=self._options.limits,
        )

    def _windows(self) -> bytes:
        """Return whole lines from all over a long plain file, for the detection."""
        if self._path is None or self.compression is not NONE:
            return b""
        size = self._path.stat().st_size
        if size <= _HEAD:
            return b""
        parts = []
        with self._path.open("rb") as file:
            for number in range(1, _WINDOWS + 1):
                file.seek((size - _WINDOW) * number // _WINDOWS // 4 * 4)
                window = file.read(_WINDOW)
                first, last = window.find(b"\n"), window.rfind(b"\n")
                parts.append(window[first + 1 : last + 1])
        joined = b"".join(parts)
        return b"" if b"\0" in joined else joined

    def end(self) -> int | None:
        """Return the position of the end, None where it is not known before."""
        if self._path is None or self.compression is not NONE or not self.encoding.is_utf8:
            return None
        return self._path.stat().st_size - len(self.encoding.bom)

    def blocks(self, position: int = 0) -> Iterator[bytes]:
        """Yield UTF-8 from a position on."""
        if self._stream is not None:
            yield from _skip(to_utf8(_skip(self._rest, len(self.encoding.bom)), self.encoding),
                             position)  # fmt: skip
            return
        with self._raw() as raw:
            before = len(self.encoding.bom)
            if self.compression is NONE and self.encoding.is_utf8:
                raw.seek(before + position)
                yield from self._decompressed(raw)
                return
            text = _skip(self._decompressed(raw), before)
            yield from _skip(to_utf8(text, self.encoding), position)

    def chunks(
        self, position: int, line: int, whole: Callable[[bytes], int], newline: bytes = b"\n"
    ) -> Iterator[Chunk]:
        """Yield chunks of whole records.

        Parameters
        ----------
        position, line
            Where to begin, and the line that stands there, from 1.
        whole
            Returns the length of the front of some bytes that holds whole records.
        newline
            What lines end in, for counting them.
        """
        pending = b""
        limit = self._options.limits.record_bytes
        for block in self.blocks(position):
            pending = pending + block if pending else block
            at = whole(pending)
            if not at:
                if len(pending) > limit:
                    raise FileFormatError(
                        f"{self.name}, line {line:,}: a record is longer than {limit:,} bytes; "
                        "is a quote not closed? If it is right, raise Limits.record_bytes"
                    )
                continue
            payload, pending = pending[:at], pending[at:]
            position += at
            lines = count_lines(payload, newline)
            yield Chunk(payload, position, line, lines)
            line += lines
        if pending:
            yield Chunk(pending, position + len(pending), line, pending.count(newline) + 1)


def count_lines(data: bytes, newline: bytes) -> int:
    """Return how often a newline occurs."""
    if len(newline) > 1 or not pays(len(data)):
        return data.count(newline)
    from aitransparency.deid.files import kernels

    return int(kernels.count(np.frombuffer(data, np.uint8), newline[0]))


class _Peeked:
    """A binary stream whose first bytes can be looked at before they are read."""

    def __init__(self, stream: IO[bytes], *, closes: bool = False) -> None:
        self._stream = stream
        self._closes = closes
        self._seen = b""

    def peek(self, size: int) -> bytes:
        while len(self._seen) < size:
            more = self._stream.read(size - len(self._seen))
            if not more:
                break
            self._seen += more
        return self._seen

    def read(self, size: int = -1) -> bytes:
        if not self._seen:
            return self._stream.read(size)
        seen, self._seen = self._seen, b""
        if 0 <= size < len(seen):
            seen, self._seen = seen[:size], seen[size:]
        return seen

    def seek(self, position: int) -> None:
        self._seen = b""
        self._stream.seek(position)

    def __enter__(self) -> _Peeked:
        return self

    def __exit__(self, *error: object) -> None:
        if self._closes:
            self._stream.close()


def _take(stream: Iterator[bytes], size: int) -> bytes:
    parts, total = [], 0
    for block in stream:
        parts.append(block)
        total += len(block)
        if total >= size:
            break
    return b"".join(parts)


def _skip(stream: Iterator[bytes], size: int) -> Iterator[bytes]:
    for block in stream:
        if size >= len(block):
            size -= len(block)
            continue
        yield block[size:] if size else block
        size = 0
