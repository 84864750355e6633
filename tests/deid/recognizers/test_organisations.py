"""Social credit codes and organisation codes. Samples: python-stdnum, GB 11714's own."""

from case_table import everywhere, table

U, C = "CN_USCC", "CN_ORGANISATION_CODE"
CASES = [
    ("91110000600037341L", [(U, "91110000600037341L")], "python-stdnum's sample"),
    ("税号91110000600037341l", [(U, "91110000600037341l")], "small letter"),
    (
        "税号９１１１００００６０００３７３４１Ｌ",
        [(U, "９１１１００００６０００３７３４１Ｌ")],
        "full width",
    ),
    ("9111 0000 6000 3734 1L", [(U, "9111 0000 6000 3734 1L")], "fours"),
    ("91 110000 600037341L", [(U, "91 110000 600037341L")], "its parts"),
    ("A1110000600037341L", [], "python-stdnum's bad one: the department is none"),
    ("91110000600037342L", [], "check character fails"),
    ("統一社會信用代碼：91110000600037342L", [(U, "91110000600037342L")], "named by its label"),
    ("91I10000600037341L", [], "I does not occur"),
    ("组织机构代码D2143569-X", [(C, "D2143569-X")], "the standard's sample"),
    ("組織機構代碼D2143569X", [(C, "D2143569X")], "no hyphen"),
    ("D2143569-X", [], "needs its label"),
    (
        "QQ号91440305712YM3DBW6",
        [(U, "91440305712YM3DBW6")],
        "not cut to what the word says of its digits",
    ),
    ("组织机构代码MAABCDEF-8", [(C, "MAABCDEF-8")], "letters and a check by hand"),
    ("组织机构代码MAABCDAB-X", [(C, "MAABCDAB-X")], "no digit at all"),
]
test_cases = table(CASES)
test_everywhere = everywhere(U, ["91110000600037341L"])
