"""Texts with identifiers and look-alikes, made from the rules by plain Python, from a seed.

The numbers are computed here, independently of the recognizers.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

DIVISIONS = ("110101", "310104", "440305", "510104", "330106", "650102", "420111")
FULL_WIDTH = str.maketrans("0123456789X-@", "０１２３４５６７８９Ｘ－＠")
LABELS = (
    *("手机号：", "联系电话 ", "身份证号码:", "卡号", "邮箱：", "订单号：", "编号", "金额", "") * 2,
    *(
        "护照号",
        "通行證：",
        "座机",
        "车牌号",
        "統一社會信用代碼：",
        "香港身份證",
        "IP：",
        "MAC地址",
    ),
    *(
        "出生日期：",
        "生於",
        "QQ：",
        "微信号 ",
        "支付宝",
        "邮编",
        "社保卡号：",
        "住院号：",
        "军官证",
    ),
    *("坐标", "车架号", "IMEI:", "主页", "组织机构代码"),
)
FILLERS = (
    "客户反映设备无法启动，",
    "已安排师傅上门；",
    "please call back ",
    "付款金额128.50元，",
    "下单时间20240315142233 ",
    "運單號SF1029384756123，",
    "住户在3栋502，",
    "\n",
    "",
)


def resident_id(rng: random.Random) -> str:
    """Return a valid number: MOD 11-2 over the weights printed in GB 11643."""
    born = date(1930, 1, 1) + timedelta(days=rng.randrange(32_000))
    body = f"{rng.choice(DIVISIONS)}{born:%Y%m%d}{rng.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def mobile_phone(rng: random.Random) -> str:
    segment = rng.choice(("138", "139", "150", "166", "170", "177", "188", "191", "199"))
    return f"{segment}{rng.randrange(10**8):08d}"


def bank_card(rng: random.Random) -> str:
    body = "62" + "".join(rng.choice("0123456789") for _ in range(rng.choice((13, 16))))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def email_address(rng: random.Random) -> str:
    return f"user.{rng.randrange(10**6)}@{rng.choice(('qq.com', '163.com', 'mail.example.cn'))}"


def noise(rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 24)))


def landline_phone(rng: random.Random) -> str:
    local = f"{rng.randrange(2, 9)}{rng.randrange(10**7):07d}"
    way = rng.choice(("0755-{}", "（010）{}", "+86-21-{}", "0571{}", "0755-{}转801", "400-8{}"))
    return way.format(local[:6] if way.startswith("400") else local)


def hong_kong_id(rng: random.Random) -> str:
    """Return a valid number: weights 9 to 1 over blank, letter, digits and check digit."""
    letter, digits = rng.choice("ABCDGHKPRVYZ"), f"{rng.randrange(10**6):06d}"
    total = 36 * 9 + (ord(letter) - 55) * 8
    total += sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    check = -total % 11
    return f"{letter}{digits}({'A' if check == 10 else check})"


def social_credit_code(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{rng.choice(DIVISIONS)}" + "".join(rng.choice(alphabet) for _ in range(9))
    total = sum(alphabet.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + alphabet[-total % 31]


def document(rng: random.Random) -> str:
    return rng.choice("EGHMCLT") + f"{rng.randrange(10**8):08d}"


def license_plate(rng: random.Random) -> str:
    number = f"{rng.randrange(10**5):05d}"
    return rng.choice(("粤B{}", "粤B·{}", "京AD{}", "沪C{}F", "WJ京{}", "川A{}")).format(number)


def network(rng: random.Random) -> str:
    way = rng.randrange(4)
    if way == 0:
        return ".".join(str(rng.randrange(256)) for _ in range(4))
    if way == 1:
        return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))
    if way == 2:
        return ":".join(f"{rng.randrange(65536):x}" for _ in range(rng.choice((7, 8))))
    return f"https://example.com/u/{rng.randrange(10**9)}?id={rng.randrange(99)}"


def birth(rng: random.Random) -> str:
    year, month, day = rng.randrange(1940, 2012), rng.randrange(1, 13), rng.randrange(1, 29)
    way = rng.choice(("{}-{:02d}-{:02d}", "{}年{}月{}日", "{}/{}/{}", "{}{:02d}{:02d}"))
    return way.format(year, month, day)


def code(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    return "".join(rng.choice(letters) for _ in range(rng.randrange(5, 19)))


def place(rng: random.Random) -> str:
    return f"{rng.uniform(18, 50):.6f}, {rng.uniform(75, 130):.6f}"


def account(rng: random.Random) -> str:
    return rng.choice(("zhang_{}", "wxid_{}abcdefg", "{}", "li-{}")).format(rng.randrange(10**7))


MAKERS = (
    *(resident_id, mobile_phone, bank_card, email_address, noise) * 2,
    *(landline_phone, hong_kong_id, social_credit_code, document, license_plate, network),
    *(birth, code, place, account),
)
READ_OUT = str.maketrans("0123456789", "零一二三四五六七八九")


def written(rng: random.Random, number: str) -> str:
    """Return the number as people write it."""
    way = rng.randrange(9)
    if way == 4:
        return number.translate(READ_OUT)
    if way == 0:
        return number.translate(FULL_WIDTH)
    if way == 1:
        joint = rng.choice(" -")
        return joint.join(number[at : at + 4] for at in range(0, len(number), 4))
    if way == 2:
        return number.lower()
    if way == 3:
        return "\u200b".join(number)
    return number


def text(rng: random.Random) -> str:
    pieces = []
    for _ in range(rng.randrange(1, 4)):
        pieces += [
            rng.choice(FILLERS),
            rng.choice(LABELS),
            written(rng, rng.choice(MAKERS)(rng)),
            rng.choice(("，", " ", "", "。", ")")),
        ]
    return "".join(pieces)


def texts(count: int, seed: int = 20_240_901) -> list[str]:
    rng = random.Random(seed)
    return [text(rng) for _ in range(count)]
