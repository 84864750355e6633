"""What `find.py` compares with: the identifiers of its notes as Presidio's own would be written.

One regular expression and one check an entity, the words around as lookbehind. The forms are those
of the notes and no others. `plain_spans` runs the same expressions without Presidio.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import NamedTuple

from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry

from aitransparency.deid.divisions import divisions
from aitransparency.deid.presidio import PlainNlpEngine

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    if "10X98765432"[total % 11] != text[17].upper() or text[:6] not in divisions():
        return False
    try:
        datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def luhn(text: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(text.replace(" ", ""))):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def hong_kong(text: str) -> bool:
    values = [36, ord(text[0]) - 55, *(int(digit) for digit in text[1:7])]
    values.append(10 if text[8] == "A" else int(text[8]))
    return (
        sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11 == 0
    )


def social_credit(text: str) -> bool:
    total = sum(_USCC.index(one) * pow(3, place, 31) for place, one in enumerate(text[:17]))
    return _USCC[-total % 31] == text[17] and text[2:8] in divisions()


def octets(text: str) -> bool:
    return all(int(octet) < 256 for octet in text.split("."))


class Expression(NamedTuple):
    """An entity, what it looks like, and the check of its digits."""

    entity: str
    pattern: str
    check: Callable[[str], bool] | None = None


EXPRESSIONS = (
    Expression("CN_RESIDENT_ID", r"(?<!\d)[1-8]\d{16}[\dXx](?![\dA-Za-z])", resident_id),
    Expression("CN_MOBILE_PHONE", r"(?<!\d)(?:\+86 )?1[3-9]\d(?:\d{8}|-\d{4}-\d{4})(?!\d)"),
    Expression("CN_BANK_CARD", r"(?<!\d)62(?:\d{14}|\d{17}|\d\d(?: \d{4}){3})(?!\d)", luhn),
    Expression(
        "EMAIL_ADDRESS",
        r"[A-Za-z0-9_][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    ),
    Expression("CN_LANDLINE_PHONE", r"(?<!\d)0\d{2,3}-[2-9]\d{6,7}(?!\d)"),
    Expression(
        "CN_LICENSE_PLATE",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z](?:[A-HJK]\d{5}|\d{5})(?![\dA-Za-z])",
    ),
    Expression("IP_ADDRESS", r"(?<![\dA-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![\dA-Za-z]|\.\d)", octets),
    Expression("CN_POSTAL_CODE", r"(?<=邮编：)\d{6}(?!\d)"),
    Expression("CN_QQ", r"(?<=QQ：)[1-9]\d{4,10}(?!\d)"),
    Expression("CN_WECHAT_ID", r"(?<=微信号：)[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_-])"),
    Expression("CN_PASSPORT", r"(?<![A-Za-z0-9])[EG]\d{8}(?![\dA-Za-z])"),
    Expression("HK_ID", r"(?<![A-Za-z0-9])[A-Z]\d{6}\([\dA]\)", hong_kong),
    Expression(
        "CN_USCC",
        r"(?<![A-Za-z0-9])9[1-59]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![\dA-Za-z])",
        social_credit,
    ),
    Expression(
        "MAC_ADDRESS", r"(?<![A-Za-z0-9:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![A-Za-z0-9:])"
    ),
    Expression("DATE_OF_BIRTH", r"(?<=出生日期：)\d{4}-\d{2}-\d{2}(?!\d)"),
    Expression("CN_MEDICAL_RECORD_NO", r"(?<=住院号：)[A-Za-z0-9-]{4,24}(?![A-Za-z0-9-])"),
)


class Checked(PatternRecognizer):
    """A PatternRecognizer whose check is a function."""

    def __init__(self, expression: Expression) -> None:
        self._check = expression.check
        super().__init__(
            supported_entity=expression.entity,
            patterns=[Pattern(expression.entity, expression.pattern, 0.9)],
            supported_language="zh",
            global_regex_flags=re.DOTALL,
        )

    def validate_result(self, pattern_text: str) -> bool | None:
        """Return what the check says, None where there is none."""
        return None if self._check is None else self._check(pattern_text)


def peer_engine() -> AnalyzerEngine:
    """Return an engine with a recognizer per entity and an NLP engine that does nothing."""
    registry = RecognizerRegistry(
        recognizers=[Checked(expression) for expression in EXPRESSIONS], supported_languages=["zh"]
    )
    return AnalyzerEngine(
        registry=registry, nlp_engine=PlainNlpEngine(), supported_languages=["zh"]
    )


_COMPILED = [(one.entity, re.compile(one.pattern), one.check) for one in EXPRESSIONS]


def plain_spans(text: str) -> list[tuple[int, int, str]]:
    """Return the spans of the expressions."""
    return [
        (match.start(), match.end(), entity)
        for entity, pattern, check in _COMPILED
        for match in pattern.finditer(text)
        if check is None or check(match.group())
    ]
