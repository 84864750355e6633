"""The identifiers, one file each. To add one: a file, its line here, and a table of cases."""

from __future__ import annotations

from functools import cache

from aitransparency.deid.recognizers import (
    bank_card,
    email_address,
    foreign_permanent_id,
    hk_id,
    hkmo_permit,
    landline_phone,
    mo_id,
    mobile_phone,
    organisation_code,
    passport,
    resident_id,
    tw_id,
    tw_permit,
    uscc,
)
from aitransparency.deid.recognizers.contrary import CONTRARY_LABELS
from aitransparency.deid.scan.column import Scanner
from aitransparency.deid.scan.recognizer import Recognizer

ALL: tuple[Recognizer, ...] = (
    landline_phone.RECOGNIZER,
    passport.RECOGNIZER,
    hkmo_permit.RECOGNIZER,
    tw_permit.RECOGNIZER,
    foreign_permanent_id.RECOGNIZER,
    hk_id.RECOGNIZER,
    mo_id.RECOGNIZER,
    tw_id.RECOGNIZER,
    uscc.RECOGNIZER,
    organisation_code.RECOGNIZER,
    resident_id.RECOGNIZER,
    mobile_phone.RECOGNIZER,
    bank_card.RECOGNIZER,
    email_address.RECOGNIZER,
)


@cache
def scanner() -> Scanner:
    """Return the scanner of all identifiers."""
    return Scanner(ALL, CONTRARY_LABELS)
