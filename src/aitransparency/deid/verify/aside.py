"""Records set aside in an unnamed file: what verification knows of a job larger than memory.

The file is readable by this process only, encrypted (AES-GCM, NIST SP 800-38D) under a key that
only the process has, and has no name to be found by; it is gone when the process is. Records are
kept apart by the first bits of a hash, so that those that may be equal come back together, a
bounded number at a time.

>>> kind = np.dtype([("hash", "<u8"), ("row", "<u8")])
>>> aside = Aside(None)
>>> parted = Parted(lambda: aside, kind)
>>> parted.put(np.array([(1, 1), (1 << 63, 2)], kind))
>>> parted.put(np.array([(1, 3)], kind))
>>> [part.tolist() for part in parted.parts(most=10)]
[[(1, 1), (1, 3)], [(9223372036854775808, 2)]]
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aitransparency.errors import FileAccessError

Records = npt.NDArray[Any]  # structured; the first field is a hash, uint64

_PARTS = 8  # bits: 256 parts
_REST = np.uint64(64 - _PARTS)


class Aside:
    """Pieces in an unnamed file, readable by this process only.

    Parameters
    ----------
    folder
        Where the file is; the system's temporary folder where None.

    Raises
    ------
    FileAccessError
        It cannot be made; `put` and `piece` raise it too.
    """

    def __init__(self, folder: Path | None) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._places = array("q", [0])  # edges of the pieces
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # kept
        except OSError as error:
            raise _failed(error) from None

    def put(self, piece: bytes) -> int:
        """Keep a piece and return its number."""
        number = len(self._places) - 1
        sealed = self._cipher.encrypt(_nonce(number), piece, None)
        try:
            self._file.seek(0, os.SEEK_END)
            self._file.write(sealed)
        except OSError as error:
            raise _failed(error) from None
        self._places.append(self._places[-1] + len(sealed))
        return number

    def piece(self, number: int) -> bytes:
        """Return a piece."""
        first, last = self._places[number : number + 2]
        try:
            self._file.seek(first)
            sealed = self._file.read(last - first)
        except OSError as error:
            raise _failed(error) from None
        try:
            return self._cipher.decrypt(_nonce(number), sealed, None)
        except InvalidTag:
            raise FileAccessError(
                "what verification set aside was changed on the disk; run the job again"
            ) from None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _failed(error: OSError) -> FileAccessError:
    return FileAccessError(
        f"what verification knows cannot be set aside: {error.strerror}; it needs some 20 bytes of "
        "disk for every distinct identifier"
    )


@dataclass(frozen=True, slots=True)
class Range:
    """Hashes of a part whose next bits are `which`."""

    part: int
    bits: int
    which: int


class Parted:
    """Records of one kind, in parts by the first bits of their hash.

    Parameters
    ----------
    aside
        Opens the file when the first record comes.
    kind
        What a record is.
    """

    def __init__(self, aside: Callable[[], Aside], kind: np.dtype[Any]) -> None:
        self._aside = aside
        self._kind = kind
        assert kind.names is not None  # it is structured
        self._hash = kind.names[0]
        self._pieces = [array("q") for _ in range(1 << _PARTS)]
        self._counts = [0] * (1 << _PARTS)

    def __len__(self) -> int:
        return sum(self._counts)

    def put(self, records: Records) -> None:
        """Keep records, in their order within a part."""
        if not len(records):
            return
        part = (records[self._hash] >> _REST).astype(np.uint8)
        ordered = records[np.argsort(part, kind="stable")]
        edges = np.cumsum([0, *np.bincount(part, minlength=len(self._counts))])
        aside = self._aside()
        for number in np.flatnonzero(np.diff(edges)).tolist():
            piece = ordered[edges[number] : edges[number + 1]]
            self._pieces[number].append(aside.put(piece.tobytes()))
            self._counts[number] += len(piece)

    def parts(self, most: int) -> Iterator[Records]:
        """Yield all records, at most about `most` at a time; equal hashes come together."""
        return map(self.part, self.ranges(most))

    def ranges(self, most: int) -> list[Range]:
        """Return ranges of hashes that together have all records, each about `most` at most."""
        made = []
        for number, count in enumerate(self._counts):
            bits = max(0, count - 1).bit_length() - (most - 1).bit_length() if count > most else 0
            made += [Range(number, bits, which) for which in range(1 << bits if count else 0)]
        return made

    def size(self, ranges: list[Range]) -> int:
        """Return how many records ranges have, about."""
        return sum(self._counts[one.part] >> one.bits for one in ranges)

    def part(self, one: Range) -> Records:
        """Return the records of a range; those of all its part are read for it."""
        found = [np.empty(0, self._kind)]
        for piece in self._pieces[one.part]:
            records = np.frombuffer(self._aside().piece(piece), self._kind)
            if one.bits:
                here = records[self._hash] << np.uint64(_PARTS) >> np.uint64(64 - one.bits)
                records = records[here == one.which]
            found.append(records)
        return np.concatenate(found)
