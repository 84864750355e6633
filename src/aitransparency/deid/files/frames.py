"""Pieces of bytes in a private file, each behind its length, for a job that goes on."""

from __future__ import annotations

from collections.abc import Iterator

from aitransparency.deid.files.safe_output import SafeOutput, access_errors
from aitransparency.errors import FileAccessError

_SIZE = 8  # bytes of a length


def framed(piece: bytes) -> bytes:
    """Return a piece behind its length."""
    return len(piece).to_bytes(_SIZE, "big") + piece


def frames(kept: SafeOutput) -> Iterator[bytes]:
    """Yield the pieces that an earlier job wrote.

    Raises
    ------
    FileAccessError
        They cannot be read, or are cut short.
    """
    with access_errors(str(kept.target), "read"), kept.path.open("rb") as file:
        left = kept.size
        while left:
            size = int.from_bytes(file.read(_SIZE), "big")
            left -= _SIZE + size
            if left < 0:
                raise damaged()
            yield file.read(size)


def damaged() -> FileAccessError:
    """Return the error of a file that does not hold what was written."""
    return FileAccessError("what an earlier job kept is damaged and was deleted; run it again")
