"""Military ID (军官证、士兵证、文职干部证) in the form 军字第2001988号.

Rule: forms as validators and registration guides print them (no public standard): a character
of the service, region or kind, 字第, 4 to 10 digits or letters, 号. Court and land papers have the
same form with other characters; without a word for soldiers it counts for little. Newer cards
carry a number of 7 to 10 digits alone, found by such a word.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["军官证：南字第20019888号"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*candidates(text))]
[('南字第20019888号', 2), ('20019888', 1)]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

_KINDS = "军軍政后後装裝海空北沈兰蘭济濟南广廣成士兵文职職武参參总總火联聯战戰陆陸东東西中"
_FORMS = ("字第", "字第 ", "字 第", "字")
_LENGTHS = range(4, 11)


def candidates(text: ScanText) -> Matches:
    """Return the form with 字第, and digits alone."""
    runs = text.mixed.between(_LENGTHS[0], _LENGTHS[-1])
    start, end = runs.start, runs.start + runs.length
    first = start.copy()
    for form in _FORMS:
        at = start - len(form.encode())
        here = (first == start) & text.precedes(start, form.encode())
        some = np.flatnonzero(here)
        kind = text.character_at(at[some] - 3, _KINDS)
        first[some[kind]] = at[some[kind]] - 3
    end = end + np.where(text.character_at(end, "号號"), 3, 0)
    written = first < start
    whole = Windows(first, end, np.empty((len(first), 0), np.uint8)).take(written)
    digits = text.digits.between(7, 10)
    bare = Windows(
        digits.start, digits.start + digits.length, np.empty((len(digits.start), 0), np.uint8)
    )
    return Matches.concat(graded(whole, whole.start > 0), graded(bare, bare.start < 0))


RECOGNIZER = Recognizer(
    entity="CN_MILITARY_ID",
    labels=words(
        "军官证、軍官證、军官证号、士兵证、士兵證、军人证、軍人證、军人身份证、文职干部证、文职证",
        "军人证件号、军人保障卡、士兵证号、警官证、警官證、义务兵证、士官证、部队证件、军证",
        "military id、officer id、soldier id",
    ),
    shape=Scores(alone=0, near=30, direct=78, contrary=0),
    passed=Scores(alone=40, near=85, direct=98, contrary=10),
    candidates=candidates,
)
