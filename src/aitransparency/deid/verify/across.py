"""What the parts of a job taught, put together: originals are then looked for in all of the output.

Memory is bounded: at most `limit` distinct values are held and searched for at a time. What is more
waits in an unnamed file, encrypted (AES-GCM, NIST SP 800-38D) under a key that only this process
has, and takes a pass of its own over the output.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> across = Across(limit=1)
>>> for number in ("13800138000", "13900139000", "13700137000", "13600136000"):
...     known = Originals()
...     known.add(skeleton(TextColumn.from_strings([number])))
...     across.add(Learned(known, {}))
>>> [one.count for one in across.passes()]
[2, 2]
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aitransparency.deid.verify.originals import Originals, Sealed
from aitransparency.deid.verify.pairs import Pairs
from aitransparency.errors import FileAccessError


@dataclass(frozen=True, slots=True)
class Learned:
    """What a verifier was taught.

    Parameters
    ----------
    originals
        What is looked for everywhere.
    pairs
        Column to its pairs of original and pseudonym.
    """

    originals: Originals
    pairs: Mapping[str, Pairs]


class Across:
    """The originals and pseudonyms of a whole job.

    Parameters
    ----------
    limit
        Distinct values held at a time, about.
    folder
        Where the file is that takes more; the system's temporary folder where None.
    """

    def __init__(self, *, limit: int, folder: Path | None = None) -> None:
        self._limit = limit
        self._folder = folder
        self._now = Originals()
        self._pairs: dict[str, Pairs] = {}
        self._aside: _Aside | None = None
        self.values = 0  # that were set aside, and those of the passes so far

    def add(self, learned: Learned) -> None:
        """Take in what another part taught."""
        self._now.add_all(learned.originals)
        for name, pairs in learned.pairs.items():
            self._pairs.setdefault(name, Pairs()).add_all(pairs)
        if self._now.distinct() > self._limit:
            self._aside = self._aside or _Aside(self._folder)
            self._aside.put(self._now.dumps())
            self._now = Originals()

    def passes(self) -> Iterator[Sealed]:
        """Yield the originals, as many at a time as may be held; nothing where there is none."""
        self.values = 0
        for part in self._aside.parts() if self._aside else ():
            yield self._counted(Originals.loads(part).sealed())
        last = self._now.sealed()
        if last.count:
            yield self._counted(last)

    def _counted(self, sealed: Sealed) -> Sealed:
        self.values += sealed.count
        return sealed

    def collisions(self) -> dict[str, int]:
        """Return, by column, how many pseudonyms stand for more than one original."""
        counts = {name: pairs.collisions() for name, pairs in self._pairs.items()}
        return {name: count for name, count in counts.items() if count}


class _Aside:
    """Pieces in an unnamed file, readable by this process only."""

    def __init__(self, folder: Path | None) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._sizes: list[int] = []
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # kept
        except OSError as error:
            raise FileAccessError(
                f"originals for verification cannot be set aside: {error.strerror}"
            ) from None

    def put(self, piece: bytes) -> None:
        sealed = self._cipher.encrypt(len(self._sizes).to_bytes(12, "big"), piece, None)
        try:
            self._file.seek(0, os.SEEK_END)
            self._file.write(sealed)
        except OSError as error:
            raise FileAccessError(
                f"originals for verification cannot be set aside: {error.strerror}"
            ) from None
        self._sizes.append(len(sealed))

    def parts(self) -> Iterator[bytes]:
        self._file.seek(0)
        for number, size in enumerate(self._sizes):
            piece = self._file.read(size)
            yield self._cipher.decrypt(number.to_bytes(12, "big"), piece, None)
