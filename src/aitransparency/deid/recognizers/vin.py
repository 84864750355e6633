"""Vehicle identification number (车辆识别代号、车架号), 17 characters.

Rule: GB 16735-2019 and ISO 3779 (not read; check as in 49 CFR 565.15(c)): no I, O and Q; the ninth
place is a check character 0 to 9 or X, which China and North America demand and Europe does not;
the last four places are digits.

>>> codes = np.frombuffer(b"1M8GDM9AXKP042788" b"1M8GDM9A1KP042788", np.uint8).reshape(2, 17)
>>> check_fits(codes).tolist()
[True, False]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape
from aitransparency.deid.scan.text import ScanText

_VALUES = np.zeros(256, np.int64)
_VALUES[list(b"0123456789")] = np.arange(10)
_VALUES[list(b"ABCDEFGHJKLMNPRSTUVWXYZ")] = [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)]
_VALUES.flags.writeable = False
_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_SHAPE = Shape.of("[1-9A-HJ-NPR-Z]" + "[0-9A-HJ-NPR-Z]" * 12 + "####")


def check_fits(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether the check character of capital letters and digits, uint8 (n, 17), fits."""
    check = np.frombuffer(b"0123456789X", np.uint8)[_VALUES[characters] @ _WEIGHTS % 11]
    fits: npt.NDArray[np.bool_] = check == characters[:, 8]
    return fits


def candidates(text: ScanText) -> Matches:
    """Return codes of 17 with at least two letters."""
    windows = text.mixed.whole(17)
    windows = windows.take(_SHAPE.fits(windows.characters))
    windows = windows.take((windows.characters >= 65).sum(axis=1) >= 2)
    return graded(windows, check_fits(windows.characters))


RECOGNIZER = Recognizer(
    entity="VIN",
    labels=words(
        "车架号、車架號、车辆识别代号、車輛識別代號、车辆识别码、车辆识别号、识别代号、大架号",
        "車身號碼、车身号、vin、vin码、vin号、chassis no、frame no",
    ),
    shape=Scores(alone=25, near=60, direct=85, contrary=10),
    passed=Scores(alone=85, near=95, direct=99, contrary=40),
    candidates=candidates,
)
