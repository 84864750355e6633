"""The identifiers, one file each. To add one: a file, its line here, and a table of cases."""

from __future__ import annotations

from functools import cache

from aitransparency.deid.recognizers import (
    bank_card,
    email_address,
    mobile_phone,
    resident_id,
)
from aitransparency.deid.recognizers.contrary import CONTRARY_LABELS
from aitransparency.deid.scan.column import Scanner
from aitransparency.deid.scan.recognizer import Recognizer

ALL: tuple[Recognizer, ...] = (
    resident_id.RECOGNIZER,
    mobile_phone.RECOGNIZER,
    bank_card.RECOGNIZER,
    email_address.RECOGNIZER,
)


@cache
def scanner() -> Scanner:
    """Return the scanner of all identifiers."""
    return Scanner(ALL, CONTRARY_LABELS)
