"""Values as people read them, worked out by hand; arrays and single values agree."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitransparency.explain import Feature
from aitransparency.explain.plain import clean
from aitransparency.explain.values import MISSING, plain_value, show, show_all, show_two

YUAN = {"zh": "元|万元", "en": "yuan"}
MONEY = Feature("a", unit=YUAN, decimals=0)
SEX = Feature("a", categories={"1": {"zh": "男", "en": "male"}})
SHARE = Feature("a", unit={"zh": "%", "en": "%"}, scale=100, decimals=1)


@pytest.mark.parametrize(
    ("entry", "value", "zh", "en", "reason"),
    [
        (
            Feature("a", unit=YUAN, decimals=0),
            9999.0,
            "9,999 元",
            "9,999 yuan",
            "under ten thousand",
        ),
        (
            Feature("a", unit=YUAN, decimals=0),
            10_000.0,
            "1 万元",
            "10,000 yuan",
            "from ten thousand",
        ),
        (
            Feature("a", unit=YUAN, decimals=0),
            128_560.0,
            "12.86 万元",
            "128,560 yuan",
            "two decimals",
        ),
        (MONEY, -20_000.0, "-2 万元", "-20,000 yuan", "negative"),
        (
            Feature("a", unit={"zh": "%", "en": "%"}, scale=100, decimals=1),
            0.256,
            "25.6%",
            "25.6%",
            "",
        ),
        (Feature("a", unit={"zh": "岁", "en": "year|years"}), 1, "1 岁", "1 year", "one"),
        (Feature("a", unit={"zh": "岁", "en": "year|years"}), 0, "0 岁", "0 years", "none is many"),
        (Feature("a", unit={"zh": "个", "en": ""}), 3, "3 个", "3", "an empty unit is no unit"),
        (Feature("a"), 0.123456, "0.123", "0.123", "three digits"),
        (Feature("a"), 1234.5678, "1,235", "1,235", "three digits, whole part kept"),
        (Feature("a"), 12.0, "12", "12", "whole"),
        (Feature("a", decimals=0), -0.2, "0", "0", "no minus zero"),
        (Feature("a", decimals=2), 0.125, "0.12", "0.12", "half to even"),
        (Feature("a"), None, MISSING, MISSING, "missing"),
        (Feature("a"), True, "“true”", "“true”", "no catalogue, its own name"),
        (
            Feature("a", categories={"1": {"zh": "男", "en": "male"}}),
            1.0,
            "“男”",
            "“male”",
            "a code",
        ),
        (Feature("a", categories={"1": {"zh": "男"}}), 2.0, "“2”", "“2”", "not in the catalogue"),
    ],
)
def test_shown(entry, value, zh, en, reason):
    assert (show(entry, value, "zh"), show(entry, value, "en")) == (zh, en), reason


def test_two_near_values_are_told_apart():
    entry = Feature("a", unit={"zh": "%"}, decimals=0)
    assert show_two(entry, 46.6, 47.2, "zh") == ("46.6%", "47.2%")
    assert show_two(entry, 46.0, 47.0, "zh") == ("46%", "47%")
    assert show_two(entry, 46.0, 46.0, "zh") == ("46%", "46%")


ENTRIES = st.builds(
    Feature,
    st.just("a"),
    unit=st.sampled_from([{}, YUAN, {"zh": "%", "en": "%"}, {"en": "day|days"}]),
    scale=st.sampled_from([1.0, 100.0, 0.001]),
    decimals=st.sampled_from([None, 0, 1, 3]),
)
NUMBERS = st.floats(-1e9, 1e9) | st.integers(-50, 50).map(float) | st.just(math.nan) | st.none()


@given(ENTRIES, st.lists(NUMBERS, max_size=20), st.sampled_from(["zh", "en"]))
def test_an_array_shows_what_single_values_show(entry, numbers, language):
    texts, picks = show_all(entry, pa.chunked_array([pa.array(numbers, pa.float64())]), language)
    assert [texts[at] for at in picks] == [show(entry, plain_value(v), language) for v in numbers]


@given(st.floats(-1e7, 1e7), st.integers(0, 4))
def test_what_is_printed_is_the_number_to_within_its_last_decimal(number, decimals):
    text = show(Feature("a", decimals=decimals), number, "zh")
    assert abs(float(text.replace(",", "")) - number) <= 0.5000001 * 10**-decimals + 1e-9


def test_categories_of_an_array():
    entry = Feature("a", categories={"x": {"zh": "甲"}})
    column = pa.chunked_array([pa.array(["x", None, "y", "x"]).dictionary_encode()])
    texts, picks = show_all(entry, column, "zh")
    assert [texts[at] for at in picks] == ["“甲”", MISSING, "“y”", "“甲”"]


@given(st.text())
def test_nothing_in_a_cleaned_text_can_act(text):
    import unicodedata

    found = clean(text)
    kinds = {unicodedata.category(character) for character in found}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(found) <= 40
    assert not set(found) & set("“”„‟")
    assert clean(found) == found


def test_numpy_scalars_become_plain():
    assert plain_value(np.float64("nan")) is None
    assert plain_value(np.int64(3)) == 3
