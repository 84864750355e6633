"""Valid identifiers made from the rules by plain Python, independently of the recognizers.

Each maker takes a `random.Random`, so that seeded texts and hypothesis draw from the same ones.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

DIVISIONS = ("110101", "310104", "440305", "510104", "330106", "650102", "420111")
PERMITS = ("810000", "820000", "830000")
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def digits(rng: random.Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


def mod_11_2(body: str) -> str:
    """Return the check character over the weights printed in GB 11643."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return "10X98765432"[total % 11]


def luhn_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def birth_date(rng: random.Random, first: int = 1930, last: int = 2017) -> date:
    begin = date(first, 1, 1)
    return begin + timedelta(days=rng.randrange((date(last, 12, 31) - begin).days + 1))


def resident_id(rng: random.Random) -> str:
    body = f"{rng.choice(DIVISIONS)}{birth_date(rng):%Y%m%d}{digits(rng, 3)}"
    return body + mod_11_2(body)


def residence_permit(rng: random.Random) -> str:
    body = f"{rng.choice(PERMITS)}{birth_date(rng):%Y%m%d}{digits(rng, 3)}"
    return body + mod_11_2(body)


def short_resident_id(rng: random.Random) -> str:
    return f"{rng.choice(DIVISIONS)}{birth_date(rng, 1930, 1998):%y%m%d}{digits(rng, 3)}"


def permanent_resident_id(rng: random.Random) -> str:
    """Return one of the form of 2023: 9, province, country, birth, order, MOD 11-2."""
    country = rng.choice(("840", "826", "250", "276", "392", "124"))
    province = rng.choice(("11", "31", "44", "32"))
    body = f"9{province}{country}{birth_date(rng):%Y%m%d}{digits(rng, 3)}"
    return body + mod_11_2(body)


def mobile_phone(rng: random.Random) -> str:
    segment = rng.choice(("138", "139", "150", "166", "170", "177", "188", "191", "199"))
    return segment + digits(rng, 8)


def landline_phone(rng: random.Random) -> str:
    local = f"{rng.randrange(2, 9)}{digits(rng, 7)}"
    way = rng.choice(("0755-{}", "（010）{}", "+86-21-{}", "0571{}", "0755-{}转801", "400-8{}"))
    return way.format(local[:6] if way.startswith("400") else local)


def bank_card(rng: random.Random) -> str:
    body = "62" + digits(rng, rng.choice((13, 16)))
    return body + luhn_digit(body)


def foreign_card(rng: random.Random) -> str:
    body = rng.choice(("4", "51", "55")) + digits(rng, 15)
    return body[:15] + luhn_digit(body[:15])


def imei(rng: random.Random) -> str:
    body = rng.choice(("35", "86", "01")) + digits(rng, 12)
    return body + luhn_digit(body)


def vin(rng: random.Random) -> str:
    """Return 17 characters with the check of 49 CFR 565.15: transliterate, weigh, modulo 11."""
    values = dict(zip("0123456789", range(10), strict=True))
    values |= dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)),
                       strict=True))  # fmt: skip
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    body = rng.choice("LJWS15") + "".join(rng.choice(letters) for _ in range(12)) + digits(rng, 4)
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(values[one] * weight for one, weight in zip(body, weights, strict=True)) % 11
    return f"{body[:8]}{'X' if total == 10 else total}{body[9:]}"


def organisation_code(rng: random.Random) -> str:
    """Return one with the check of GB 11714: 11 minus the weighted sum modulo 11."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = "".join(rng.choice(alphabet) for _ in range(8))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(alphabet.index(one) * weight for one, weight in zip(body, weights, strict=True))
    check = 11 - total % 11
    return body + "-" + ("X" if check == 10 else "0" if check == 11 else str(check))


def social_credit_code(rng: random.Random) -> str:
    """Return one with the check of GB 32100: powers of 3 modulo 31, MA in new ones."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{rng.choice(DIVISIONS)}{rng.choice(('MA', '71'))}{digits(rng, 1)}"
    body += "".join(rng.choice(alphabet) for _ in range(6))
    total = sum(alphabet.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + alphabet[-total % 31]


def hong_kong_id(rng: random.Random) -> str:
    """Return one with its check: weights 9 to 1 over blank, letter, digits and check digit."""
    letter, number = rng.choice("ABCDGHKPRVYZ"), digits(rng, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8
    total += sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=True))
    check = -total % 11
    return f"{letter}{number}({'A' if check == 10 else check})"


def taiwan_id(rng: random.Random) -> str:
    """Return one with its check: the letter's two digits weigh 1 and 9, the others 8 to 1."""
    letter = rng.choice("ABCDEFGHJKLMNPQRSTUVXY")
    value = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter)
    body = rng.choice("12") + digits(rng, 7)
    total = value // 10 + value % 10 * 9
    total += sum(int(digit) * weight for digit, weight in zip(body, range(8, 0, -1), strict=True))
    return f"{letter}{body}{-total % 10}"


def passport(rng: random.Random) -> str:
    way = rng.choice(("E{8}", "G{8}", "E{letter}{7}", "DE{7}", "SE{7}", "PE{7}"))
    letter = rng.choice(PLATE_LETTERS)
    return way.replace("{letter}", letter).replace("{8}", digits(rng, 8)).replace(
        "{7}", digits(rng, 7))  # fmt: skip


def permit(rng: random.Random) -> str:
    return rng.choice("HMC") + digits(rng, 8)


def taiwan_permit(rng: random.Random) -> str:
    return "L" + digits(rng, 8)


def document(rng: random.Random) -> str:
    return rng.choice("EGHMCLT") + digits(rng, 8)


def license_plate(rng: random.Random) -> str:
    number, province = digits(rng, 5), rng.choice(PROVINCES)
    letter = rng.choice(PLATE_LETTERS[:14])
    ways = ("{p}{l}{n}", "{p}{l}·{n}", "{p}{l} {n}", "{p}{l}D{n}", "{p}{l}{n}F", "WJ{p}{n}")
    return rng.choice(ways).format(p=province, l=letter, n=number)


def email_address(rng: random.Random) -> str:
    return f"user.{rng.randrange(10**6)}@{rng.choice(('qq.com', '163.com', 'mail.example.cn'))}"


def mac_address(rng: random.Random) -> str:
    joint = rng.choice(":-")
    return joint.join(f"{rng.randrange(1, 255):02x}" for _ in range(6))


def ipv4_address(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(11, 256)) for _ in range(4))


def coordinate(rng: random.Random) -> str:
    return f"{rng.uniform(18, 50):.6f}, {rng.uniform(75, 130):.6f}"


def birth(rng: random.Random) -> str:
    day = birth_date(rng)
    ways = (
        "{0:%Y-%m-%d}",
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}/{0.month}/{0.day}",
        "{0:%Y%m%d}",
    )
    return rng.choice(ways).format(day)
