"""Message authentication codes over columns: HMAC (RFC 2104, FIPS 198-1) with SHA-256 or SM3.

The two keyed states of HMAC are made once and copied for every value, so a value costs two
compressions and no key schedule. Hashes are OpenSSL's, through hashlib and cryptography.

>>> import hmac
>>> codes = hmac_of(pa.array(["a", "b"], pa.large_string()), b"k" * 32, "sha256")
>>> bytes(codes[1]) == hmac.digest(b"k" * 32, b"b", "sha256")
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from aitransparency.deid.text import Bytes

Hash = Literal["sha256", "sm3"]
HASHES: tuple[Hash, ...] = ("sha256", "sm3")
_BLOCK = 64  # bytes, of SHA-256 and of SM3
_SIZE = 32


def hmac_of(values: pa.Array, key: bytes, algorithm: Hash) -> Bytes:
    """Return the code of every value, uint8 (n, 32); the codes of nulls are zeros.

    Parameters
    ----------
    values
        large_string (n,), taken as UTF-8 bytes.
    key
        At most 64 bytes.
    algorithm
        "sha256" or "sm3" (GB/T 32905-2016).
    """
    messages = values.cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    code = _sha256_code(key) if algorithm == "sha256" else _sm3_code(key)
    zero = bytes(_SIZE)
    if values.null_count:
        joined = b"".join([zero if message is None else code(message) for message in messages])
    else:
        joined = b"".join(map(code, messages))
    return np.frombuffer(joined, np.uint8).reshape(len(values), _SIZE)


def _sha256_code(key: bytes) -> Callable[[bytes], bytes]:
    padded = key.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy

    def code(message: bytes) -> bytes:
        first = inner()
        first.update(message)
        second = outer()
        second.update(first.digest())
        return second.digest()

    return code


def _sm3_code(key: bytes) -> Callable[[bytes], bytes]:
    keyed = HMAC(key, SM3()).copy

    def code(message: bytes) -> bytes:
        state = keyed()
        state.update(message)
        return state.finalize()

    return code


def over_distinct(values: pa.Array, function: Callable[[pa.Array], Any]) -> pa.Array:
    """Apply a function of equal results for equal values, once per distinct value if many repeat.

    Parameters
    ----------
    values
        Array (n,).
    function
        Takes an array and returns an array of its length, null for null.
    """
    if not _repeats(values):
        return function(values)
    encoded = pc.dictionary_encode(values)
    return function(encoded.dictionary).take(encoded.indices)


def _repeats(values: pa.Array) -> bool:
    size = len(values)
    if size < 64:
        return False
    sample = values.take(pa.array(np.linspace(0, size - 1, min(size, 1_024)).astype(np.int64)))
    return bool(pc.count_distinct(sample).as_py() < 0.8 * len(sample))
