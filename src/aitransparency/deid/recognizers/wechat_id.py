"""WeChat ID (微信号), found by the words around it.

Rule: Tencent's help pages: 6 to 20 letters, digits, ``_`` and ``-``, a letter first; an account
that never chose one has ``wxid_`` and 12 to 16 characters, which needs no words.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["微信：zhang_san-88，wxid_a1b2c3d4e5f622"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*candidates(text))]
[('zhang_san-88', 1), ('wxid_a1b2c3d4e5f622', 2)]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import (
    PASSED,
    SHAPE,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import is_letter
from aitransparency.deid.scan.text import ScanText

_LEAST, _MOST = 6, 20
_GIVEN = b"wxid_"


def candidates(text: ScanText) -> Matches:
    """Return what may be the name of an account."""
    names = text.names.between(_LEAST, _MOST)
    start = names.start[is_letter(text.data[names.start])]
    end = start + names.length[is_letter(text.data[names.start])]
    given = text.follows(start, _GIVEN) & (end - start >= len(_GIVEN) + 12)
    return Matches(start, end, np.where(given, PASSED, SHAPE).astype(np.int8))


RECOGNIZER = Recognizer(
    entity="CN_WECHAT_ID",
    labels=words(
        "微信、微信号、微信號、微信号码、微信id、加微信、加微、微信联系、薇信、威信号、wechat",
        "weixin、wechat id、weixin id、wx:、wx：、wx号、vx:、vx：、vx号、加v、微信:、wxid",
        "wechatid、v信",
    ),
    shape=Scores(alone=0, near=25, direct=85, contrary=0),
    passed=Scores(alone=92, near=95, direct=98, contrary=85),
    candidates=candidates,
    digits=False,
)
