"""The identifiers, one file each. To add one: a file, its line here, and a table of cases."""

from __future__ import annotations

from functools import cache

from aitransparency.deid.recognizers import (
    alipay_account,
    bank_card,
    date_of_birth,
    email_address,
    foreign_permanent_id,
    geo_coordinate,
    hk_id,
    hkmo_permit,
    imei,
    ip_address,
    landline_phone,
    license_plate,
    mac_address,
    medical_record_no,
    military_id,
    mo_id,
    mobile_phone,
    organisation_code,
    passport,
    postal_code,
    qq,
    resident_id,
    social_security_no,
    tw_id,
    tw_permit,
    url,
    uscc,
    vin,
    wechat_id,
)
from aitransparency.deid.recognizers.contrary import CONTRARY_LABELS
from aitransparency.deid.scan.column import Scanner
from aitransparency.deid.scan.recognizer import Recognizer

ALL: tuple[Recognizer, ...] = (
    resident_id.RECOGNIZER,
    mobile_phone.RECOGNIZER,
    landline_phone.RECOGNIZER,
    bank_card.RECOGNIZER,
    uscc.RECOGNIZER,
    license_plate.RECOGNIZER,
    passport.RECOGNIZER,
    hkmo_permit.RECOGNIZER,
    tw_permit.RECOGNIZER,
    foreign_permanent_id.RECOGNIZER,
    military_id.RECOGNIZER,
    hk_id.RECOGNIZER,
    mo_id.RECOGNIZER,
    tw_id.RECOGNIZER,
    postal_code.RECOGNIZER,
    wechat_id.RECOGNIZER,
    qq.RECOGNIZER,
    social_security_no.RECOGNIZER,
    medical_record_no.RECOGNIZER,
    vin.RECOGNIZER,
    imei.RECOGNIZER,
    date_of_birth.RECOGNIZER,
    geo_coordinate.RECOGNIZER,
    email_address.RECOGNIZER,
    ip_address.RECOGNIZER,
    mac_address.RECOGNIZER,
    url.RECOGNIZER,
    alipay_account.RECOGNIZER,
    organisation_code.RECOGNIZER,
)


@cache
def scanner() -> Scanner:
    """Return the scanner of all identifiers."""
    return Scanner(ALL, CONTRARY_LABELS)
