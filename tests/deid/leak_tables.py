"""Tables of made-up people, and originals hidden in their de-identified form in ten disguises.

Used by the tests and by benchmarks/risk.py. Numbers are drawn from their rules; no
person's data.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa
from valid_numbers import bank_card, mobile_phone, resident_id

from aitransparency import deid
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Drop, Keep, Mask, Pseudonymize, Redact, Scan

KEY = deid.Key(bytes(range(32)))

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国志梅雪文博宇欣怡"
CITIES = ("深圳市", "广州市", "安康", "平安县", "高原村", "杭州市", "长沙市")
WORDS = (
    "客户来电询问还款日，已说明。",
    "订单{order}退款{amount}元，原路退回。",
    "{year}年{month}月{day}日到店，办理业务{amount}笔。",
    "投诉排队时间长，已安抚；流水号{serial}。",
    "版本v{amount}.{month}.{day}，参考号{order}",
    "",
)
DIRECT = {
    "姓名": ("PERSON", Mask()),
    "身份证号": ("CN_RESIDENT_ID", Pseudonymize()),
    "手机号": ("CN_MOBILE_PHONE", Mask()),
    "邮箱": ("EMAIL_ADDRESS", Pseudonymize()),
    "银行卡号": ("CN_BANK_CARD", Redact()),
    "备用电话": ("CN_MOBILE_PHONE", Drop()),
}
_FULL = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def email(draw: random.Random) -> str:
    local = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randrange(4, 10)))
    return f"{local}{draw.randrange(100)}@{draw.choice(('example.com', 'mail.test', 'a.org'))}"


def name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice((1, 2, 2, 3))))


def note(draw: random.Random) -> str:
    return draw.choice(WORDS).format(
        order=_digits(draw, 16),
        serial=_digits(draw, 20),
        amount=draw.randrange(1, 99_999),
        year=draw.randrange(2000, 2027),
        month=draw.randrange(1, 13),
        day=draw.randrange(1, 29),
    )


def people(draw: random.Random, rows: int) -> pa.Table:
    makers: dict[str, Callable[[random.Random], object]] = {
        "编号": lambda d: d.randrange(1, 3000),
        "姓名": name,
        "身份证号": resident_id,
        "手机号": mobile_phone,
        "邮箱": email,
        "银行卡号": bank_card,
        "备用电话": mobile_phone,
        "城市": lambda d: d.choice(CITIES),
        "收入": lambda d: d.randrange(1_000, 90_000),
        "流水": lambda d: d.randrange(10**15, 10**16),
        "日期": lambda d: (
            f"{d.randrange(2000, 2027)}-{d.randrange(1, 13):02d}-0{d.randrange(1, 9)}"
        ),
        "备注": note,
        "说明": note,
    }
    return pa.table({column: [make(draw) for _ in range(rows)] for column, make in makers.items()})


def plan() -> Plan:
    lines = {
        column: ColumnPlan(technique, "direct", entity)
        for column, (entity, technique) in DIRECT.items()
    }
    lines["编号"] = ColumnPlan(Pseudonymize(), "direct")
    lines["备注"] = ColumnPlan(Scan(), "text")
    return Plan(lines, others=Keep())


def _apart(mark: str) -> Callable[[str, random.Random], str]:
    def put(value: str, draw: random.Random) -> str:
        cuts = sorted(draw.sample(range(1, len(value)), min(3, len(value) - 1)))
        edges = [0, *cuts, len(value)]
        return mark.join(value[a:b] for a, b in pairwise(edges))

    return put


# name of the disguise -> what it makes of a value
DISGUISES: dict[str, Callable[[str, random.Random], str]] = {
    "as it was": lambda value, draw: value,
    "in a sentence": lambda value, draw: f"已核实{value}，请尽快回复。",
    "full width": lambda value, draw: f"登记为{value.translate(_FULL)}。",
    "blanks": _apart(" "),
    "hyphens": lambda value, draw: "号码" + _apart("-")(value, draw),
    "dots": _apart("."),
    "zero width": _apart("\u200b"),
    "brackets": lambda value, draw: f"({value[:3]}){value[3:]}" if len(value) > 3 else f"({value})",
    "letter case and glued": lambda value, draw: f"客户{value.upper()}本人",
    "prefix": lambda value, draw: (
        f"+86{value}" if len(value) == 11 and value.isdigit() else f"ID:{value}/"
    ),
}


def hide(
    after: pa.Table, before: pa.Table, disguise: str, draw: random.Random
) -> tuple[pa.Table, str, str]:
    """Return the table with one original hidden in one cell, its column and where it came from.

    A number or mail address goes to any row; a name of two or three characters to its own row,
    since in another one it can be any word. A column of numbers takes the digits as a number.
    """
    source = draw.choice(list(DIRECT))
    row = draw.randrange(before.num_rows)
    value = before[source][row].as_py()
    column = draw.choice(after.column_names)
    at = row if source == "姓名" else draw.randrange(after.num_rows)
    cells = after[column].to_pylist()
    if pa.types.is_integer(after.schema.field(column).type):
        if not value.isdigit() or len(value) > 18:
            column = draw.choice(["说明", "城市", "日期"])
            cells = after[column].to_pylist()
            cells[at] = DISGUISES[disguise](value, draw)
        else:
            cells[at] = int(value)
    else:
        cells[at] = DISGUISES[disguise](value, draw)
    place = after.column_names.index(column)
    kind = after.schema.field(column).type
    return after.set_column(place, column, pa.array(cells, kind)), column, source


def clean_and_leaking(seed: int, rows: int) -> tuple[pa.Table, pa.Table, random.Random]:
    """Return a table, its de-identified form, and the source of randomness for what follows."""
    draw = random.Random(seed)
    before = people(draw, rows)
    after = deid.deidentify(before, plan(), key=KEY, verify=False).data
    return before, after, draw
