"""Fifty small random tables, the same in every environment: the standard library draws them."""

from __future__ import annotations

import random

COUNT = 50
QUASI = ("age", "sex", "city")
SENSITIVE = ("disease", "salary")


def table(number: int) -> dict[str, list[object]]:
    """Return table `number`: 3 quasi-identifiers, a category and a number."""
    draw = random.Random(number)
    rows = draw.randrange(8, 120)
    ages = draw.sample(range(20, 90), draw.randrange(1, 5))
    cities = ["深圳", "广州", "珠海", "东莞"][: draw.randrange(1, 5)]
    ill = ["a", "b", "c", "d", "e"][: draw.randrange(2, 6)]
    pay = sorted(draw.sample(range(3, 40), draw.randrange(2, 9)))
    return {
        "age": [draw.choice(ages) for _ in range(rows)],
        "sex": [draw.choice("FM") for _ in range(rows)],
        "city": [draw.choice(cities) for _ in range(rows)],
        "disease": [ill[min(int(draw.expovariate(0.7)), len(ill) - 1)] for _ in range(rows)],
        "salary": [draw.choice(pay) for _ in range(rows)],
    }
