"""The fingerprint of a source, so that a report can be held against the data it speaks of.

Keyed (HMAC-SHA-256) where the job has a key. Without one, a table of few rows has no fingerprint:
who guesses its values could try them. Neither batches nor chunks change it; null and empty text
differ. Of files it is the fingerprint of their bytes: without a key, that of one file is what
``sha256sum`` prints.

>>> import pyarrow as pa
>>> digest = SourceDigest(None)
>>> for batch in pa.table({"a": ["x"] * 200}).to_batches(max_chunksize=70):
...     digest.update(batch)
>>> digest.result()["algorithm"]
'sha256'
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.deid.text import as_text, has_text_form, layout, null_mask
from aitransparency.errors import FileAccessError

FILES = "-files"  # ends the name of an algorithm that is over the bytes of files
_FEW = 100  # rows under which values could be guessed
_BLOCK = 1 << 20
_PURPOSE = "report source"


class SourceDigest:
    """A fingerprint that grows with the batches of a table.

    Parameters
    ----------
    key
        The key of the job, or None.
    """

    def __init__(self, key: Key | None) -> None:
        self._secret = key.derive(_PURPOSE) if key else None
        self._columns: dict[str, list[Any]] = {}  # two hash objects, whose type is private
        self._rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows."""
        self._rows += batch.num_rows
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            lengths, data = self._columns.setdefault(name, [self._new(), self._new()])
            if has_text_form(values.type):
                text = as_text(values)
            else:
                text = pa.array([repr(one) for one in values.to_pylist()], pa.large_string())
            offsets, raw = layout(text)
            sizes = np.diff(offsets)
            sizes[null_mask(text)] = -1
            lengths.update(np.ascontiguousarray(sizes))
            data.update(raw[offsets[0] : offsets[-1]])

    def _new(self) -> Any:  # hashlib and hmac objects have no public common type
        return _hash(self._secret)

    def result(self) -> dict[str, str] | None:
        """Return the algorithm and the fingerprint; None for few rows without a key."""
        if self._secret is None and self._rows < _FEW:
            return None
        whole = self._new()
        for name, (lengths, data) in self._columns.items():
            encoded = name.encode()
            whole.update(len(encoded).to_bytes(8, "big") + encoded)
            whole.update(lengths.digest() + data.digest())
        algorithm = "sha256" if self._secret is None else "hmac-sha256"
        return {"algorithm": algorithm, "digest": whole.hexdigest()}


def file_digest(
    path: str | os.PathLike[str], key: Key | None, stopped: Callable[[], bool] = lambda: False
) -> str:
    """Return the fingerprint of a file's bytes; meaningless where it was stopped.

    Raises
    ------
    FileAccessError
        The file cannot be read.
    """
    made, block = _hash(key.derive(_PURPOSE) if key else None), bytearray(_BLOCK)
    view = memoryview(block)
    try:
        with Path(path).open("rb", buffering=0) as file:
            while not stopped() and (size := file.readinto(block)):
                made.update(view[:size])
    except OSError as error:
        raise FileAccessError(f"{path} cannot be read: {error.strerror}") from None
    return str(made.hexdigest())


def files_digest(
    digests: Iterable[tuple[str, str]], key: Key | None, rows: int | None = None
) -> dict[str, str] | None:
    """Return the algorithm and the fingerprint of files, by name and fingerprint of each.

    None for few rows without a key; where `rows` is None they are not few.
    """
    if key is None and rows is not None and rows < _FEW:
        return None
    listed = list(digests)
    whole = listed[0][1]
    if len(listed) > 1:
        made = _hash(key.derive(_PURPOSE) if key else None)
        for name, digest in listed:
            encoded = name.encode()
            made.update(len(encoded).to_bytes(8, "big") + encoded + bytes.fromhex(digest))
        whole = made.hexdigest()
    return {"algorithm": ("hmac-sha256" if key else "sha256") + FILES, "digest": whole}


def _hash(secret: bytes | None) -> Any:  # hashlib and hmac objects have no public common type
    return hashlib.sha256() if secret is None else hmac.new(secret, digestmod="sha256")
