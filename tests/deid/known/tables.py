"""Tables of people who do not exist, with notes that name them in many written forms.

Forms are made here by plain Python, independently of the package; the pinyin is by hand.
"""

from __future__ import annotations

import random

from faker import Faker

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")

# name, pinyin surname and given name, Traditional
PEOPLE = [
    ("王伟", "wang", "wei", "王偉"),
    ("李秀英", "li", "xiuying", "李秀英"),
    ("张建国", "zhang", "jianguo", "張建國"),
    ("刘洋", "liu", "yang", "劉洋"),
    ("欧阳明", "ouyang", "ming", "歐陽明"),
    ("司马相如", "sima", "xiangru", "司馬相如"),
    ("单丽", "shan", "li", "單麗"),
    ("曾庆红", "zeng", "qinghong", "曾慶紅"),
    ("吕思清", "lv", "siqing", "呂思清"),
    ("仇和平", "qiu", "heping", "仇和平"),
    ("于文", "yu", "wen", "于文"),
    ("方志敏", "fang", "zhimin", "方志敏"),
    ("时小军", "shi", "xiaojun", "時小軍"),
    ("阿卜杜拉·买买提", "", "", "阿卜杜拉·買買提"),
    ("Maria Garcia", "", "", "Maria Garcia"),
]


def names(person, draw):
    """Return one written form of the full name."""
    name, family, given, traditional = person
    forms = [name, name, traditional, name.replace("·", "•"), f"{name}本人"]
    if "·" not in name and not name.isascii():
        forms += [" ".join(name), f"{name[0]}·{name[1:]}", f"{name[0]}　{name[1:]}", "-".join(name)]
    if name.isascii():
        first, last = name.split()
        forms += [name.upper(), f"{last}, {first}", f"{last} {first}", name.lower()]
    if family:
        high, low = family.capitalize(), given.capitalize()
        forms += [f"{high} {low}", f"{high.upper()} {low}", f"{low} {high}", f"{high}{low}"]
        forms += [f"{family}{given}", f"{high}, {low}", f"{family}_{given}", f"{high}-{low}"]
    return draw.choice(forms)


def phones(number, draw):
    forms = [number, f"{number[:3]}-{number[3:7]}-{number[7:]}", f"+86 {number}", f"86{number}"]
    forms += [f"{number[:3]} {number[3:7]} {number[7:]}", number.translate(FULL_WIDTH)]
    forms += [f"({number[:3]}){number[3:]}", ".".join((number[:3], number[3:7], number[7:]))]
    return draw.choice(forms)


def ids(number, draw):
    forms = [number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}"]
    forms += [number.translate(FULL_WIDTH), f"{number[:6]}-{number[6:14]}-{number[14:]}"]
    forms += ["\u200b".join(number), f"{number[:6]}\n{number[6:]}"]
    return draw.choice(forms)


TEMPLATES = [
    "客户{n}来电，回拨{p}，证件{i}已核。",
    "{n}（{p}）要求改期；再次致电{p}未接。{n}稍后回复",
    "代办人与{n}为夫妻，身份证{i}。联系{n}",
    "转{n}处理{p}",
    "Contact {n} at {p}, ID {i}.",
    "{i}{n}{p}",
    "订单20240301001，收件人：{n} 电话：{p}",
    "无",
    "已核验{i}与本人{n}一致，备注：{p}/{p}",
]


def table(count, seed=20_260_101):
    """Return rows of name, phone, id, note."""
    draw = random.Random(seed)
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    rows = []
    for _ in range(count):
        person = draw.choice(PEOPLE)
        phone = fake.phone_number()
        number = fake.ssn()
        note = draw.choice(TEMPLATES)
        while any(slot in note for slot in ("{n}", "{p}", "{i}")):
            note = note.replace("{n}", names(person, draw), 1)
            note = note.replace("{p}", phones(phone, draw), 1)
            note = note.replace("{i}", ids(number, draw), 1)
        rows.append({"name": person[0], "phone": phone, "id": number, "note": note})
    return rows, [person for row in rows for person in PEOPLE if person[0] == row["name"]]
