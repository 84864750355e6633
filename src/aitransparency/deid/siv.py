"""Whole values encrypted deterministically: the same value, key and entity, the same ciphertext.

AES-SIV is RFC 5297, put together from columns of CMAC and counter blocks, so that a whole column
is a few calls of OpenSSL; the cryptography package opens it one by one. For SM4 (GB/T 32907-2016)
no mode of this kind is standardised that we know of; it is put together the way RFC 5297 is, from
standard parts: the code HMAC-SM3 of the value, cut to 16 bytes, is the first counter block of SM4
in counter mode, and is checked after decryption. Either way a wrong key or a damaged value is
noticed. How long a value is shows in its ciphertext, and so does which values are equal.

>>> cells = pa.array(["张三", None], pa.large_string())
>>> for cipher in WHOLE:
...     sealed = seal(cells, bytes(64), cipher)
...     print(len(sealed[0].as_py()), unseal(sealed, bytes(64), cipher)[0].to_pylist())
30 ['张三', None]
30 ['张三', None]
"""

from __future__ import annotations

import base64
import binascii
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from aitransparency.deid.macs import Ints, cmac_of, doubled, hmac_of
from aitransparency.deid.text import Bytes, Mask, layout, null_mask

Whole = Literal["aes-siv", "sm4"]
WHOLE: tuple[Whole, ...] = get_args(Whole)
KEY_BYTES = 64  # two keys of 256 bits; SM4 takes 128 bits of the second
_TAG = 16
_PIECE_ROWS = 4_096  # sealed at once: temporaries stay in the cache
_PIECE_BYTES = 1 << 20


def seal(values: pa.Array, key: bytes, cipher: Whole) -> pa.Array:
    """Return each value's tag and ciphertext in base64url without padding, large_string (n,)."""
    edges = _pieces(values)
    pieces = [_sealed(values.slice(a, b - a), key, cipher) for a, b in pairwise(edges)]
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())


def _pieces(values: pa.Array) -> list[int]:
    """Return where to cut, so that a piece has at most so many rows and about so many bytes."""
    offsets, _ = layout(values)
    edges = [0]
    while edges[-1] < len(values):
        first = edges[-1]
        full = int(np.searchsorted(offsets, offsets[first] + _PIECE_BYTES))
        edges.append(max(first + 1, min(first + _PIECE_ROWS, full, len(values))))
    return edges


def _sealed(values: pa.Array, key: bytes, cipher: Whole) -> pa.Array:
    sizes = np.diff(layout(values)[0]) * ~null_mask(values)
    if cipher == "aes-siv":
        tags = _aes_tags(values, sizes, key)
    else:
        tags = hmac_of(values, key[:32], "sm3")[:, :_TAG]
    return _in_letters(tags, _stream(values, tags, key, cipher), sizes, null_mask(values))


def _aes_tags(values: pa.Array, sizes: Ints, key: bytes) -> Bytes:
    """Return S2V of every value alone, uint8 (n, 16): RFC 5297 section 2.4."""
    half = key[:32]
    zero = cmac_of(pa.array([bytes(_TAG)], pa.large_binary()), half, "aes")[0]
    twice = np.frombuffer(doubled(int.from_bytes(zero.tobytes(), "big")).to_bytes(16, "big"), "u1")
    offsets, data = layout(values)
    short = sizes < _TAG
    ends = np.concatenate([[0], np.cumsum(np.maximum(sizes, _TAG))])
    mixed = np.zeros(ends[-1], np.uint8)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    mixed[np.repeat(ends[:-1], sizes) + within] = data[np.repeat(offsets[:-1], sizes) + within]
    mixed[(ends[:-1] + sizes)[short]] = 0x80
    last = np.lib.stride_tricks.sliding_window_view(mixed, _TAG, writeable=True)  # no two overlap
    last[ends[1:] - _TAG] ^= np.where(short[:, None], twice, zero)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(mixed)]
    tags = cmac_of(pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(sizes), buffers), half,
                   "aes")  # fmt: skip
    tags[sizes == 0] = np.frombuffer(_empty(key), np.uint8)
    return tags


def _in_letters(tags: Bytes, texts: Bytes, sizes: Ints, nulls: Mask) -> pa.Array:
    """Spell tags and texts in base64url: all in one call, each row in whole groups of letters."""
    whole = (sizes + _TAG) * ~nulls
    groups = -(-whole // 3)
    start = 3 * (np.cumsum(groups) - groups)
    raw = np.zeros(3 * groups.sum(), np.uint8)
    raw[start[~nulls, None] + np.arange(_TAG)] = tags[~nulls]
    behind = start + _TAG - (np.cumsum(sizes) - sizes)
    raw[np.repeat(behind, sizes) + np.arange(len(texts))] = texts
    letters = np.frombuffer(base64.urlsafe_b64encode(raw.data), np.uint8)
    stays = np.ones(len(letters), np.bool_)
    filled = 3 * groups - whole
    ends = 4 * np.cumsum(groups)
    stays[ends[filled >= 1] - 1] = False
    stays[ends[filled == 2] - 2] = False
    offsets = np.concatenate([[0], np.cumsum(4 * groups - filled)])
    given = pa.array(~nulls).buffers()[1] if nulls.any() else None
    return pa.LargeStringArray.from_buffers(
        len(sizes), pa.py_buffer(offsets), pa.py_buffer(letters[stays]), given
    )


def _empty(key: bytes) -> bytes:
    """Encrypt the value of no bytes, which the package refuses, as the tag of it alone."""
    return AESSIV(key).encrypt(b"\0", [b"empty"])[:_TAG]


def unseal(values: pa.Array, key: bytes, cipher: Whole) -> tuple[pa.Array, Mask, Mask]:
    """Undo `seal`.

    Returns
    -------
    tuple of pyarrow.Array, numpy.ndarray, numpy.ndarray
        The values, large_string (n,); where one has not the form of a ciphertext; and where it has
        the form but this key did not make it, bool (n,). Both are null in the array.
    """
    raw = [None if one is None else _bytes(one) for one in values.to_pylist()]
    given = ~null_mask(values)
    formed = np.array([one is not None for one in raw], np.bool_)
    opened = _open_aes(raw, key) if cipher == "aes-siv" else _open_sm4(raw, key)
    good = np.array([one is not None for one in opened], np.bool_)
    return pa.array(opened, pa.large_string()), given & ~formed, formed & ~good


def _open_aes(raw: list[bytes | None], key: bytes) -> list[str | None]:
    decrypt = AESSIV(key).decrypt
    empty = _empty(key)

    def opened(one: bytes | None) -> str | None:
        if one is None or one == empty:
            return None if one is None else ""
        try:
            return decrypt(one, None).decode()
        except (InvalidTag, UnicodeDecodeError):
            return None

    return [opened(one) for one in raw]


def _open_sm4(raw: list[bytes | None], key: bytes) -> list[str | None]:
    tags = np.zeros((len(raw), _TAG), np.uint8)
    for row, one in enumerate(raw):
        if one is not None:
            tags[row] = np.frombuffer(one, np.uint8, _TAG)
    texts = pa.array([None if one is None else one[_TAG:] for one in raw], pa.large_binary())
    plain: list[str | None] = []
    turned = _stream(texts, tags, key, "sm4").tobytes()
    ends = np.cumsum([0, *(0 if one is None else len(one) - _TAG for one in raw)]).tolist()
    for first, last in pairwise(ends):
        try:
            plain.append(turned[first:last].decode())
        except UnicodeDecodeError:
            plain.append(None)
    codes = hmac_of(pa.array(plain, pa.large_string()), key[:32], "sm3")[:, :_TAG]
    good = (codes == tags).all(axis=1)
    return [
        text if right and one is not None else None
        for text, right, one in zip(plain, good, raw, strict=True)
    ]


def _stream(texts: pa.Array, tags: Bytes, key: bytes, cipher: Whole) -> Bytes:
    """Return all rows, one behind the other, in counter mode counting from their tags.

    RFC 5297 section 2.5 clears two bits of the tag first; SM4 counts from the tag as it is.
    """
    offsets, data = layout(texts)
    sizes = np.diff(offsets) * ~null_mask(texts)
    blocks = -(-sizes // 16)
    edges = np.concatenate([[0], np.cumsum(blocks)])
    row = np.repeat(np.arange(len(texts)), blocks)
    step = (np.arange(edges[-1]) - edges[row]).astype(np.uint64)
    start = np.ascontiguousarray(tags).view(">u8").astype(np.uint64)
    if cipher == "aes-siv":
        start[:, 1] &= np.uint64(0x7FFFFFFF_7FFFFFFF)
    counter = np.empty((edges[-1], 2), ">u8")
    low = start[row, 1] + step
    counter[:, 0] = start[row, 0] + (low < step)
    counter[:, 1] = low
    block = AES(key[32:]) if cipher == "aes-siv" else SM4(key[32:48])
    stream = Cipher(block, ECB()).encryptor().update(counter.tobytes())
    places = np.frombuffer(stream, np.uint8)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    every = np.arange(ends[-1])
    text_at = np.repeat(offsets[:-1] - ends[:-1], sizes) + every
    stream_at = np.repeat(edges[:-1] * 16 - ends[:-1], sizes) + every
    turned: Bytes = data[text_at] ^ places[stream_at]
    return turned


def _bytes(text: str) -> bytes | None:
    """Read base64url; None where it is none, or too short for a tag."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) >= _TAG else None
