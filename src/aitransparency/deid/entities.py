"""The names of the entities, in one fixed order.

Names follow Presidio's habit, country first. The position of a name in `ENTITIES` is the entity
number that arrays of spans carry, and it is the last word when two spans tie; so a new name goes to
the end.

>>> ENTITIES[entity_id("PERSON")]
'PERSON'
"""

from __future__ import annotations

from aitransparency.errors import InputError

ENTITIES: tuple[str, ...] = (
    "CN_RESIDENT_ID",
    "CN_MOBILE_PHONE",
    "CN_LANDLINE_PHONE",
    "CN_BANK_CARD",
    "CN_USCC",
    "CN_LICENSE_PLATE",
    "CN_PASSPORT",
    "CN_HKMO_PERMIT",
    "CN_TW_PERMIT",
    "CN_FOREIGN_PERMANENT_ID",
    "CN_MILITARY_ID",
    "HK_ID",
    "MO_ID",
    "TW_ID",
    "CN_ADDRESS",
    "CN_POSTAL_CODE",
    "CN_WECHAT_ID",
    "CN_QQ",
    "CN_SOCIAL_SECURITY_NO",
    "CN_MEDICAL_RECORD_NO",
    "VIN",
    "IMEI",
    "DATE_OF_BIRTH",
    "GEO_COORDINATE",
    "PERSON",
    "EMAIL_ADDRESS",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "URL",
    "ORGANIZATION",
    "CN_ALIPAY_ACCOUNT",
    "CN_ORGANISATION_CODE",
)

_NUMBER = {name: number for number, name in enumerate(ENTITIES)}


def entity_id(name: str) -> int:
    """Return the number of an entity.

    Raises
    ------
    InputError
        The name is not one of `ENTITIES`.
    """
    try:
        return _NUMBER[name]
    except KeyError:
        import difflib

        near = difflib.get_close_matches(name.upper(), ENTITIES, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"entity {name!r} is not known{hint}") from None
