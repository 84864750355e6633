"""IMEI of a mobile device (手机串号), 15 digits, and the MEID of the CDMA networks.

Rule: 3GPP TS 23.003 clause 6.2 (form: TAC of 8 digits that begins with the reporting body's number,
serial number of 6) and annex B (Luhn check digit). The MEID of 14 hexadecimal characters and the
IMEISV of 16 digits have no check digit and are found by the words around them.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["490154203237518、35-209900-176148-1"]))
>>> candidates(text).level.tolist()
[2, 2]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.recognizers.bank_card import luhn
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows
from aitransparency.deid.scan.text import ScanText

_BODIES = np.zeros(100, np.bool_)
_BODIES[[1, 10, 30, 33, 35, 44, 45, 49, *range(50, 55), 86, 91, 98, 99]] = True
_BODIES.flags.writeable = False
_MEID = Shape.of("[A-F9][0-9A-F]" + "[0-9A-F]" * 12)


def candidates(text: ScanText) -> Matches:
    """Return 15 digits, and what only words make a device's number."""
    runs = text.digits
    windows = Windows.concat(
        runs.whole(15),
        runs.grouped((2, 6, 6, 1)),
        runs.grouped((6, 2, 6, 1)),
        runs.grouped((8, 6, 1)),
    )
    digits = windows.characters - np.uint8(48)
    body = digits[:, :2].astype(np.int64) @ np.array([10, 1])
    long = Windows.concat(runs.whole(16), runs.grouped((2, 6, 6, 2)), runs.grouped((8, 6, 2)))
    meid = text.mixed.whole(14)
    meid = meid.take(_MEID.fits(meid.characters))
    return Matches.concat(
        graded(windows, _BODIES[body] & luhn(digits)),
        graded(long, long.start < 0),
        graded(meid, meid.start < 0),
    )


RECOGNIZER = Recognizer(
    entity="IMEI",
    labels=words(
        "手机串号、手機串號、串号、串號、设备串号、移动设备识别码、设备识别码、imei、imei1、imei2",
        "imei码、imei号、meid",
    ),
    shape=Scores(alone=0, near=50, direct=80, contrary=0),
    passed=Scores(alone=60, near=90, direct=99, contrary=20),
    candidates=candidates,
)
