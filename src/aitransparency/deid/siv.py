"""Whole values encrypted deterministically: the same value, key and entity, the same ciphertext.

AES-SIV is RFC 5297, of the cryptography package. For SM4 (GB/T 32907-2016) no mode of this kind is
standardised that we know of; it is put together the way RFC 5297 is, from standard parts: the code
HMAC-SM3 of the value, cut to 16 bytes, is the first counter block of SM4 in counter mode, and is
checked after decryption. Either way a wrong key or a damaged value is noticed.

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
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from aitransparency.deid.macs import hmac_of
from aitransparency.deid.text import Bytes, Mask, layout, null_mask

Whole = Literal["aes-siv", "sm4"]
WHOLE: tuple[Whole, ...] = get_args(Whole)
KEY_BYTES = 64  # two keys of 256 bits; SM4 takes 128 bits of the second
_TAG = 16


def seal(values: pa.Array, key: bytes, cipher: Whole) -> pa.Array:
    """Return each value's tag and ciphertext in base64url without padding, large_string (n,)."""
    if cipher == "aes-siv":
        encrypt = AESSIV(key).encrypt
        sealed = [
            encrypt(value, None) if value else _empty(key, value) for value in _messages(values)
        ]
    else:
        tags = hmac_of(values, key[:32], "sm3")[:, :_TAG]
        streamed = _stream(values.cast(pa.large_binary()), tags, key)
        heads = tags.tobytes()
        nulls = null_mask(values).tolist()
        sealed = [
            None if null else heads[_TAG * row : _TAG * (row + 1)] + text
            for row, (null, text) in enumerate(zip(nulls, streamed, strict=True))
        ]
    return pa.array([None if one is None else _letters(one) for one in sealed], pa.large_string())


def _empty(key: bytes, value: bytes | None) -> bytes | None:
    """Encrypt the value of no bytes, which the package refuses, as the tag of it alone."""
    return None if value is None else AESSIV(key).encrypt(b"\0", [b"empty"])[:_TAG]


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
    empty = _empty(key, b"")

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
    for one in _stream(texts, tags, key):
        try:
            plain.append(one.decode())
        except UnicodeDecodeError:
            plain.append(None)
    codes = hmac_of(pa.array(plain, pa.large_string()), key[:32], "sm3")[:, :_TAG]
    good = (codes == tags).all(axis=1)
    return [
        text if right and one is not None else None
        for text, right, one in zip(plain, good, raw, strict=True)
    ]


def _stream(texts: pa.Array, tags: Bytes, key: bytes) -> list[bytes]:
    """Return each row of large_binary (n,) under SM4 in counter mode, counting from its tag."""
    offsets, data = layout(texts)
    sizes = np.diff(offsets) * ~null_mask(texts)
    blocks = -(-sizes // 16)
    edges = np.concatenate([[0], np.cumsum(blocks)])
    row = np.repeat(np.arange(len(texts)), blocks)
    step = (np.arange(edges[-1]) - edges[row]).astype(np.uint64)
    start = np.ascontiguousarray(tags).view(">u8").astype(np.uint64)
    counter = np.empty((edges[-1], 2), ">u8")
    low = start[row, 1] + step
    counter[:, 0] = start[row, 0] + (low < step)
    counter[:, 1] = low
    stream = Cipher(SM4(key[32:48]), ECB()).encryptor().update(counter.tobytes())
    places = np.frombuffer(stream, np.uint8)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    every = np.arange(ends[-1])
    text_at = np.repeat(offsets[:-1] - ends[:-1], sizes) + every
    stream_at = np.repeat(edges[:-1] * 16 - ends[:-1], sizes) + every
    turned = (data[text_at] ^ places[stream_at]).tobytes()
    return [turned[first:last] for first, last in pairwise(ends.tolist())]


def _messages(values: pa.Array) -> list[bytes | None]:
    messages: list[bytes | None] = values.cast(pa.large_binary()).to_pylist()
    return messages


def _letters(sealed: bytes) -> bytes:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=")


def _bytes(text: str) -> bytes | None:
    """Read base64url; None where it is none, or too short for a tag."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) >= _TAG else None
