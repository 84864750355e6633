"""The fingerprint of a source, so that a report can be held against the data it speaks of.

Keyed (HMAC-SHA-256) where the job has a key. Without one, a table of few rows has no fingerprint:
who guesses its values could try them. Neither batches nor chunks change it; null and empty text
differ.

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
from typing import Any

import numpy as np
import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.deid.text import as_text, has_text_form, layout, null_mask

_FEW = 100  # rows under which values could be guessed


class SourceDigest:
    """A fingerprint that grows with the batches of a table.

    Parameters
    ----------
    key
        The key of the job, or None.
    """

    def __init__(self, key: Key | None) -> None:
        self._secret = key.derive("report source") if key else None
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
        if self._secret is None:
            return hashlib.sha256()
        return hmac.new(self._secret, digestmod="sha256")

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
