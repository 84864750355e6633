"""Plates, VIN, IMEI, MAC. Samples: GA 36's examples as published, 49 CFR 565, 3GPP TS 23.003."""

from case_table import everywhere, table

L, V, M, A = "CN_LICENSE_PLATE", "VIN", "IMEI", "MAC_ADDRESS"
CASES = [
    ("车牌粤B12345", [(L, "粤B12345")], "civil"),
    ("粤B·12345", [(L, "粤B·12345")], "middle dot"),
    ("粤B 12345", [(L, "粤B 12345")], "blank"),
    ("粤B-1A2B3", [(L, "粤B-1A2B3")], "hyphen, two letters"),
    ("粵ｂ１２３４５", [(L, "粵ｂ１２３４５")], "Traditional, full width, small"),
    ("京AD12345", [(L, "京AD12345")], "new energy, small car"),
    ("京A12345F", [(L, "京A12345F")], "new energy, large car"),
    ("沪A1234挂", [(L, "沪A1234挂")], "trailer"),
    ("川A1234学", [(L, "川A1234学")], "learner"),
    ("苏A·1234警", [(L, "苏A·1234警")], "police"),
    ("沪A1234领", [(L, "沪A1234领")], "consulate"),
    ("粤Z1234港", [(L, "粤Z1234港")], "Hong Kong"),
    ("粤Z1234澳", [(L, "粤Z1234澳")], "Macau"),
    ("京X1234应急", [(L, "京X1234应急")], "rescue"),
    ("使014578", [(L, "使014578")], "embassy"),
    ("使014·578", [(L, "使014·578")], "embassy with a dot"),
    ("014578使", [(L, "014578使")], "embassy, form of 2018"),
    ("WJ京12345", [(L, "WJ京12345")], "armed police"),
    ("WJ01-12345", [(L, "WJ01-12345")], "armed police before 2012"),
    ("军车号牌VA12345", [(L, "VA12345")], "military, by its label"),
    ("京A1I345", [], "I does not occur"),
    ("京ABCDE1", [], "three letters and more"),
    ("和B12345", [], "no province"),
    ("北京A座12345", [], "a building"),
    ("车架号1M8GDM9AXKP042788", [(V, "1M8GDM9AXKP042788")], "check character X"),
    ("1m8gdm9axkp042788", [(V, "1m8gdm9axkp042788")], "small letters, by its check character"),
    ("1M8GDM9A1KP042788", [], "check character fails"),
    ("车架号：1M8GDM9A1KP042788", [(V, "1M8GDM9A1KP042788")], "check fails, named by its label"),
    ("1M8GDM9AXKP0427888", [], "18 characters"),
    ("IMEI 490154203237518", [(M, "490154203237518")], "Luhn"),
    ("IMEI：35-209900-176148-1", [(M, "35-209900-176148-1")], "its parts"),
    ("IMEI 35686800-004141-20", [(M, "35686800-004141-20")], "IMEISV, python-stdnum's groups"),
    ("35686800-004141-8", [(M, "35686800-004141-8")], "the same with a check digit"),
    ("490154203237518", [(M, "490154203237518")], "by its check digit"),
    ("490154203237517", [], "check digit fails"),
    ("串号490154203237517", [(M, "490154203237517")], "check fails, named by its label"),
    ("MEID A0000000002329", [(M, "A0000000002329")], "MEID by its label"),
    ("00:1A:2B:3C:4D:5E", [(A, "00:1A:2B:3C:4D:5E")], "colons"),
    ("00-1a-2b-3c-4d-5e", [(A, "00-1a-2b-3c-4d-5e")], "hyphens"),
    ("001a.2b3c.4d5e", [(A, "001a.2b3c.4d5e")], "dots"),
    ("MAC地址001A2B3C4D5E", [(A, "001A2B3C4D5E")], "no separators, by its label"),
    ("FF:FF:FF:FF:FF:FF", [], "everyone's"),
    ("00:1A:2B:3C:4D:5E:6F", [], "seven pairs"),
    ("12:30:45", [], "a time"),
]
test_cases = table(CASES)
test_plates = everywhere(L, ["粤B12345", "粤B·12345", "京AD12345", "沪A1234挂"])
test_vin = everywhere(V, ["1M8GDM9AXKP042788"])
test_mac = everywhere(A, ["00:1A:2B:3C:4D:5E"])
