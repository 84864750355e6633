"""WeChat ID (微信号), found by the words around it.

Rule: Tencent's help pages: 6 to 20 letters, digits, ``_`` and ``-``, a letter first; an account
that never chose one has ``wxid_`` and 12 to 16 characters, which needs no words.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["微信：zhang_san-88，wxid_a1b2c3d4e5f622"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*RECOGNIZER.all_candidates(text))]
[('wxid_a1b2c3d4e5f622', 2), ('zhang_san-88', 1), ('wxid_a1b2c3d4e5f622', 1)]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import PASSED, Bare, Matches, Recognizer, Scores, words
from aitransparency.deid.scan.text import LETTER, NAMED, ScanText

_LEAST, _MOST = 6, 20
_GIVEN = b"wxid_"
_LEAST_GIVEN = len(_GIVEN) + 12


def candidates(text: ScanText) -> Matches:
    """Return accounts that never chose a name."""
    handles = text.handles
    start = text.places(ord("_")) + 1 - len(_GIVEN)
    start = start[text.follows(start, _GIVEN)]
    at = np.searchsorted(handles.start, start)
    start, at = start[at < len(handles.start)], at[at < len(handles.start)]
    at = at[handles.start[at] == start]
    size = handles.length[at]
    at = at[(size >= _LEAST_GIVEN) & (size <= _MOST) & (text.kinds[at] & NAMED != 0)]
    start = handles.start[at]
    return Matches(start, start + handles.length[at], np.full(len(at), PASSED, np.int8))


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
    bare=Bare(_LEAST, _MOST, NAMED | LETTER),
)
