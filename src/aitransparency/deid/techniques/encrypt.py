"""Encrypt (加密 / encryption): a ciphertext in place of the value, and back again with the key.

GB/T 37964-2019 lists deterministic (确定性加密) and format-preserving encryption (保留格式加密)
among the cryptographic techniques (密码技术); the clauses were not read. FF1 is NIST SP 800-38G.

>>> from aitransparency.deid.keys import Key
>>> from aitransparency.deid.techniques.base import Place
>>> place = Place("phone", "CN_MOBILE_PHONE", Key(bytes(32)))
>>> sealed = Encrypt().apply(pa.array(["13800138000"]), place).values
>>> len(sealed[0].as_py()), Encrypt().undo(sealed, place).to_pylist()
(11, ['13800138000'])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.formats import Formats
from aitransparency.deid.identity import person_and_fit
from aitransparency.deid.macs import over_distinct
from aitransparency.deid.siv import KEY_BYTES, WHOLE, seal, unseal
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect, expect_whole
from aitransparency.deid.text import Mask, as_text, null_mask
from aitransparency.errors import KeyMaterialError, ValueMismatchError

_CARD_FRONT = 6  # digits of the issuer
_WHOLE_FORM = ("CN_RESIDENT_ID", "CN_USCC")  # checked over every character: no front can stay


@dataclass(frozen=True)
class Encrypt(Technique):
    """Encrypt every value, so that the key brings it back.

    Values are brought to one spelling first (full width, separators, country code; a resident ID
    of 15 digits becomes the one of 18); that spelling is what comes back. The result of "ff1" has
    the format of the value: a valid resident ID becomes a valid one, a phone in use a phone in
    use, a card number with a right check digit one with a right check digit; elsewhere a digit
    becomes a digit and a letter a letter. It may be the number of a real person: use `Surrogate`
    where the data are published. Values of fewer than a million possibilities do not fit.

    Parameters
    ----------
    cipher
        "ff1" keeps the format. "aes-siv" and "sm4" encrypt any text to base64url letters and can
        tell a wrong key from every value.
    recipient
        Who will get the data. Ciphertexts for two recipients cannot be joined.
    keep_start
        Characters left in front under "ff1"; 6 for bank cards (the issuer) by default, else 0.
    check
        Whether the check digit of bank cards is kept right under "ff1".
    """

    cipher: Literal["ff1", "aes-siv", "sm4"] = "ff1"
    recipient: str = ""
    keep_start: int | None = None
    check: bool = True

    keyed: ClassVar[bool] = True
    reversible: ClassVar[bool] = True

    def __post_init__(self) -> None:
        expect(self, self.cipher in ("ff1", *WHOLE), "cipher is ff1, aes-siv or sm4")
        expect(self, isinstance(self.recipient, str), "recipient is text")
        expect(self, isinstance(self.check, bool), "check is true or false")
        expect_whole(self, "keep_start", 0, optional=True)
        formless = self.cipher != "ff1" and self.keep_start
        expect(self, not formless, "keep_start is for the cipher ff1")

    def check_column(self, entity: str | None, kind: pa.DataType) -> None:
        """Raise PlanError where a front cannot stay."""
        whole = self.cipher == "ff1" and self.keep_start and entity in _WHOLE_FORM
        expect(self, not whole, f"keep_start is not possible for {entity}: it would not be valid")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the ciphertexts, as text."""
        spelled, fit = person_and_fit(as_text(values), place.entity)
        if self.cipher == "ff1":
            made, misfit = self._formats(place, decrypt=False).turn(spelled)
            return Outcome(made, misfit | ~fit)
        key, cipher = self._subkey(place), self.cipher
        return Outcome(over_distinct(spelled, lambda distinct: seal(distinct, key, cipher)))

    def undo(self, values: pa.Array, place: Place) -> pa.Array:
        """Return the values, in their one spelling; null, '' and labels of `Redact` stay.

        Raises
        ------
        KeyMaterialError
            Another key made a value ("aes-siv" and "sm4"; for "ff1" the plan's key id tells).
        ValueMismatchError
            A value is no ciphertext.
        """
        sealed = as_text(values)
        stays = _stays(sealed)
        given = pc.if_else(pa.array(stays), pa.scalar(None, pa.large_string()), sealed)
        if self.cipher == "ff1":
            plain, strange = self._formats(place, decrypt=True).turn(given)
        else:
            plain, strange, foreign = unseal(given, self._subkey(place), self.cipher)
            if foreign.any():
                raise KeyMaterialError(
                    f"column {place.column!r} (first in row {int(np.argmax(foreign)):,}): "
                    f"{int(foreign.sum()):,} values were not encrypted with this key, or are "
                    "damaged"
                )
        if strange.any():
            raise ValueMismatchError(
                f"column {place.column!r} (first in row {int(np.argmax(strange)):,}): "
                f"{int(strange.sum()):,} values are no ciphertexts of this plan"
            )
        return pc.if_else(pa.array(stays), sealed, plain)

    def _formats(self, place: Place, *, decrypt: bool) -> Formats:
        front = _CARD_FRONT if place.entity == "CN_BANK_CARD" else 0
        keep = front if self.keep_start is None else self.keep_start
        return Formats(self._subkey(place), place.entity, keep, self.check, decrypt)

    def _subkey(self, place: Place) -> bytes:
        length = 32 if self.cipher == "ff1" else KEY_BYTES
        return place.subkey("encrypt", self.cipher, self.recipient, length=length)


def _stays(values: pa.Array) -> Mask:
    """Return where a value is null, empty or a label that `Redact` put for one that did not fit."""
    label = pc.match_substring_regex(values, "^(?:<[A-Z_]+>)?$")
    stays: Mask = pc.fill_null(label, True).to_numpy(zero_copy_only=False) | null_mask(values)
    return stays
