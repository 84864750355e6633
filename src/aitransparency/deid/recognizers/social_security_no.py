"""Social security and medical insurance number (社保号、医保号), found by the words around it.

Rule: 社会保障卡 carries the resident ID as 社会保障号码, which is found as such, and a card number
of nine characters; cities number persons and cards by rules of their own: 6 to 32 letters, digits
and single hyphens, at least one digit.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.scan.text import ScanText
>>> text = ScanText.of(TextColumn.from_strings(["社保卡号B12345678"]))
>>> RECOGNIZER.bare.matches(text).level.tolist()
[1]
"""

from __future__ import annotations

from aitransparency.deid.scan.recognizer import Bare, Recognizer, Scores, nothing, words
from aitransparency.deid.scan.text import NUMBERED

RECOGNIZER = Recognizer(
    entity="CN_SOCIAL_SECURITY_NO",
    labels=words(
        "社保号、社保號、社保卡号、社保卡號、社保卡、社会保障卡、社會保障卡、社会保障号",
        "社会保障卡号、社保编号、社保电脑号、社保个人编号、医保号、醫保號、医保卡号、醫保卡號",
        "医保卡、醫保卡、医保编号、医疗保险号、医疗证号、参保编号、参保号、个人编号、电脑号",
        "医保个人编号、公积金账号、公积金号、social security no、social security",
        "medical insurance no、健保卡號、健保卡",
    ),
    shape=Scores(alone=0, near=35, direct=88, contrary=0),
    passed=Scores(alone=0, near=35, direct=88, contrary=0),
    candidates=nothing,
    bare=Bare(6, 32, NUMBERED),
)
