"""Organisation code (组织机构代码), eight characters and a check character.

Rule: GB 11714-1997 (not read; check as widely published): weights 3, 7, 9, 10, 5, 8, 4, 2 over the
characters worth 0 to 35, check 11 minus the sum modulo 11, 10 written X and 11 written 0. Replaced
by the unified social credit code in 2015, whose places 9 to 17 it is.

>>> codes = np.frombuffer(b"123456788" b"123456787", np.uint8).reshape(2, 9)
>>> check_fits(codes).tolist()
[True, False]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, is_alnum, upper
from aitransparency.deid.scan.text import ScanText

_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_SHAPE = Shape.of("[0-9A-Z]" * 8 + "[0-9X]")


def check_fits(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether the last of capital letters and digits, uint8 (n, 9), fits the others."""
    values = np.where(characters >= 65, characters - np.uint8(55), characters - np.uint8(48))
    check = (11 - values[:, :8].astype(np.int64) @ _WEIGHTS % 11) % 11
    last = np.where(characters[:, 8] == ord("X"), 10, characters[:, 8] - np.uint8(48))
    fits: npt.NDArray[np.bool_] = check == last
    return fits


def candidates(text: ScanText) -> Matches:
    """Return codes of nine, or of eight with a hyphen and the check character."""
    whole = text.mixed.whole(9)
    eight = text.codes.whole(8)  # newer ones begin with MA and may hold letters alone
    after = eight.end
    hyphened = eight.take((text.data[after] == ord("-")) & ~is_alnum(text.data[after + 2]))
    last = upper(text.data[hyphened.end + 1])[:, None]
    hyphened = Windows(
        hyphened.start, hyphened.end + 2, np.concatenate([hyphened.characters, last], axis=1)
    )
    windows = Windows.concat(whole, hyphened)
    windows = windows.take(_SHAPE.fits(windows.characters))
    return graded(windows, check_fits(windows.characters))


RECOGNIZER = Recognizer(
    entity="CN_ORGANISATION_CODE",
    labels=words(
        "组织机构代码、組織機構代碼、机构代码、機構代碼、组织代码、代码证、代碼證、组织机构代码证",
        "organisation code、organization code、org code",
    ),
    shape=Scores(alone=0, near=35, direct=60, contrary=0),
    passed=Scores(alone=10, near=75, direct=96, contrary=5),
    candidates=candidates,
    digits=False,
)
