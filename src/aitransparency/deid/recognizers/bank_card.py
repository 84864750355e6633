"""Bank card number (银行卡号), 13 to 19 digits.

Rule: ISO/IEC 7812-1 (not read; check by Luhn's formula, US patent 2,950,048) and the issuers'
ranges that the schemes publish: UnionPay 62 and 81, Visa 4, Mastercard 51-55 and 2221-2720,
American Express 34 and 37, JCB 3528-3589, Diners 36, 38, 39 and 300-305, Discover 6011, 64 and
65, Maestro 50, 56-59, 6304, 6706, 6709, 6759-6763 and 6771, and the ranges that Chinese banks had
before UnionPay (9558, 9559, 955, 60, 68).

>>> levels(np.frombuffer(b"6222021234567894" b"6222021234567890", np.uint8).reshape(2, 16)).tolist()
[2, 1]
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.recognizers import resident_id
from aitransparency.deid.scan.recognizer import (
    NO_LEVELS,
    PASSED,
    REFUSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

_GROUPINGS: Mapping[int, tuple[tuple[int, ...], ...]] = MappingProxyType(
    {
        14: ((4, 6, 4),),
        15: ((4, 6, 5),),
        16: ((4, 4, 4, 4), (6, 10), (8, 8)),
        17: ((4, 4, 4, 4, 1), (6, 11)),
        18: ((4, 4, 4, 4, 2), (6, 12)),
        19: ((4, 4, 4, 4, 3), (6, 13), (6, 4, 4, 5), (3, 4, 4, 4, 4)),
    }
)
_LONG = 15  # digits of a number that a word makes a card, whoever issued it
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)

# First four digits, inclusive, to the lengths that the scheme issues.
_RANGES = (
    (2221, 2720, (16,)),
    (3000, 3059, (14, 16)),
    (3400, 3499, (15,)),
    (3528, 3589, (16, 19)),
    (3600, 3699, (14, 16, 19)),
    (3700, 3799, (15,)),
    (3800, 3999, (14, 16)),
    (4000, 4999, (13, 16, 18, 19)),
    (5000, 5099, (16, 19)),
    (5100, 5599, (16,)),
    (5600, 5999, (16, 19)),
    (6000, 6099, (16, 17, 18, 19)),
    (6304, 6304, (16, 19)),
    (6200, 6299, (16, 17, 18, 19)),
    (6400, 6599, (16, 19)),
    (6706, 6709, (16, 19)),
    (6759, 6763, (16, 19)),
    (6771, 6771, (16, 19)),
    (6800, 6899, (16, 17, 18, 19)),
    (8100, 8171, (16, 17, 18, 19)),
    (9550, 9559, (16, 19)),
)


def _issued() -> npt.NDArray[np.bool_]:
    table = np.zeros((20, 10_000), np.bool_)
    for low, high, lengths in _RANGES:
        table[list(lengths), low : high + 1] = True
    table.flags.writeable = False
    return table


_ISSUED = _issued()


def luhn(digits: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether Luhn's sum of digits, uint8 (n, length), ends in zero."""
    total = _DOUBLED[digits[:, -2::-2]].sum(axis=1) + digits[:, -1::-2].sum(axis=1)
    valid: npt.NDArray[np.bool_] = total % 10 == 0
    return valid


def levels(characters: Bytes) -> Levels:
    """Return the level of each number, uint8 (n, 13 to 19)."""
    if not len(characters):
        return NO_LEVELS
    digits = characters - np.uint8(48)
    issued = _ISSUED[characters.shape[1], digits[:, :4].astype(np.int64) @ [1000, 100, 10, 1]]
    passed = issued.copy()
    some = np.flatnonzero(passed)
    passed[some] = luhn(digits[some])
    shape = issued | (characters.shape[1] >= _LONG)
    result = np.where(passed, PASSED, np.where(shape, SHAPE, REFUSED))
    result[digits[:, 0] == 0] = REFUSED
    return result.astype(np.int8)


def candidates(text: ScanText) -> Matches:
    """Return runs and groups of 13 to 19 digits."""
    parts = []
    for length in range(13, 20):
        windows = Windows.concat(
            *([resident_id.beside(text, length)] if length in (16, 19) else []),
            text.digits.whole(length),
            text.digits.chained(length),
            *(text.digits.grouped(grouping) for grouping in _GROUPINGS.get(length, ())),
        )
        parts.append(Matches(windows.start, windows.end, levels(windows.characters)))
    return Matches.concat(*parts)


RECOGNIZER = Recognizer(
    entity="CN_BANK_CARD",
    labels=words(
        "银行卡、銀行卡、银行卡号、銀行卡號、卡号、卡號、储蓄卡、儲蓄卡、信用卡、借记卡、账号",
        "帳號、账户、帳戶、银行账号、银行账户、銀行帳戶、收款账号、收款账户、打款、汇款、匯款",
        "尾号、开户行、工商银行、建设银行、农业银行、中国银行、招商银行、交通银行、邮储银行、工行",
        "建行、农行、中行、招行、交行、银联、對公賬戶、bank card、card no、card number",
        "credit card、debit card、bankcard、account no、account number、visa、mastercard",
        "unionpay、iban",
    ),
    shape=Scores(alone=5, near=35, direct=55, contrary=0),
    passed=Scores(alone=65, near=85, direct=97, contrary=25),
    candidates=candidates,
)
