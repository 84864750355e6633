"""Bad rows, set aside and still protected.

A row that cannot be read cannot be de-identified, so it is never written in the clear. The
quarantine file (JSON Lines, mode 0600) says of each row its line, its size and why it was refused.
With a key the row itself is there too, sealed: AES-SIV (RFC 5297) under a sub-key of its own, bound
to its line, so that only who holds the key can open it. Without a key only the place is there; the
row stays in the source alone.

>>> from aitransparency.deid.files.base import BadRow
>>> from aitransparency.deid.keys import Key
>>> key = Key(bytes(32))
>>> entry = seal(BadRow(7, "1 field where 2 are expected", b"x"), key)
>>> list(unsealed(entry.splitlines(), key))
[(7, '1 field where 2 are expected', b'x')]
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from aitransparency.deid.files.base import BadRow
from aitransparency.deid.files.encodings import original_bytes
from aitransparency.deid.keys import Key
from aitransparency.errors import FileAccessError, FileFormatError, KeyMaterialError

_PURPOSE = "quarantine"


def seal(row: BadRow, key: Key | None) -> bytes:
    """Return one line of a quarantine file."""
    data = original_bytes(row.data)
    entry: dict[str, object] = {"line": row.line, "reason": row.reason, "bytes": len(data)}
    if key is not None and data:
        cipher = AESSIV(key.derive(_PURPOSE, length=64))
        sealed = cipher.encrypt(data, [str(row.line).encode()])
        entry |= {"key_id": key.id, "sealed": base64.b64encode(sealed).decode()}
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def unsealed(lines: Iterable[bytes], key: Key) -> Iterator[tuple[int, str, bytes]]:
    """Yield line, reason and bytes of each row; see `read_quarantine`."""
    cipher = AESSIV(key.derive(_PURPOSE, length=64))
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            place, reason, sealed = entry["line"], entry["reason"], entry.get("sealed", "")
            code = base64.b64decode(sealed, validate=True)
        except (ValueError, KeyError, TypeError):
            raise FileFormatError(f"line {number:,} is no entry of a quarantine file") from None
        if entry.get("key_id", key.id) != key.id:
            raise KeyMaterialError(f"the rows were sealed with key {entry['key_id']}, not {key.id}")
        try:
            data = cipher.decrypt(code, [str(place).encode()]) if code else b""
        except InvalidTag:
            raise KeyMaterialError(f"line {number:,} does not open: it was changed") from None
        yield place, reason, data


def read_quarantine(path: str | os.PathLike[str], *, key: Key) -> Iterator[tuple[int, str, bytes]]:
    """Open the rows that a job set aside.

    Parameters
    ----------
    path
        The quarantine file.
    key
        The key of the job.

    Yields
    ------
    tuple
        Line in the source, reason, and the bytes of the row (empty where the job had no key).

    Raises
    ------
    KeyMaterialError
        Another key sealed the rows, or a row was changed.
    FileFormatError
        This is no quarantine file.
    """
    try:
        with Path(path).open("rb") as file:
            yield from unsealed(file, key)
    except OSError as error:
        raise FileAccessError(f"{path} cannot be read: {error.strerror}") from None
