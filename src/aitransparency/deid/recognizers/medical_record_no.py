"""Medical record number (病历号、住院号、门诊号、就诊卡号), found by the words around it.

Rule: hospitals number records by rules of their own (病案管理, no standard for the form): 4 to 24
letters, digits and single hyphens, at least one digit.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.scan.text import ScanText
>>> text = ScanText.of(TextColumn.from_strings(["住院号：ZY-2024-00123"]))
>>> [bytes(text.data[s:e]).decode() for s, e, _ in zip(*RECOGNIZER.bare.matches(text))]
['ZY-2024-00123']
"""

from __future__ import annotations

from aitransparency.deid.scan.recognizer import Bare, Recognizer, Scores, nothing, words
from aitransparency.deid.scan.text import NUMBERED

RECOGNIZER = Recognizer(
    entity="CN_MEDICAL_RECORD_NO",
    labels=words(
        "病历号、病歷號、病历编号、病案号、病案號、病案编号、住院号、住院號、住院编号、门诊号",
        "門診號、门诊编号、急诊号、就诊卡号、就诊卡、就診卡、就诊号、就診號、就诊编号、登记号",
        "患者编号、患者id、病人id、病人编号、检查号、检验号、影像号、超声号、病理号、放射号",
        "住院登记号、体检号、體檢號、体检编号、处方号、處方號、mrn、medical record no",
        "medical record、patient id、patient no、admission no",
    ),
    shape=Scores(alone=0, near=30, direct=88, contrary=0),
    passed=Scores(alone=0, near=30, direct=88, contrary=0),
    candidates=nothing,
    bare=Bare(4, 24, NUMBERED),
)
