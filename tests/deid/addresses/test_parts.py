"""Addresses taken apart. Expected parts are read off the division table of GB/T 2260 by hand."""

import importlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.addresses import parts
from aitransparency.deid.addresses.gazetteer import gazetteer
from aitransparency.deid.divisions import divisions

CASES = [
    ("广东省深圳市南山区科技园路5号", "广东省", "深圳市", "南山区", "科技园路5号", "full names"),
    ("深圳南山区科技园路5号", "广东省", "深圳市", "南山区", "科技园路5号", "a province filled in"),
    ("广东深圳，福田 红荔路1号", "广东省", "深圳市", "福田区", "红荔路1号", "short, with marks"),
    ("中山路3号", None, None, None, "中山路3号", "a road, not the city 中山"),
    ("北京西路3号", None, None, None, "北京西路3号", "a road with a side"),
    ("南京市北京西路3号", "江苏省", "南京市", None, "北京西路3号", "a road after its city"),
    ("北京市朝阳区建国路1号", "北京市", "北京市", "朝阳区", "建国路1号", "a municipality"),
    ("北京市北京市朝阳区", "北京市", "北京市", "朝阳区", "", "written twice, as forms do"),
    ("上海市市辖区浦东新区1号", "上海市", "上海市", "浦东新区", "1号", "市辖区 is no name"),
    ("长春市朝阳区红旗街", "吉林省", "长春市", "朝阳区", "红旗街", "朝阳区 of another city"),
    ("朝阳区红旗街", None, None, "朝阳区", "红旗街", "which 朝阳区 is not certain"),
    ("吉林省吉林市船营区", "吉林省", "吉林市", "船营区", "", "province and city of one name"),
    ("海南海口", "海南省", "海口市", None, "", "海南 is a province first"),
    ("湖北省仙桃市沔街1号", "湖北省", "仙桃市", None, "沔街1号", "a county under its province"),
    ("凉山州昭觉县竹核乡", "四川省", "凉山彝族自治州", "昭觉县", "竹核乡", "州 for 自治州"),
    ("内蒙古呼和浩特市新城区", "内蒙古自治区", "呼和浩特市", "新城区", "", "short region"),
    ("新疆喀什", "新疆维吾尔自治区", "喀什地区", None, "", "地区 left out"),
    ("台灣新北市板橋區1號", "台湾省", "新北市", None, "板橋區1號", "Traditional"),
    ("香港灣仔告士打道1號", "香港特别行政区", None, "湾仔区", "告士打道1號", "no city in between"),
    ("地址：中国广东省广州市", "广东省", "广州市", None, "", "a label and the country"),
    ("　广东省　广州市　", "广东省", "广州市", None, "", "ideographic blanks"),
    ("上海市西宁市清河街", "上海市", "上海市", None, "西宁市清河街", "a city that is elsewhere"),
    ("", None, None, None, "", "empty"),
    ("张三", None, None, None, "张三", "no address"),
]


@pytest.mark.parametrize(("text", "province", "city", "district", "rest", "reason"), CASES)
def test_parts(text, province, city, district, rest, reason):
    expected = {"province": province, "city": city, "district": district, "rest": rest}
    assert parts(pa.array([text])).to_pylist() == [expected], reason


def test_a_column_gives_what_its_rows_give():
    texts = [case[0] for case in CASES] + [None]
    one_by_one = [parts(pa.array([text], pa.string())).to_pylist()[0] for text in texts]
    assert parts(pa.array(texts)).to_pylist() == one_by_one
    assert parts(pa.array(texts)[3:]).to_pylist() == one_by_one[3:]
    assert parts(pa.array(texts).dictionary_encode()).to_pylist() == one_by_one


def test_every_current_city_is_read_with_its_province():
    table = divisions()
    cities = [
        one
        for one in table.values()
        if one.current and one.code.endswith("00") and one.code[2:4] not in ("00", "90")
        if one.name not in ("市辖区", "县")
    ]
    texts = [table[one.code[:2] + "0000"].name + one.name + "某路1号" for one in cities]
    made = parts(pa.array(texts)).to_pylist()
    assert len(cities) > 300
    assert [one["city"] for one in made] == [one.name for one in cities]


def test_every_current_county_is_read_after_its_city():
    table = divisions()
    texts, expected = [], []
    for one in table.values():
        city = table.get(one.code[:4] + "00")
        named = city and city.name not in ("市辖区", "县", "") and city.code[2:4] != "90"
        if one.current and named and not one.code.endswith("00") and len(one.name) > 2:
            texts.append(city.name + one.name)
            expected.append((city.name, one.name))
    made = [(one["city"], one["district"]) for one in parts(pa.array(texts)).to_pylist()]
    assert len(texts) > 2500
    wrong = [pair for pair in zip(made, expected, strict=True) if pair[0] != pair[1]]
    assert len(wrong) <= 5, wrong[:10]


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=8))
def test_the_rest_is_an_end_of_the_address(texts):
    made = parts(pa.array(texts, pa.string())).to_pylist()
    for text, part in zip(texts, made, strict=True):
        assert text.endswith(part["rest"])


PIECES = [
    *("路", "东", "西路", "区", "市", " ", "，", "中国", "地址:", "市辖区", "1号", "china"),
    *("          ", "中山", "北京", "吉林", "海南", "朝阳区", "某村", "中华人民共和国", "a"),
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_compiled_loops_read_what_arrays_read(data):
    """Rows are read each by itself: blanks in one do not stop or move another."""
    module = importlib.import_module("aitransparency.deid.addresses.parts")
    pieces = st.sampled_from(PIECES) | st.sampled_from(gazetteer().lexicon.words)
    texts = data.draw(st.lists(st.lists(pieces, max_size=7).map("".join) | st.none(), max_size=5))
    made = []
    for much in (False, True):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(module, "pays", lambda size, much=much: much)
            made.append(parts(pa.array(texts, pa.string())).to_pylist())
    assert made[0] == made[1]
    alone = [parts(pa.array([text], pa.string())).to_pylist()[0] for text in texts]
    assert made[0] == alone
