"""Texts with identifiers and look-alikes, made from the rules by plain Python, from a seed."""

from __future__ import annotations

import random

from valid_numbers import (
    bank_card,
    birth,
    coordinate,
    document,
    email_address,
    hong_kong_id,
    imei,
    landline_phone,
    license_plate,
    mobile_phone,
    organisation_code,
    resident_id,
    social_credit_code,
    taiwan_id,
    vin,
)

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


def noise(rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 24)))


def network(rng: random.Random) -> str:
    way = rng.randrange(4)
    if way == 0:
        return ".".join(str(rng.randrange(256)) for _ in range(4))
    if way == 1:
        return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))
    if way == 2:
        return ":".join(f"{rng.randrange(65536):x}" for _ in range(rng.choice((7, 8))))
    return f"https://example.com/u/{rng.randrange(10**9)}?id={rng.randrange(99)}"


def code(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    return "".join(rng.choice(letters) for _ in range(rng.randrange(5, 19)))


def account(rng: random.Random) -> str:
    return rng.choice(("zhang_{}", "wxid_{}abcdefg", "{}", "li-{}")).format(rng.randrange(10**7))


MAKERS = (
    *(resident_id, mobile_phone, bank_card, email_address, noise) * 2,
    *(landline_phone, hong_kong_id, social_credit_code, document, license_plate, network),
    *(birth, code, coordinate, account, vin, imei, organisation_code, taiwan_id),
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
