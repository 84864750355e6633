"""Texts with identifiers and look-alikes, made from the rules by plain Python, from a seed.

The numbers are computed here, independently of the recognizers.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

DIVISIONS = ("110101", "310104", "440305", "510104", "330106", "650102", "420111")
FULL_WIDTH = str.maketrans("0123456789X-@", "０１２３４５６７８９Ｘ－＠")
LABELS = ("手机号：", "联系电话 ", "身份证号码:", "卡号", "邮箱：", "订单号：", "编号", "金额", "")
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


MAKERS = (resident_id, mobile_phone, bank_card, email_address, noise)


def written(rng: random.Random, number: str) -> str:
    """Return the number as people write it."""
    way = rng.randrange(8)
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
