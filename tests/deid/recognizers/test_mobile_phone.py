"""Mobile numbers. Segments: libphonenumber's metadata for China is a part of ours."""

import re

import numpy as np
from case_table import everywhere, table
from phonenumbers.data.region_CN import PHONE_METADATA_CN

from aitransparency.deid.recognizers.mobile_phone import levels
from aitransparency.deid.scan.recognizer import PASSED

P = "CN_MOBILE_PHONE"
CASES = [
    ("手机13800138000", [(P, "13800138000")], "plain"),
    ("手機138-0013-8000", [(P, "138-0013-8000")], "3-4-4, Traditional"),
    ("138 0013 8000", [(P, "138 0013 8000")], "blanks"),
    ("138.0013.8000", [(P, "138.0013.8000")], "dots"),
    ("138_0013_8000", [(P, "138_0013_8000")], "underscores"),
    ("+86 13800138000", [(P, "+86 13800138000")], "+86"),
    ("+86-138-0013-8000", [(P, "+86-138-0013-8000")], "+86 and groups"),
    ("手机：(138)0013-8000", [(P, "(138)0013-8000")], "parentheses"),
    ("(138) 00138000", [(P, "(138) 00138000")], "parentheses and a blank"),
    ("(128)0013-8000", [], "no such segment"),
    ("电话幺三八洞洞幺三八洞洞洞", [(P, "幺三八洞洞幺三八洞洞洞")], "as on the radio"),
    ("(+86)13800138000", [(P, "(+86)13800138000")], "(+86)"),
    ("008613800138000", [(P, "008613800138000")], "0086 in the run"),
    ("8613800138000", [(P, "8613800138000")], "86 in the run"),
    ("１３８００１３８０００", [(P, "１３８００１３８０００")], "full width"),
    ("１３８－００１３－８０００", [(P, "１３８－００１３－８０００")], "full-width hyphens"),
    ("138\u200b0013\u200b8000", [(P, "138\u200b0013\u200b8000")], "zero width"),
    (
        "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300138000",
        [(P, "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300138000")],
        "key caps",
    ),
    ("电话一三八零零一三八零零零", [(P, "一三八零零一三八零零零")], "read out"),
    ("电话幺三八〇〇幺三八〇〇〇", [(P, "幺三八〇〇幺三八〇〇〇")], "read out with 幺 and 〇"),
    ("电话一三八 零零一三 八零零零", [(P, "一三八 零零一三 八零零零")], "read out in groups"),
    ("tel13800138000ok", [(P, "13800138000")], "glued to letters"),
    ("13800138000和13900139000", [(P, "13800138000"), (P, "13900139000")], "two"),
    (
        "电话1380013800013900139000",
        [(P, "13800138000"), (P, "13900139000")],
        "two as one, by a word",
    ),
    ("1380013800013900139000", [], "22 digits and no word"),
    ("订单1380013800013900139000", [], "22 digits of an order"),
    ("手机壹叁捌零零壹叁捌零零零", [(P, "壹叁捌零零壹叁捌零零零")], "numerals of cheques"),
    ("13800138000/13900139000", [(P, "13800138000"), (P, "13900139000")], "two with a slash"),
    ("手机/微信：13800138000", [(P, "13800138000")], "two labels"),
    ("订单号13800138000", [], "an order by its label"),
    ("20240313800138000", [], "inside a longer number"),
    ("138001380001", [], "one digit more"),
    ("12800138000", [], "no such segment"),
    ("1064812345678", [(P, "1064812345678")], "machine"),
    ("物联网卡1440012345678", [(P, "1440012345678")], "machine, by its label"),
    ("17400012345", [(P, "17400012345")], "satellite"),
    ("16212345678", [(P, "16212345678")], "virtual operator"),
    ("19212345678", [(P, "19212345678")], "China Broadnet"),
]
test_cases = table(CASES)
test_everywhere = everywhere(P, ["13800138000", "138-0013-8000", "+86 13800138000"])


def test_segments_hold_libphonenumbers():
    pattern = re.compile(PHONE_METADATA_CN.mobile.national_number_pattern)
    for segment in range(1300, 2000):
        number = f"{segment}0000000"[:11]
        known = pattern.fullmatch(number) is not None
        ours = levels(np.frombuffer(number.encode(), np.uint8)[None])[0] == PASSED
        assert ours or not known, segment
