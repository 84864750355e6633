"""Makes the tables of ``layouts.toml``: values of each kind, one in fifty missing."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from faker import Faker

ROWS = 200
_CITIES = [
    "广东省深圳市南山区",
    "北京市朝阳区",
    "上海市浦东新区",
    "浙江省杭州市西湖区",
    "成都市武侯区",
]
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Layout(NamedTuple):
    name: str
    held_out: bool
    table: pa.Table
    roles: dict[str, str]


def _check(digits: str) -> str:
    """Luhn's digit, ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _uscc(draw: random.Random) -> str:
    """GB 32100-2015: 17 places and a check of weights 3^i modulo 31."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91440300" + "".join(draw.choice(alphabet) for _ in range(9))
    total = sum(alphabet.index(one) * 3**place for place, one in enumerate(body))
    return body + alphabet[-total % 31]


def makers(seed: int) -> dict[str, Callable[[int], object]]:
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    draw = random.Random(seed)
    card = lambda: (lambda b: b + _check(b))(f"62220{draw.randrange(10**13):013d}")  # noqa: E731
    phone = fake.phone_number

    def grouped(number: str, *sizes: int, gap: str) -> str:
        parts, first = [], 0
        for size in sizes:
            parts.append(number[first : first + size])
            first += size
        return gap.join([*parts, number[first:]] if first < len(number) else parts)

    def one_of(*values: str) -> Callable[[int], object]:
        return lambda n: draw.choice(values)

    return {
        "name": lambda n: fake.name(),
        "nick": lambda n: draw.choice(["快乐的", "小", "阿", "tb_", "Mr"]) + fake.user_name()[:6],
        "id": lambda n: fake.ssn(min_age=1, max_age=90),
        "phone": lambda n: phone(),
        "phone_grouped": lambda n: grouped(phone(), 3, 4, gap=draw.choice([" ", "-"])),
        "landline": lambda n: f"0755-{draw.randrange(2 * 10**7, 9 * 10**7)}",
        "email": lambda n: fake.ascii_free_email(),
        "card": lambda n: card(),
        "card_grouped": lambda n: grouped(card(), 4, 4, 4, 4, gap=" "),
        "address": lambda n: (
            f"{draw.choice(_CITIES)}{fake.last_name()}{draw.choice('兴华新安平')}路"
            f"{draw.randrange(1, 400)}号{draw.randrange(1, 30)}栋{draw.randrange(101, 2500)}"
        ),
        "plate": lambda n: f"粤B{draw.choice(_LETTERS)}{draw.randrange(10**4):04d}",
        "uscc": lambda n: _uscc(draw),
        "imei": lambda n: (lambda b: b + _check(b))(f"86{draw.randrange(10**12):012d}"),
        "ip": lambda n: fake.ipv4(),
        "medical": lambda n: f"{draw.randrange(10**7, 10**8)}",
        "number": lambda n: f"{draw.choice(['C', 'U', ''])}{2020 + n % 5}{n * 7:06d}",
        "birth": lambda n: str(fake.date_of_birth(minimum_age=5, maximum_age=90)),
        "date": lambda n: str(fake.date_between("-3y", "today")),
        "gender": one_of("男", "女"),
        "age": lambda n: draw.randrange(1, 95),
        "money": lambda n: round(draw.uniform(10, 90_000), 2),
        "score": lambda n: draw.randrange(200, 750),
        "weight": lambda n: round(draw.uniform(0.1, 20), 1),
        "order": lambda n: f"SF{draw.randrange(10**12, 10**13)}",
        "code": lambda n: f"{n % 29 + 1}-{n % 8 + 1}-{draw.randrange(1000):04d}",
        "seq": lambda n: n + 1,
        "class": one_of("一班", "二班", "三班", "四班"),
        "department": one_of("内科", "外科", "儿科", "急诊科"),
        "diagnosis": one_of("高血压", "2型糖尿病", "上呼吸道感染", "骨折"),
        "ethnicity": one_of("汉族", "回族", "壮族", "满族"),
        "education": one_of("本科", "高中", "硕士", "初中"),
        "yes_no": one_of("是", "否"),
        "id_type": one_of("居民身份证", "护照", "港澳通行证"),
        "bank": one_of("工商银行深圳分行", "建设银行南山支行", "招商银行总行"),
        "product": lambda n: f"商品{n % 23}号标准装",
        "company": lambda n: fake.company(),
        "note": lambda n: draw.choice(
            [
                f"客户{fake.name()}来电要求改期",
                f"请回拨{phone()}",
                "已处理，无需回访",
                "放在门口的快递柜里，谢谢",
                f"补寄发票到{fake.ascii_free_email()}",
            ]
        ),
    }  # fmt: skip


def layouts() -> Iterator[Layout]:
    """Give every layout with its table; one value in fifty is missing."""
    text = Path(__file__).with_name("layouts.toml").read_text("utf-8")
    for number, entry in enumerate(tomllib.loads(text)["layout"]):
        make = makers(number)
        draw = random.Random(number)
        columns = {}
        for header, kind, _ in entry["columns"]:
            values = [make[kind](row) for row in range(ROWS)]
            gaps = kind not in ("seq", "order")
            columns[header] = pa.array(
                [None if gaps and draw.random() < 0.02 else value for value in values]
            )
        roles = {header: role for header, _, role in entry["columns"]}
        yield Layout(entry["name"], entry.get("held_out", False), pa.table(columns), roles)
