"""Mask and Redact: the usual Chinese forms, by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.forms import fits, form_of, forms, spell
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import PlanError

# Entity, value, masked, reason.
USUAL = [
    ("CN_MOBILE_PHONE", "13800138000", "138****8000", "three and four"),
    ("CN_MOBILE_PHONE", "+86 138-0013-8000", "138****8000", "country code and groups go"),
    ("CN_MOBILE_PHONE", "１３８００１３８０００", "138****8000", "full width"),
    ("CN_MOBILE_PHONE", "008613800138000", "138****8000", "00 86"),
    ("CN_RESIDENT_ID", "11010519491231002X", "110***********002X", "three and four"),
    ("CN_RESIDENT_ID", "110105 19491231 002x", "110***********002X", "groups, small x"),
    ("CN_RESIDENT_ID", "110105491231002", "110********1002", "15 digits"),
    ("PERSON", "张三", "张*", "the surname stays"),
    ("PERSON", "欧阳娜娜", "欧***", "one character, also of a double surname"),
    ("PERSON", "张 三", "张*", "a blank for the look"),
    ("PERSON", "John Smith", "J*********", "Latin"),
    ("EMAIL_ADDRESS", "Zhang.San@Example.com", "z***@example.com", "the domain stays"),
    ("CN_BANK_CARD", "6222 0212 3456 7894", "6222********7894", "four and four"),
    ("CN_LICENSE_PLATE", "粤B·12345", "粤B***45", "the dot goes"),
    ("IP_ADDRESS", "192.168.1.20", "192.168.*.*", "the net stays"),
    ("IP_ADDRESS", "2001:db8:1::1", "2001:db8.*.*", "the first two groups stay"),
    ("MAC_ADDRESS", "00:1B:44:11:3A:B7", "001b44******", "the maker stays"),
    ("DATE_OF_BIRTH", "1990-05-01", "1990-**-**", "the year stays"),
    ("CN_POSTAL_CODE", "518000", "51****", "the province stays"),
    (None, "secret", "******", "nothing but the length"),
]


@pytest.mark.parametrize(("entity", "value", "expected", "reason"), USUAL)
def test_the_usual_forms(entity: str | None, value: str, expected: str, reason: str) -> None:
    outcome = deid.Mask().apply(pa.array([value, None]), Place("c", entity))
    assert outcome.values.to_pylist() == [expected, None], reason
    assert outcome.misfit is None or not outcome.misfit.any(), reason


@pytest.mark.parametrize(
    ("entity", "value", "reason"),
    [
        ("CN_MOBILE_PHONE", "张三", "a name"),
        ("CN_MOBILE_PHONE", "1380013800", "ten digits"),
        ("CN_MOBILE_PHONE", "12345678901", "no mobile begins with 12"),
        ("CN_RESIDENT_ID", "11010519491231002Y", "Y is no check"),
        ("PERSON", "张", "nothing would be hidden"),
        ("PERSON", "13800138000", "a phone in the column of names"),
        ("EMAIL_ADDRESS", "zhang.san", "no at sign"),
        ("CN_BANK_CARD", "6222", "four digits"),
    ],
)
def test_what_is_of_another_kind_does_not_fit(entity: str, value: str, reason: str) -> None:
    outcome = deid.Mask().apply(pa.array([value]), Place("c", entity))
    assert outcome.misfit is not None, reason
    assert outcome.misfit.tolist() == [True], reason


@given(
    st.lists(st.none() | st.text(min_size=1, max_size=12), min_size=1),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_what_is_hidden_is_hidden(values: list[str | None], start: int, end: int) -> None:
    array = pa.array(values, pa.large_string())
    spelled = spell(array, None).to_pylist()
    outcome = deid.Mask(keep_start=start, keep_end=end).apply(array, Place("c"))
    assert outcome.misfit is not None
    for value, masked, misfit in zip(
        spelled, outcome.values.to_pylist(), outcome.misfit.tolist(), strict=True
    ):
        if value is None:
            assert masked is None
        elif value:
            hidden = len(value) - start - end
            assert misfit == (hidden <= 0)
            if not misfit:
                tail = value[-end:] if end else ""
                assert masked == value[:start] + "*" * hidden + tail


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_entity_has_a_form(entity: str) -> None:
    assert entity in forms()
    form = form_of(entity)
    assert form.mask or form.keep_start + form.keep_end >= 0


@pytest.mark.parametrize("entity", [e for e in ENTITIES if form_of(e).layouts])
def test_layouts_are_of_the_shape(entity: str) -> None:
    examples = [  # the least digit that each letter stands for
        one.replace("Hhh", "张").replace("D", "0").replace("N", "1").replace("T", "3")
        for one in form_of(entity).layouts
    ]
    by_layout = pa.array(examples, pa.large_string())
    assert fits(by_layout, entity).all()
    import re

    shape = form_of(entity).shape or ".*"
    plain = shape.replace(r"\p{Han}", "一-鿿").replace(r"\p{Latin}", "A-Za-z")
    assert all(re.fullmatch(plain, one) for one in examples)


@given(st.text("张王欧阳一龥鿿a1·〇\u3400\uf900", min_size=1, max_size=6))
def test_the_quick_way_knows_names_as_the_pattern_does(name: str) -> None:
    from aitransparency.deid.forms import in_layout

    array = pa.array([name], pa.large_string())
    quick = bool(in_layout(array, form_of("PERSON"))[0])
    assert quick == (2 <= len(name) <= 4 and all("一" <= one <= "\u9fff" for one in name))
    if quick:
        assert spell(array, "PERSON").to_pylist() == [name]


def test_redact() -> None:
    values = pa.array(["13800138000", None, ""])
    place = Place("c", "CN_MOBILE_PHONE")
    assert deid.Redact().apply(values, place).values.to_pylist() == [
        "<CN_MOBILE_PHONE>", None, "<CN_MOBILE_PHONE>",
    ]  # fmt: skip
    assert deid.Redact(label="").apply(values, place).values.to_pylist() == ["", None, ""]
    floats = pa.array([1.5, None, float("nan")])
    assert deid.Redact().apply(floats, Place("c")).values.to_pylist() == ["<REDACTED>", None, None]


@pytest.mark.parametrize(
    "parameters", [{"keep_start": -1}, {"keep_end": "4"}, {"character": "**"}, {"character": ""}]
)
def test_wrong_parameters(parameters: dict[str, object]) -> None:
    with pytest.raises(PlanError):
        deid.Mask(**parameters)  # type: ignore[arg-type]
