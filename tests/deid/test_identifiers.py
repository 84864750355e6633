"""Every valid number is found whole, in every listed way of writing, wherever it stands.

The numbers come from `valid_numbers.py`, which knows the rules and not the recognizers.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
import valid_numbers as make
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid

FULL_WIDTH = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if chr(code) not in "<>"}
)
READ_OUT = str.maketrans("0123456789", "零一二三四五六七八九")
ALOUD = str.maketrans("0123456789", "〇幺二三四五六七八九")
CHEQUE = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
BEFORE = ("", "客户", "见：", "（", "“", "早上\t", "\n", "the ", "，", "。", "【", "😀", "・")
AFTER = ("", "。", "，请回复", "）", "”", "\n下一行", " ok", "；", "\t", "、", "】", "！", "😀")


def groups(*sizes):
    """Return a way of writing a number in groups, by one of the marks people use."""

    def write(draw, number):
        joint = draw(st.sampled_from(" -._"))
        parts, at = [], 0
        for size in sizes:
            parts.append(number[at : at + size])
            at += size
        assert at >= len(number)
        return joint.join(part for part in parts if part)

    return write


def plain(draw, number):
    return number


def small(draw, number):
    return number.lower()


def full_width(draw, number):
    return number.translate(FULL_WIDTH)


def broken(draw, number):
    at = draw(st.integers(1, len(number) - 1))
    return number[:at] + draw(st.sampled_from(ZERO_WIDTH)) + number[at:]


def spread(draw, number):
    return draw(st.sampled_from(ZERO_WIDTH)).join(number)


def read(draw, number):
    return number.translate(draw(st.sampled_from((READ_OUT, ALOUD, CHEQUE))))


FORMS = (plain, full_width, broken, spread)
DIGITS = (*FORMS, read)


def found(text):
    return [(span.entity, text[span.start : span.end]) for span in deid.find(text)]


class Kind(NamedTuple):
    """An entity, who makes its numbers, how they are written, and the word before, if any."""

    entity: str
    maker: object
    forms: tuple
    label: str = ""


KINDS = [
    Kind("CN_RESIDENT_ID", make.resident_id,
         (*FORMS, small, groups(6, 8, 4), groups(6, 4, 4, 4), groups(4, 4, 4, 4, 2))),
    Kind("CN_RESIDENT_ID", make.residence_permit, (*FORMS, groups(6, 8, 4))),
    Kind("CN_RESIDENT_ID", make.short_resident_id, (*DIGITS, groups(6, 6, 3)), "身份证"),
    Kind("CN_FOREIGN_PERMANENT_ID", make.permanent_resident_id, (*FORMS, small), "永久居留证"),
    Kind("CN_MOBILE_PHONE", make.mobile_phone,
         (*DIGITS, groups(3, 4, 4), groups(3, 3, 5), groups(4, 3, 4))),
    Kind("CN_LANDLINE_PHONE", make.landline_phone, (plain, full_width, broken), "电话"),
    Kind("CN_BANK_CARD", make.bank_card, (*FORMS, groups(4, 4, 4, 4, 4)), "卡号"),
    Kind("CN_BANK_CARD", make.foreign_card, (*FORMS, groups(4, 4, 4, 4))),
    Kind("CN_USCC", make.social_credit_code, (*FORMS, small, groups(2, 6, 10))),
    Kind("CN_ORGANISATION_CODE", make.organisation_code, (*FORMS, small), "组织机构代码"),
    Kind("CN_PASSPORT", make.passport, (*FORMS, small), "护照"),
    Kind("CN_HKMO_PERMIT", make.permit, (*FORMS, small), "通行证"),
    Kind("CN_TW_PERMIT", make.taiwan_permit, (*FORMS, small), "往来台湾通行证"),
    Kind("HK_ID", make.hong_kong_id, (*FORMS, small)),
    Kind("TW_ID", make.taiwan_id, (*FORMS, small)),
    Kind("CN_LICENSE_PLATE", make.license_plate, (*FORMS, small)),
    Kind("VIN", make.vin, (*FORMS, small)),
    Kind("IMEI", make.imei, (*FORMS, groups(2, 6, 6, 1), groups(8, 6, 1)), "IMEI "),
    Kind("EMAIL_ADDRESS", make.email_address, (plain, full_width, broken)),
    Kind("MAC_ADDRESS", make.mac_address, (plain, broken)),
    Kind("IP_ADDRESS", make.ipv4_address, (plain, full_width, broken)),
    Kind("GEO_COORDINATE", make.coordinate, (plain, full_width), "坐标："),
    Kind("DATE_OF_BIRTH", make.birth, (plain, full_width), "出生日期："),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.entity} {kind.maker.__name__}")
@settings(max_examples=60, deadline=None)
@given(data=st.data(), rng=st.randoms(use_true_random=False))
def test_found_whole_in_every_form_and_place(kind, data, rng):
    number = data.draw(st.sampled_from(kind.forms))(data.draw, kind.maker(rng))
    before, after = data.draw(st.sampled_from(BEFORE)), data.draw(st.sampled_from(AFTER))
    text = before + kind.label + number + after
    assert (kind.entity, number) in found(text), text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.entity} {kind.maker.__name__}")
@settings(max_examples=10, deadline=None)
@given(data=st.data(), rng=st.randoms(use_true_random=False))
def test_a_row_beside_changes_nothing(kind, data, rng):
    number = data.draw(st.sampled_from(kind.forms))(data.draw, kind.maker(rng))
    text = kind.label + number
    alone = [(span.start, span.end, span.entity, span.score) for span in deid.find(text)]
    beside = deid.find(["1" * 7, text, "9" * 11])
    assert [
        (span.start, span.end, span.entity, span.score) for span in beside if span.row == 1
    ] == alone
