"""What verification learned of a source, kept for a job that goes on, and sealed.

A job that goes on must know the originals of the part that is finished, to look for them in all of
the output. They are kept as verification holds them, as hashes and eight bytes of each, beside the
target under a private name (mode 0600), encrypted (AES-SIV, RFC 5297) under a sub-key of the job's
key and bound to the job and to their order. Who has that key can undo pseudonyms anyway. Without a
key nothing is kept: the finished part is then read again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from aitransparency.deid.files.frames import damaged, framed, frames
from aitransparency.deid.files.safe_output import SafeOutput
from aitransparency.deid.keys import Key
from aitransparency.deid.verify import Across, Learned
from aitransparency.deid.verify.originals import ORIGINAL, Originals
from aitransparency.deid.verify.pairs import PAIR, Pairs

_PURPOSE = "lessons of a job"
_SIZE = 8  # bytes of the length of the head


class Lessons:
    """Gives what chunks teach to the second pass, and keeps it.

    Parameters
    ----------
    across
        Takes what is learned.
    kept
        Where it is kept.
    key
        The job's key; None keeps nothing.
    job
        The fingerprint of the job.
    """

    def __init__(self, across: Across, kept: SafeOutput, key: Key | None, job: str) -> None:
        self._across = across
        self._kept = kept
        self._cipher = AESSIV(key.derive(_PURPOSE, length=64)) if key else None
        self._job = job.encode()
        self._pieces = 0
        self._new = Learned(Originals(), {})

    def add(self, learned: Learned) -> None:
        """Take in what a chunk taught."""
        self._across.add(learned)
        if self._cipher is not None:
            pairs = dict(self._new.pairs)
            for name, some in learned.pairs.items():
                pairs.setdefault(name, Pairs()).add_all(some)
            self._new.originals.add_all(learned.originals)
            self._new = Learned(self._new.originals, pairs)

    def keep(self) -> None:
        """Write what was learned since the last time."""
        if self._cipher is None:
            return
        sealed = self._cipher.encrypt(_packed(self._new), self._bound())
        self._kept.write(framed(sealed))
        self._pieces += 1
        self._new = Learned(Originals(), {})

    def take_up(self) -> bool:
        """Give what an earlier job kept to the second pass; False where it kept nothing.

        Raises
        ------
        FileAccessError
            It cannot be read, or was changed.
        """
        if self._cipher is None or not self._kept.size:
            return False
        for sealed in frames(self._kept):
            try:
                piece = self._cipher.decrypt(sealed, self._bound())
            except (InvalidTag, ValueError):
                raise damaged() from None
            self._across.add(_unpacked(piece))
            self._pieces += 1
        return True

    def _bound(self) -> list[bytes]:
        return [self._job, self._pieces.to_bytes(_SIZE, "big")]


def _packed(learned: Learned) -> bytes:
    originals = learned.originals.records()
    pairs = {name: some.records() for name, some in learned.pairs.items()}
    head = json.dumps([len(originals), {name: len(some) for name, some in pairs.items()}]).encode()
    parts = [some.tobytes() for some in (originals, *pairs.values())]
    return b"".join([len(head).to_bytes(_SIZE, "big"), head, *parts])


def _unpacked(data: bytes) -> Learned:
    place = _SIZE + int.from_bytes(data[:_SIZE], "big")
    count, pairs = json.loads(data[_SIZE:place])
    originals = Originals.of(np.frombuffer(data, ORIGINAL, count, place))
    place += count * ORIGINAL.itemsize
    made: dict[str, Pairs] = {}
    for name, many in pairs.items():
        made[name] = Pairs.of(np.frombuffer(data, PAIR, many, place))
        place += many * PAIR.itemsize
    known: Mapping[str, Pairs] = made
    return Learned(originals, known)
