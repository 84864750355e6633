"""The eight labels of a character: words, names in them, and other proper nouns.

Word boundaries are labelled along with the names: where a word begins, a name can begin.

>>> LABELS[PERSON_BEGIN]
'PB'
"""

from __future__ import annotations

import numpy as np

LABELS = ("OB", "OI", "PB", "PM", "PE", "PS", "XB", "XI")
WORD_BEGIN, WORD_INSIDE, PERSON_BEGIN, PERSON_MIDDLE, PERSON_END, PERSON_ONLY = range(6)
PROPER_BEGIN, PROPER_INSIDE = 6, 7
COUNT = len(LABELS)

_AFTER = {  # what may follow; the rest may follow nothing
    WORD_BEGIN: (WORD_INSIDE,),
    WORD_INSIDE: (WORD_INSIDE,),
    PERSON_BEGIN: (PERSON_MIDDLE, PERSON_END),
    PERSON_MIDDLE: (PERSON_MIDDLE, PERSON_END),
    PROPER_BEGIN: (PROPER_INSIDE,),
    PROPER_INSIDE: (PROPER_INSIDE,),
}
_FRESH = (WORD_BEGIN, PERSON_BEGIN, PERSON_ONLY, PROPER_BEGIN)  # what a word may begin with

ALLOWED = np.zeros((COUNT, COUNT), np.bool_)  # from, to
for _label in range(COUNT):
    if _label not in (PERSON_BEGIN, PERSON_MIDDLE):
        ALLOWED[_label, list(_FRESH)] = True
    ALLOWED[_label, list(_AFTER.get(_label, ()))] = True
ALLOWED.flags.writeable = False

FIRST = np.isin(np.arange(COUNT), _FRESH)  # may open a sentence
LAST = ~np.isin(np.arange(COUNT), (PERSON_BEGIN, PERSON_MIDDLE))  # may close one
FIRST.flags.writeable = LAST.flags.writeable = False
