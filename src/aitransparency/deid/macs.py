"""Message authentication codes over columns: HMAC with SHA-256 or SM3, and CMAC with AES or SM4.

HMAC is RFC 2104 and FIPS 198-1; its two keyed states are made once for a column, so a value costs
two compressions and no key schedule. Short values of long columns go through compiled loops,
sixteen abreast (`hash_kernels`), the others through OpenSSL: the codes are the same.

CMAC is NIST SP 800-38B (RFC 4493 for AES); one block of every value of a column is one call of the
cipher, which is some forty times faster. Ciphers are OpenSSL's, through cryptography.

>>> import hmac
>>> codes = hmac_of(pa.array(["a", "b"], pa.large_string()), b"k" * 32, "sha256")
>>> bytes(codes[1]) == hmac.digest(b"k" * 32, b"b", "sha256")
True
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from functools import cache
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

from aitransparency.deid.compiled import pays
from aitransparency.deid.text import Bytes, layout, null_mask

Hash = Literal["sha256", "sm3"]
HASHES: tuple[Hash, ...] = ("sha256", "sm3")
BlockCipher = Literal["aes", "sm4"]
CIPHERS: tuple[BlockCipher, ...] = ("aes", "sm4")
_CIPHERS = {"aes": AES, "sm4": SM4}
_BLOCK = 64  # bytes, of SHA-256 and of SM3
_SIZE = 32
_ROWS = 16_384  # of one pass: temporaries stay in the cache
_SM3_START = "7380166f 4914b2b9 172442d7 da8a0600 a96f30bc 163138aa e38dee4d b0fb0e4e"
_SM3_CONSTANTS = (0x79CC4519, 0x7A879D8A)

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]


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
    offsets, data = layout(values)
    codes = np.zeros((len(values), _SIZE), np.uint8)
    left = ~null_mask(values)
    if pays(_BLOCK * len(values)):
        from aitransparency.deid import hash_kernels

        sizes = np.diff(offsets)
        short = np.flatnonzero(left & (sizes <= hash_kernels.LONGEST))
        is_sm3 = algorithm == "sm3"
        states = _keyed_states(key, algorithm)
        hash_kernels.hmac_short(
            data, offsets, sizes, short, *states, constants(algorithm)[1], is_sm3, codes
        )
        left[short] = False
    code = _sha256_code(key) if algorithm == "sha256" else _sm3_code(key)
    for row in np.flatnonzero(left).tolist():
        message = data[offsets[row] : offsets[row + 1]].tobytes()
        codes[row] = np.frombuffer(code(message), np.uint8)
    return codes


def _keyed_states(key: bytes, algorithm: Hash) -> tuple[Words, Words]:
    """Return the states after the inner and the outer block of a key."""
    from aitransparency.deid import hash_kernels

    start, rounds = constants(algorithm)
    padded = np.frombuffer(key.ljust(_BLOCK, b"\0"), np.uint8)
    inner, outer = (
        hash_kernels.keyed(
            (padded ^ np.uint8(pad)).view(">u4").astype(np.uint32),
            start, rounds, algorithm == "sm3",
        )
        for pad in (0x36, 0x5C)
    )  # fmt: skip
    return inner, outer


@cache
def constants(algorithm: Hash) -> tuple[Words, Words]:
    """Return the first state, uint32 (8,), and the constant of each round, uint32 (64,).

    FIPS 180-4 clauses 4.2.2 and 5.3.3: the first bits behind the point of the square roots of the
    first eight primes, and of the cube roots of the first 64. GB/T 32905-2016 clauses 4.1 and 4.2
    (not read; as in draft-sca-cfrg-sm3): the constant of each round, turned by its number.
    """
    if algorithm == "sha256":
        primes = [n for n in range(2, 312) if all(n % d for d in range(2, math.isqrt(n) + 1))]
        start = [math.isqrt(prime << 64) & 0xFFFFFFFF for prime in primes[:8]]
        rounds = [_cube_root(prime << 96) & 0xFFFFFFFF for prime in primes[:64]]
    else:
        start = [int(word, 16) for word in _SM3_START.split()]
        first = [_SM3_CONSTANTS[turn >= 16] for turn in range(64)]
        rounds = [
            (one << turn % 32 | one >> 32 - turn % 32) & 0xFFFFFFFF
            for turn, one in enumerate(first)
        ]
    return np.array(start, np.uint32), np.array(rounds, np.uint32)


def _cube_root(number: int) -> int:
    """Return the whole part of a cube root, by Newton's steps from above."""
    root = 1 << -(-number.bit_length() // 3)
    while (lower := (2 * root + number // root**2) // 3) < root:
        root = lower
    return root


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
    full, part = doubled(once), doubled(doubled(once))
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


def doubled(block: int) -> int:
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
