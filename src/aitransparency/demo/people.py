"""Ten thousand people who do not exist, with the columns and the mistakes of a real customer table.

Names, IDs, phones and addresses are drawn by Faker from a fixed seed; the notes put them into free
text the way people type them: in groups, with full-width digits, beside order numbers.

>>> table = people(3)
>>> table.column_names[:4]
['客户编号', '姓名', '性别', '身份证号']
>>> table.equals(people(3))
True
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa

SEED = 20221101  # the day the regulation came into force

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")

_NOTES: tuple[Callable[[dict[str, str], random.Random], str], ...] = (
    lambda p, r: f"客户{p['姓名']}来电，回拨{_grouped(p['手机号'], '3-4-4', ' ')}，询问还款日。",
    lambda p, r: f"已核验身份证{p['身份证号'].translate(_FULL_WIDTH)}，与本人一致。",
    lambda p, r: f"订单{r.randrange(10**15, 10**16)}退款 {r.randrange(50, 9999)} 元，原路退回。",
    lambda p, r: f"换绑手机：旧号{p['手机号']}，短信已发。请联系{p['姓名']}本人确认。",
    lambda p, r: f"寄件地址改为{p['住址']}，收件人{p['姓名']}，电话+86 {p['手机号']}",
    lambda p, r: f"转账失败，卡号{_grouped(p['银行卡号'], '4-4-4-4-3', ' ')}，户名{p['姓名']}。",
    lambda p, r: f"邮箱{p['邮箱']}收不到账单，已重发；流水号{r.randrange(10**18, 10**19)}。",
    lambda p, r: "客户要求销户，未留联系方式。",
    lambda p, r: f"{p['姓名'][0]}{'先生' if p['性别'] == '男' else '女士'}投诉排队时间长，已安抚。",
    lambda p, r: (
        f"代办人与客户{p['姓名']}为夫妻关系，证件{_grouped(p['身份证号'], '6-8-4', ' ')}已留存。"
    ),
)


def _grouped(number: str, groups: str, separator: str) -> str:
    parts, start = [], 0
    for size in map(int, groups.split("-")):
        parts.append(number[start : start + size])
        start += size
    return separator.join([part for part in (*parts, number[start:]) if part])


def _luhn_digit(digits: str) -> str:
    """Return the check digit of ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _person(number: int, fake: Any, draw: random.Random) -> dict[str, str]:
    male = draw.random() < 0.5
    gender = "M" if male else "F"
    resident_id = fake.ssn(min_age=18, max_age=85, gender=gender)
    card = f"62{draw.randrange(10**15, 10**16)}"
    person = {
        "客户编号": f"C{number:06d}",
        "姓名": fake.name_male() if male else fake.name_female(),
        "性别": "男" if male else "女",
        "身份证号": resident_id,
        "手机号": fake.phone_number(),
        "邮箱": fake.ascii_free_email(),
        "银行卡号": card + _luhn_digit(card),
        "住址": fake.address().rsplit(" ", 1)[0],
        "出生日期": f"{resident_id[6:10]}-{resident_id[10:12]}-{resident_id[12:14]}",
        "月收入": str(draw.randrange(30, 600) * 100),
    }
    person["备注"] = draw.choice(_NOTES)(person, draw)
    return person


def people(count: int = 10_000, *, seed: int = SEED) -> pa.Table:
    """Return a table of made-up customers.

    Parameters
    ----------
    count
        Number of rows.
    seed
        The same seed and the same version of Faker give the same table.

    Returns
    -------
    pyarrow.Table
        客户编号, 姓名, 性别, 身份证号, 手机号, 邮箱, 银行卡号, 住址, 出生日期 (ISO 8601 text),
        月收入 (int64, yuan a month) and 备注 (free text).
    """
    from faker import Faker

    fake: Any = Faker("zh_CN")  # the proxy's stubs lack the Chinese providers' parameters
    fake.seed_instance(seed)
    draw = random.Random(seed)
    rows = [_person(number, fake, draw) for number in range(1, count + 1)]
    table = pa.Table.from_pylist(rows)
    place = table.column_names.index("月收入")
    return table.set_column(place, "月收入", table["月收入"].cast(pa.int64()))
