"""Passports, permits and the IDs of Hong Kong, Macau and Taiwan.

Samples: Immigration Department of Hong Kong, OECD (HK), python-stdnum, id-validator, validators'
sample cards of the National Immigration Administration.
"""

from case_table import everywhere, table

P, H, T, F = "CN_PASSPORT", "CN_HKMO_PERMIT", "CN_TW_PERMIT", "CN_FOREIGN_PERMANENT_ID"
HK, MO, TW = "HK_ID", "MO_ID", "TW_ID"
CASES = [
    ("护照E12345678", [(P, "E12345678")], "ordinary"),
    ("護照號碼：EA1234567", [(P, "EA1234567")], "series with a second letter"),
    ("护照ｅ１２３４５６７８", [(P, "ｅ１２３４５６７８")], "full width, small"),
    ("passportE12345678", [(P, "E12345678")], "glued to its label"),
    ("Passport No. G87654321", [(P, "G87654321")], "before 2012"),
    ("护照号 147654321", [(P, "147654321")], "before 1997, by its label"),
    ("外交护照DE1234567", [(P, "DE1234567")], "diplomatic"),
    ("公务护照SE1234567", [(P, "SE1234567")], "service"),
    ("公务普通护照PE1234567", [(P, "PE1234567")], "public affairs"),
    ("护照P7654321", [(P, "P7654321")], "older public affairs"),
    ("护照K12345678", [(P, "K12345678")], "Hong Kong"),
    ("护照MA1234567", [(P, "MA1234567")], "Macau"),
    ("护照 C01X00T47", [(P, "C01X00T47")], "a German book's form, by its label"),
    ("护照号AB1234567", [(P, "AB1234567")], "foreign, by its label"),
    ("型号E12345678", [], "something else by its label"),
    ("SE12345678", [], "a longer code"),
    ("回乡证H12345678", [(H, "H12345678")], "Hong Kong resident"),
    ("通行證M1234567801", [(H, "M1234567801")], "Macau resident, with renewals"),
    ("通行证H12345678 01", [(H, "H12345678 01")], "renewals apart"),
    ("港澳通行证C12345678", [(H, "C12345678")], "mainland resident"),
    ("往来港澳通行证CA1234567", [(H, "CA1234567")], "series with a letter"),
    ("往来港澳通行证W12345678", [(H, "W12345678")], "before 2014"),
    ("台胞证12345678", [(T, "12345678")], "eight digits, by its label"),
    ("臺胞證0012345601(B)", [(T, "0012345601(B)")], "ten digits and a letter"),
    ("往来台湾通行证L12345678", [(T, "L12345678")], "mainland resident"),
    ("往来台湾通行证T12345678", [(T, "T12345678")], "before 2016"),
    ("货号12345678", [], "eight digits"),
    ("永久居留证KAZ110090123105", [(F, "KAZ110090123105")], "old form, validators' sample"),
    ("KAZ110090123105", [(F, "KAZ110090123105")], "by its check digit alone"),
    ("KAZ110090123104", [], "check digit fails"),
    ("KAA110090123105", [], "no such country"),
    ("永居证KAZ110090123104", [(F, "KAZ110090123104")], "check fails, named by its label"),
    ("911124198108030024", [(F, "911124198108030024")], "2023 form, the sample card"),
    ("香港身份證A123456(3)", [(HK, "A123456(3)")], "parentheses"),
    ("香港身份证Ａ１２３４５６（３）", [(HK, "Ａ１２３４５６（３）")], "full width"),
    ("AB987654(3)", [(HK, "AB987654(3)")], "two letters"),
    ("G123456(A)", [(HK, "G123456(A)")], "check character A"),
    ("香港身份證A1234563", [(HK, "A1234563")], "no parentheses, by its label"),
    ("香港身份证A1234564", [(HK, "A1234564")], "check fails, no parentheses, by its label"),
    ("A1234564", [], "check fails and no word"),
    ("身份證號碼Z683365(4)", [(HK, "Z683365(4)")], "check fails, named by its label"),
    (
        "永居证：110105199003078888",
        [("CN_RESIDENT_ID", "110105199003078888")],
        "18 digits that fit nothing",
    ),
    ("HKID: a123456(3)", [(HK, "a123456(3)")], "small letter"),
    ("A123456(4)", [], "check digit fails"),
    ("香港身份证A123456(4)", [(HK, "A123456(4)")], "check fails, named by its label"),
    ("澳門居民身份證1234567(8)", [(MO, "1234567(8)")], "Macau"),
    ("澳门身份证5/123456/7", [(MO, "5/123456/7")], "before 2002"),
    ("1234567(8)", [(MO, "1234567(8)")], "by its form"),
    ("2234567(8)", [], "first digit"),
    ("澳门身份证12345678", [(MO, "12345678")], "no parentheses, by its label"),
    ("身分證A123456789", [(TW, "A123456789")], "Taiwan"),
    ("A123456789", [(TW, "A123456789")], "by its check digit"),
    ("統一證號A800000014", [(TW, "A800000014")], "resident, new form"),
    ("A123456788", [], "check digit fails"),
    ("example.com/u/176828707", [], "a part of a path"),
    ("身分證字號A123456788", [(TW, "A123456788")], "check fails, named by its label"),
]
test_cases = table(CASES)
test_hong_kong = everywhere(HK, ["A123456(3)", "AB987654(3)", "G123456(A)"])
test_taiwan = everywhere(TW, ["A123456789"])
test_passport = everywhere(P, ["E12345678", "EA1234567"], before="护照")
