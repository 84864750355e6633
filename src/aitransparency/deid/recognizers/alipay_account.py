"""Alipay account (支付宝账号): its number, or a name that the words around it call one.

Rule: Alipay's developer pages: a user's number has 16 digits that begin with 2088. An account that
is a mobile number or an e-mail address is found as such, for that is what it identifies by.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["支付宝2088102146225135，支付宝账号：lisi_pay"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*RECOGNIZER.all_candidates(text))]
[('2088102146225135', 2), ('lisi_pay', 1)]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Bare, Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import LETTER, NAMED, ScanText

_BEGIN = np.frombuffer(b"2088", np.uint8)


def candidates(text: ScanText) -> Matches:
    """Return numbers of Alipay's form."""
    numbers = Windows.concat(text.digits.whole(16), text.digits.grouped((4, 4, 4, 4)))
    numbers = numbers.take((numbers.characters[:, :4] == _BEGIN).all(axis=1))
    return graded(numbers, numbers.start > 0)


RECOGNIZER = Recognizer(
    entity="CN_ALIPAY_ACCOUNT",
    labels=words(
        "支付宝、支付寶、支付宝账号、支付寶帳號、支付宝账户、支付宝号、支付宝uid、alipay",
        "alipay id、alipay uid、支付宝帐号、支付宝用户号",
    ),
    shape=Scores(alone=0, near=20, direct=80, contrary=0),
    passed=Scores(alone=55, near=92, direct=98, contrary=20),
    candidates=candidates,
    digits=False,
    bare=Bare(6, 20, NAMED | LETTER),
)
