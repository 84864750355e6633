"""Surrogate: well formed, from ranges nobody was given, and never the person's own."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from faker.providers.person.en_US import Provider as English
from faker.providers.person.zh_CN import Provider as Chinese
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from aitransparency import deid
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.surrogates import MAKERS, names
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import PlanError

KEY = deid.Key(bytes(range(32)))
ID = "11010519491231002X"  # GB 11643-1999's example: a woman, born in the forties


def made_of(technique: deid.Surrogate, entity: str, *values: str) -> list[str]:
    outcome = technique.apply(pa.array(values, pa.string()), Place("c", entity, KEY))
    assert outcome.misfit is None or not outcome.misfit.any()
    return outcome.values.to_pylist()


def many(entity: str) -> list[str]:
    """Return a thousand values of an entity."""
    forms = {
        "PERSON": lambda n: "王李张刘"[n % 4] + "伟强磊洋勇"[n % 5] + "军杰涛"[n % 3],
        "CN_RESIDENT_ID": lambda n: f"110105194912{n % 28 + 1:02d}{n:03d}X",
        "CN_MOBILE_PHONE": lambda n: f"138{n:08d}",
        "CN_LANDLINE_PHONE": lambda n: f"0755{n:08d}",
        "CN_BANK_CARD": lambda n: f"622202{n:013d}"[: 16 + n % 4],
        "CN_USCC": lambda n: f"91440300MA5F{n:06d}",
        "CN_PASSPORT": lambda n: f"E{n:08d}",
        "CN_LICENSE_PLATE": lambda n: f"粤B{n:05d}",
        "CN_ADDRESS": lambda n: f"广东省深圳市南山区科技园路{n}号",
        "EMAIL_ADDRESS": lambda n: f"user{n}@company.cn",
        "IP_ADDRESS": lambda n: f"10.0.{n % 250}.{n // 250}" if n % 2 else f"fe80::{n:x}",
        "MAC_ADDRESS": lambda n: f"00:1b:44:11:{n // 256:02x}:{n % 256:02x}",
    }
    return [forms[entity](n) for n in range(1_000)]


SHAPES = {
    "PERSON": r"\p{Han}{2,4}",
    "CN_MOBILE_PHONE": r"(?:14[23]|154|16[03489]|194)\d{8}",
    "CN_LANDLINE_PHONE": r"0\d{3}0\d{7}",
    "CN_BANK_CARD": r"9999\d{12,15}",
    "CN_PASSPORT": r"Z\d{8}",
    "CN_LICENSE_PLATE": r"京AI[A-HJ-NP-Z0-9]{4}",
    "CN_ADDRESS": r"示例省..市.区.{3,4}\d{1,3}号\d{1,2}栋\d{3,4}室",
    "EMAIL_ADDRESS": r"u[a-z2-7]{11}@example\.com",
    "IP_ADDRESS": r"198\.1[89]\.\d{1,3}\.\d{1,3}|2001:db8:(?::[0-9a-f]{4}){4}",
    "MAC_ADDRESS": r"[0-9a-f][26ae](?::[0-9a-f]{2}){5}",
    "CN_RESIDENT_ID": r"\d\d99\d\d\d{8}\d{3}[\dX]",
    "CN_USCC": r"91\d\d99\d\d[0-9A-Y]{10}",
}


def test_every_maker_has_a_shape_here() -> None:
    assert set(SHAPES) == set(MAKERS)


@pytest.mark.parametrize("entity", sorted(MAKERS))
def test_surrogates_are_of_the_range_that_is_documented(entity: str) -> None:
    values = many(entity)
    made = made_of(deid.Surrogate(), entity, *values)
    shape = SHAPES[entity].replace(r"\p{Han}", "[一-鿿]")
    assert [one for one in made if not re.fullmatch(shape, one)] == []
    assert not set(made) & set(values)
    assert len(set(made)) > 0.95 * len(set(values))
    # Consistent under the key, whatever the order of the rows.
    back = made_of(deid.Surrogate(), entity, *values[::-1])
    assert back[::-1] == made
    # And another person's for another key or recipient.
    other = made_of(deid.Surrogate(recipient="B"), entity, *values)
    assert sum(a == b for a, b in zip(made, other, strict=True)) < 20


@pytest.mark.parametrize("entity", ["CN_RESIDENT_ID", "CN_MOBILE_PHONE", "CN_BANK_CARD", "CN_USCC"])
def test_nothing_of_it_is_found_as_a_real_number(entity: str) -> None:
    made = made_of(deid.Surrogate(), entity, *many(entity))
    assert len(deid.find(made, entities=[entity], min_score=0.6)) == 0


def test_checks_are_right() -> None:
    for number in made_of(deid.Surrogate(), "CN_RESIDENT_ID", *many("CN_RESIDENT_ID")):
        assert ric.calc_check_digit(number) == number[17]
        assert not known_codes()[int(number[:6])]
        assert 1940 <= ric.get_birth_date(number).year < 2004
    for number in made_of(deid.Surrogate(), "CN_BANK_CARD", *many("CN_BANK_CARD")):
        assert luhn.is_valid(number)
    for number in made_of(deid.Surrogate(), "CN_USCC", *many("CN_USCC")):
        assert uscc.calc_check_digit(number[:17]) == number[17]


@settings(max_examples=50, deadline=None)
@given(st.integers(1880, 2059), st.integers(0, 999))
def test_an_id_keeps_what_it_is_asked_to(year: int, order: int) -> None:
    number = f"110105{year}0615{order:03d}0"
    [made] = made_of(deid.Surrogate(keep=("decade", "gender")), "CN_RESIDENT_ID", number)
    assert made[6:9] == str(year)[:3]
    assert int(made[16]) % 2 == order % 2


def test_an_id_keeps_nothing_by_default() -> None:
    made = made_of(deid.Surrogate(), "CN_RESIDENT_ID", *many("CN_RESIDENT_ID"))
    assert 0.4 < np.mean([int(one[16]) % 2 for one in made]) < 0.6
    assert len({one[6:9] for one in made}) == 7


def test_fifteen_and_eighteen_characters_are_one_person() -> None:
    first, second = made_of(deid.Surrogate(), "CN_RESIDENT_ID", "110105491231002", ID)
    assert first == second


def test_names_keep_the_gender_that_the_table_tells() -> None:
    people = many("PERSON")
    said = ["男", "F", "1", "female", "2", "M", "未知"]
    table = pa.table({"name": people, "sex": [said[n % 7] for n in range(1_000)]})
    plan = deid.Plan(
        {
            "name": deid.ColumnPlan(deid.Surrogate(gender_column="sex"), "direct", "PERSON"),
            "sex": deid.Keep(),
        }
    )
    made = deid.deidentify(table, plan, key=KEY).data.to_pylist()
    given = {
        "male": set("".join(Chinese.first_names_male)),
        "female": set("".join(Chinese.first_names_female)),
    }
    surnames = sorted(Chinese.last_names, key=len, reverse=True)
    for row in made:
        surname = next(one for one in surnames if row["name"].startswith(one))
        rest = set(row["name"].removeprefix(surname))
        if row["sex"] in ("男", "1", "M"):
            assert rest <= given["male"]
        elif row["sex"] in ("F", "2", "female"):
            assert rest <= given["female"]


def test_names_keep_their_script() -> None:
    assert re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", made_of(deid.Surrogate(), "PERSON", "John Smith")[0])


def test_the_frozen_pools_are_fakers() -> None:
    """Where Faker changed its lists since, the pools stay: some names may have gone from Faker."""
    for script, provider in (("han", Chinese), ("latin", English)):
        for gender in ("male", "female"):
            surnames, _ = names._pool(script, gender)
            assert len(set(surnames.to_pylist()) & set(provider.last_names)) > 150
    _, given = names._pool("han", "male")
    assert set(Chinese.first_names_male) & set(given.to_pylist())


def test_a_name_never_gets_itself() -> None:
    surnames, given = names._pool("han", "either")
    some = [surnames[n % 200].as_py() + given[n * 7 % len(given)].as_py() for n in range(100_000)]
    made = made_of(deid.Surrogate(), "PERSON", *some)
    assert sum(a == b for a, b in zip(some, made, strict=True)) == 0


@pytest.mark.parametrize(
    ("technique", "entity", "words"),
    [
        (deid.Surrogate(), None, "without an entity"),
        (deid.Surrogate(), "CN_QQ", "CN_QQ; use Pseudonymize"),
        (deid.Surrogate(keep=("gender",)), "PERSON", "keep is for CN_RESIDENT_ID"),
        (deid.Surrogate(gender_column="c"), "CN_MOBILE_PHONE", "for names"),
    ],
)
def test_what_cannot_be_made_up_fails_before_a_row_is_read(
    technique: deid.Surrogate, entity: str | None, words: str
) -> None:
    plan = deid.Plan({"c": deid.ColumnPlan(technique, entity=entity)})
    with pytest.raises(PlanError, match=words):
        deid.deidentify(pa.table({"c": ["x"]}), plan, key=KEY)


def test_in_free_text_what_cannot_be_made_up_is_redacted() -> None:
    plan = deid.Plan({"note": deid.Scan(default=deid.Surrogate())})
    made = deid.deidentify(pa.table({"note": [f"证件{ID}，QQ：12345678"]}), plan, key=KEY).data
    text = made["note"][0].as_py()
    assert ID not in text
    assert "12345678" not in text


@pytest.mark.parametrize(
    ("entity", "value"),
    [("CN_MOBILE_PHONE", "张三"), ("CN_RESIDENT_ID", "none"), ("EMAIL_ADDRESS", "none")],
)
def test_what_is_of_another_kind_does_not_fit(entity: str, value: str) -> None:
    outcome = deid.Surrogate().apply(pa.array([value, None]), Place("c", entity, KEY))
    assert outcome.misfit is not None
    assert outcome.misfit.tolist() == [True, False]


@pytest.mark.parametrize("keep", ["gender", ["year"], ("gender", "city")])
def test_wrong_parameters(keep: object) -> None:
    with pytest.raises(PlanError, match="keep is a list"):
        deid.Surrogate(keep=keep)  # type: ignore[arg-type]
