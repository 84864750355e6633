"""Message authentication codes over columns: HMAC with SHA-256 or SM3, and CMAC with AES or SM4.

HMAC is RFC 2104 and FIPS 198-1; its two keyed states are made once and copied for every value, so
a value costs two compressions and no key schedule. CMAC is NIST SP 800-38B (RFC 4493 for AES); one
block of every value of a column is one call of the cipher, which is some forty times faster.
Hashes and ciphers are OpenSSL's, through hashlib and cryptography.

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
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from aitransparency.deid.text import Bytes, layout, null_mask

Hash = Literal["sha256", "sm3"]
HASHES: tuple[Hash, ...] = ("sha256", "sm3")
BlockCipher = Literal["aes", "sm4"]
CIPHERS: tuple[BlockCipher, ...] = ("aes", "sm4")
_CIPHERS = {"aes": AES, "sm4": SM4}
_BLOCK = 64  # bytes, of SHA-256 and of SM3
_SIZE = 32
_ROWS = 16_384  # of one pass: temporaries stay in the cache

Ints = npt.NDArray[np.int64]


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


def cmac_of(values: pa.Array, key: bytes, algorithm: BlockCipher) -> Bytes:
    """Return the code of every value, uint8 (n, 16); the codes of nulls are zeros.

    Parameters
    ----------
    values
        large_string (n,), taken as UTF-8 bytes.
    key
        16, 24 or 32 bytes for "aes", 16 for "sm4" (GB/T 32907-2016).
    algorithm
        The block cipher.
    """
    cipher = Cipher(_CIPHERS[algorithm](key), ECB()).encryptor()
    once = int.from_bytes(cipher.update(bytes(16)), "big")
    full, part = _doubled(once), _doubled(_doubled(once))
    offsets, data = layout(values)
    sizes = np.diff(offsets)
    widest = int(sizes.max(initial=0)) + 16
    data = np.concatenate([data[offsets[0] : offsets[-1]], np.zeros(widest, np.uint8)])
    offsets = offsets - offsets[0]
    given = ~null_mask(values)
    blocks = np.maximum(-(-sizes // 16), 1)
    codes = np.zeros((len(values), 16), np.uint8)
    for count in np.flatnonzero(np.bincount(blocks[given])):
        here = given & (blocks == count)
        rows = None if here.all() else np.flatnonzero(here)
        for first in range(0, len(values) if rows is None else len(rows), _ROWS):
            piece = slice(first, min(first + _ROWS, len(values)))
            some = piece if rows is None else rows[piece]
            padded = _padded(data, offsets[some], sizes[some], int(count) * 16)
            _mask_last(padded[:, -16:], sizes[some] == count * 16, full, part)
            codes[some] = _chained(cipher, padded)
    return codes


def _doubled(block: int) -> int:
    """Multiply by x in the field of SP 800-38B."""
    return block << 1 & (1 << 128) - 1 ^ (0x87 if block >> 127 else 0)


def _padded(data: Bytes, start: Ints, sizes: Ints, width: int) -> Bytes:
    """Return the messages, each with a one bit and zeros behind it, uint8 (n, width)."""
    size = int(sizes[0])
    alike = bool((sizes == size).all())
    if alike and start[-1] - start[0] == size * (len(start) - 1):  # one behind the other
        cells = np.empty((len(start), width), np.uint8)
        cells[:, :size] = data[start[0] : start[-1] + size].reshape(len(start), size)
    else:
        cells = np.lib.stride_tricks.sliding_window_view(data, width)[start]
    if alike:
        cells[:, size:] = 0
        cells[:, size : size + 1] = 0x80
        return cells
    cells *= np.arange(width) < sizes[:, None]
    short = np.flatnonzero(sizes < width)
    cells[short, sizes[short]] = 0x80
    return cells


def _mask_last(blocks: Bytes, complete: npt.NDArray[np.bool_], full: int, part: int) -> None:
    for rows, mask in ((complete, full), (~complete, part)):
        if rows.all():
            blocks ^= np.frombuffer(mask.to_bytes(16, "big"), np.uint8)
        elif rows.any():
            blocks[rows] ^= np.frombuffer(mask.to_bytes(16, "big"), np.uint8)


def _chained(cipher: Any, cells: Bytes) -> Bytes:  # an encryptor of cryptography
    state = cells[:, :0]
    for first in range(0, cells.shape[1], 16):
        block = np.ascontiguousarray(cells[:, first : first + 16])
        if first:
            block ^= state
        state = np.frombuffer(cipher.update(block.data), np.uint8).reshape(-1, 16)
    return state


def over_distinct(values: pa.Array, function: Callable[[pa.Array], Any]) -> pa.Array:
    """Apply a function of equal results for equal values, once per distinct value if many repeat.

    Parameters
    ----------
    values
        Array (n,).
    function
        Takes an array and returns an array of its length, null for null.
    """
    if not repeats(values):
        return function(values)
    encoded = pc.dictionary_encode(values)
    return function(encoded.dictionary).take(encoded.indices)


def repeats(values: pa.Array) -> bool:
    """Return whether a sample of the values says that a fifth of them or more repeat."""
    size = len(values)
    if size < 64:
        return False
    sample = values.take(pa.array(np.linspace(0, size - 1, min(size, 256)).astype(np.int64)))
    return bool(pc.count_distinct(sample).as_py() < 0.8 * len(sample))
