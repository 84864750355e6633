"""Pseudonymize (假名化 / pseudonymization): a keyed token in place of the value.

The same person gets the same token in every column, file and run under one key and recipient;
without the key, tokens cannot be made, so the small value spaces of phones and IDs cannot be
searched. HMAC is FIPS 198-1, SM3 is GB/T 32905-2016. GB/T 37964-2019 names the technique 假名化;
the clause was not read.

>>> from aitransparency.deid.keys import Key
>>> from aitransparency.deid.techniques.base import Place
>>> place = Place("phone", "CN_MOBILE_PHONE", Key(bytes(32)))
>>> tokens = Pseudonymize().apply(pa.array(["13800138000", "+86 138-0013-8000"]), place).values
>>> tokens[0] == tokens[1], len(tokens[0].as_py())
(True, 16)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from aitransparency.deid.identity import same_person
from aitransparency.deid.macs import (
    CIPHERS,
    HASHES,
    BlockCipher,
    Hash,
    cmac_of,
    hmac_of,
    over_distinct,
)
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect, expect_whole
from aitransparency.deid.text import Bytes, as_text, from_matrix, null_mask, put

# RFC 4648: no 0, 1, 8 or 9, so that a token is never taken for a phone number or an ID.
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)


@dataclass(frozen=True)
class Pseudonymize(Technique):
    """Replace every value by a token of letters and the digits 2 to 7.

    Values are brought to one spelling first (full width, separators, country code, letter case; a
    resident ID of 15 digits becomes the one of 18), so that a person keeps one token.

    Parameters
    ----------
    algorithm
        "sha256" (HMAC-SHA-256), "sm3" (HMAC-SM3), "aes" (CMAC-AES-256) or "sm4" (CMAC-SM4). The
        last two take a whole column in a few calls and are several times faster.
    recipient
        Who will get the data. Tokens for two recipients cannot be joined.
    length
        Characters of a token, 8 to 51 (25 for "aes" and "sm4"), five bits each: at the default of
        16, a million people collide with a chance of one in 2 * 10^12.
    prefix
        Text before every token.
    """

    algorithm: Hash | BlockCipher = "sha256"
    recipient: str = ""
    length: int = 16
    prefix: str = ""

    keyed: ClassVar[bool] = True
    why_not_reversible: ClassVar[str] = (
        "a token is a keyed one-way code; use Encrypt where values must come back"
    )

    def __post_init__(self) -> None:
        known = (*HASHES, *CIPHERS)
        expect(self, self.algorithm in known, f"algorithm is one of {', '.join(known)}")
        expect(self, isinstance(self.recipient, str), "recipient is text")
        expect(self, isinstance(self.prefix, str), "prefix is text")
        expect_whole(self, "length", 8)
        most = 51 if self.algorithm in HASHES else 25
        expect(self, self.length <= most, f"length is at most {most} for {self.algorithm}")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return one token per value, as text."""
        size = 16 if self.algorithm == "sm4" else 32
        subkey = place.subkey("pseudonymize", self.algorithm, self.recipient, length=size)
        spelled = same_person(as_text(values), place.entity)
        return Outcome(over_distinct(spelled, lambda distinct: self._tokens(distinct, subkey)))

    def _tokens(self, values: pa.Array, subkey: bytes) -> pa.Array:
        if self.algorithm == "aes" or self.algorithm == "sm4":
            codes = cmac_of(values, subkey, self.algorithm)
        else:
            codes = hmac_of(values, subkey, self.algorithm)
        letters = base32(codes, self.length)
        if self.prefix:
            head = np.frombuffer(self.prefix.encode(), np.uint8)
            letters = np.hstack([np.broadcast_to(head, (len(letters), len(head))), letters])
        tokens = from_matrix(letters)
        nulls = null_mask(values)
        return put(tokens, nulls, pa.scalar(None, pa.large_string())) if nulls.any() else tokens


def base32(codes: Bytes, length: int) -> Bytes:
    """Return the first `length` base32 letters of each code, uint8 (n, length)."""
    columns = np.ascontiguousarray(codes[:, : (length * 5 + 7) // 8 + 1].T).astype(np.uint16)
    letters = np.empty((length, len(codes)), np.uint8)
    for position in range(length):
        byte, bit = divmod(position * 5, 8)
        pair = columns[byte] << 8
        if byte + 1 < len(columns):
            pair |= columns[byte + 1]
        letters[position] = _ALPHABET[(pair >> (11 - bit)) & 31]
    return np.ascontiguousarray(letters.T)
