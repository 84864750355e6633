"""Addresses in running text: texts marked by hand in cases.toml, and properties."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid import characters, lexicon
from aitransparency.deid.addresses import english, recognizer
from aitransparency.deid.column import TextColumn

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


def addresses(text):
    found = deid.find(text, entities=["CN_ADDRESS"])
    return [text[span.start : span.end] for span in found]


@pytest.mark.parametrize("marked", CASES["found"])
def test_found(marked):
    inner = marked[marked.index("[[") + 2 : marked.index("]]")]
    assert addresses(marked.replace("[[", "").replace("]]", "")) == [inner]


@pytest.mark.parametrize("text", CASES["not"])
def test_not_found(text):
    assert addresses(text) == []


@pytest.mark.parametrize(
    ("text", "organisation", "reason"),
    [
        ("他在深圳市南山区人民医院就诊", "深圳市南山区人民医院", "a hospital, not an address"),
        ("北京大学", "北京大学", "a short name of a city before"),
        ("贷款由中国工商银行深圳市分行发放", "深圳市分行", "a branch"),
    ],
)
def test_an_organisation_is_no_address_and_needs_to_be_asked_for(text, organisation, reason):
    assert not len(deid.find(text)), reason
    found = [one for one in deid.find(text, min_score=0.4) if one.entity == "ORGANIZATION"]
    assert organisation in [text[one.start : one.end] for one in found], reason


def test_the_address_ends_where_the_organisation_begins():
    text = "深圳市福田区红荔路12号人民医院"
    found = deid.find(text, min_score=0.4)
    assert [(text[one.start : one.end], one.entity) for one in found] == [
        ("深圳市福田区红荔路12号", "CN_ADDRESS"),
        ("人民医院", "ORGANIZATION"),
    ]


def test_addresses_of_faker_are_covered_to_the_postal_code():
    fake = Faker("zh_CN")
    fake.seed_instance(1)
    drawn = [fake.address().rsplit(" ", 1) for _ in range(1000)]
    whole = [f"收货地址：{address}，邮编{code}" for address, code in drawn]
    found = deid.find(whole, entities=["CN_ADDRESS"])
    exact = {(span.row, span.start, span.end) for span in found}
    right = sum((row, 5, 5 + len(one[0])) in exact for row, one in enumerate(drawn))
    assert right >= 990


def test_a_column_gives_what_its_rows_give():
    texts = [text.replace("[[", "").replace("]]", "") for text in CASES["found"] + CASES["not"]]
    whole = [tuple(span) for span in deid.find(texts, min_score=0.4)]
    alone = [
        (row, *span[1:])
        for row, text in enumerate(texts)
        for span in deid.find(text, min_score=0.4)
    ]
    assert whole == alone


ENGLISH = [
    *(
        "Room 5",
        "Flat B",
        "12/F",
        "No. 8",
        "88 ",
        "2008 ",
        "Nathan",
        "Keyuan",
        "Road",
        "Rd.",
        "Lu",
        "Tower 2",
    ),
    *(
        ", ",
        " ",
        "，",
        "Nanshan District",
        "Shenzhen",
        "Hong Kong",
        "N.T.",
        "518000",
        "ABC Building",
        "北京",
    ),
    *("a", "of ", "5th ", "(North)", "#3", "-", "the ", "Unit 3-2", "NO.", "\t", "é", "’s"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(ENGLISH), max_size=16).map("".join))
def test_re_reads_what_re2_reads(text):
    column = TextColumn.from_strings([text])
    rows = np.zeros(1, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        quick = english.find_english(column, rows)
        patch.setattr(english, "_LITTLE", -1)
        sure = english.find_english(column, rows)
    for field in ("start", "end", "score"):
        assert getattr(quick, field).tolist() == getattr(sure, field).tolist()


PIECES = [
    *(
        "深圳市",
        "南山区",
        "北京",
        "广东",
        "红荔",
        "路",
        "12号",
        "3栋",
        "502室",
        " ",
        "-",
        "B座",
        "一",
        "和平",
    ),
    *(
        "小区",
        "村",
        "大学",
        "医院",
        "公司",
        "住在",
        "地址：",
        "(",
        ")",
        "，",
        "、",
        "楼",
        "街道",
        "街",
        "知道",
        "东",
    ),
    *(
        "3-2-501",
        "镇",
        "省",
        "和",
        "银行",
        "分行",
        "十二",
        "号",
        "县",
        "a",
        "花园",
        "中山",
        "\n",
        "单元",
        "12.5",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), max_size=8))
def test_compiled_loops_find_what_arrays_find(texts):
    column = TextColumn.from_strings(texts)
    found = []
    for pays in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            for module in (recognizer, characters, lexicon):
                patch.setattr(module, "pays", lambda size, pays=pays: pays)
            made = recognizer.find_addresses(column, recognizer.ENTITIES, 0.0)
        fields = (made.start, made.end, made.entity, made.score)
        found.append(sorted(zip(*(field.tolist() for field in fields), strict=True)))
    assert found[0] == found[1]


@settings(deadline=None)
@given(
    st.lists(st.text("深圳市南山区路12号楼栋-室村住址：在 (),，省大学a", max_size=30), max_size=6)
)
def test_any_text_gives_spans_inside_it(texts):
    for span in deid.find(texts, entities=["CN_ADDRESS"], min_score=0):
        assert 0 <= span.start < span.end <= len(texts[span.row])
