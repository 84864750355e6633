"""Person names through `find`: what must be found, what must not, and that paths agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.column import TextColumn
from aitransparency.deid.names import source


def found(text: str, min_score: float = 0.5) -> list[str]:
    spans = deid.find([text], entities=["PERSON"], min_score=min_score)
    return [text[span.start : span.end] for span in spans]


# All people are invented; the expected span is what the list of forms asks for.
CASES = [
    ("王先生来电投诉。", ["王"], "family name and title: the title stays"),
    ("李女士要求退款", ["李"], "family name and title"),
    ("欧阳女士要求退款", ["欧阳"], "compound family name and title"),
    ("请联系陈医生复查。", ["陈"], "family name and profession"),
    ("张总说明天开会", ["张"], "family name and 总"),
    ("转给老张处理。", ["老张"], "老 and a family name"),
    ("让小刘去拿快递", ["小刘"], "小 and a family name"),
    ("被告人王某与李某某发生口角。", ["王某", "李某某"], "某 belongs to the name"),
    ("嫌疑人张某甲被抓获", ["张某甲"], "某 and a mark"),
    ("客户王小明要求补卡。", ["王小明"], "three characters"),
    ("收件人张伟，电话见下。", ["张伟"], "two characters after a label"),
    ("欧阳雪梅（女）咨询贷款", ["欧阳雪梅"], "compound family name"),
    ("諸葛志遠先生來電", ["諸葛志遠"], "Traditional"),
    ("聯絡人：陳美玲", ["陳美玲"], "Traditional, label"),
    ("患者阿卜杜拉·买买提明天复查", ["阿卜杜拉·买买提"], "middle dot"),
    ("患者阿卜杜拉•买买提明天复查", ["阿卜杜拉•买买提"], "bullet for the dot"),
    ("总统克里斯托弗·约翰逊发表讲话", ["克里斯托弗·约翰逊"], "transliterated"),
    ("姓名：王 伟 电话：无", ["王 伟"], "set with a space"),
    ("参会人员：王小明、李建国、赵雪梅", ["王小明", "李建国", "赵雪梅"], "list with 、"),
    ("王小明 李建国 赵雪梅", ["王小明", "李建国", "赵雪梅"], "list with spaces"),
    ("新华社记者刘建华报道", ["刘建华"], "reporter"),
    ("来信人 Zhang Wei，已回复", ["Zhang Wei"], "pinyin, family name first"),
    ("passport ZHANG San", ["ZHANG San"], "pinyin, capitals"),
    ("from San Zhang", ["San Zhang"], "pinyin, family name last"),
    ("Wang, Xiaoming", ["Wang, Xiaoming"], "pinyin with a comma"),
    ("Ouyang Xiu-ying 来电", ["Ouyang Xiu-ying"], "pinyin with a hyphen"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), CASES)
def test_names_are_found(text, expected, reason):
    assert found(text) == expected, reason


NONE = [
    ("订单202611230926001234已退款 138.00 元，与手机号无关。", "an order"),
    ("客户要求销户，未留联系方式。", "a note without a name"),
    ("高温天气马上联系师傅，方便时回电。", "words that begin like family names"),
    ("和平路与万达广场都有门店", "places that begin like family names"),
    ("于某年某月在某地", "某 that stands for no name"),
    ("先生您好，女士请进", "titles alone"),
    ("Zhang.Wei@example.com", "an address"),
    ("Nanjing Road, Shanghai China", "places in pinyin"),
    ("", "empty"),
    ("   \n\t ", "white space"),
    ("🙂🙂𠀀", "beyond the basic plane"),
]


@pytest.mark.parametrize(("text", "reason"), NONE)
def test_other_words_are_left(text, reason):
    assert found(text) == [], reason


def test_a_name_inside_an_identifier_yields():
    text = "邮箱 Zhang Wei zhangwei@example.com"
    entities = [span.entity for span in deid.find(text)]
    assert entities == ["PERSON", "EMAIL_ADDRESS"]


PIECES = [
    "王小明",
    "李 娜",
    "张总",
    "Zhang Wei",
    "来电",
    "，",
    "。",
    "\n",
    " ",
    "和平路",
    "🙂",
    "王某",
    "12",
    "・",
]
TEXTS = st.lists(
    st.one_of(st.none(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)), max_size=12
)


def spans_of(column: TextColumn) -> list[tuple[int, int, float]]:
    found = source.find_names(column, source.ENTITIES, 0.0)
    return sorted(zip(found.start.tolist(), found.end.tolist(), found.score.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_rows_know_nothing_of_each_other(texts):
    """A column gives what its rows give alone: same spans, same scores to the bit."""
    column = TextColumn.from_strings(texts)
    alone = []
    for row in range(len(column)):
        alone += spans_of(TextColumn(column.data, column.offsets[row : row + 2]))
    assert spans_of(column) == sorted(alone)


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_chunks_change_nothing(texts):
    column = TextColumn.from_strings(texts)
    whole = spans_of(column)
    before = source._CHUNK
    source._CHUNK = 20
    try:
        assert spans_of(column) == whole
    finally:
        source._CHUNK = before


def test_a_score_only_chooses():
    """Lowering min_score adds names and moves none of those found before."""
    texts = ["王小明和李娜去找张总", "华生来参加展览", "由陈移民主持"]
    few = {span[:3] for span in deid.find(texts, entities=["PERSON"], min_score=0.6)}
    many = {span[:3] for span in deid.find(texts, entities=["PERSON"], min_score=0.1)}
    assert few <= many


def test_long_text_without_an_end_is_cut_and_searched():
    text = "这是一段没有标点的文字" * 500 + "联系人王小明"
    assert found(text) == ["王小明"]


def test_the_model_is_small_and_loads_fast():
    import time
    from importlib import resources

    from aitransparency.deid.names.model import FILE, Model

    content = resources.files("aitransparency.deid.names").joinpath("data", FILE).read_bytes()
    assert len(content) <= 10_000_000
    seconds = min(_seconds(lambda: Model.load(content), time.process_time) for _ in range(3))
    assert seconds < 0.3


def _seconds(action, clock) -> float:
    began = clock()
    action()
    return clock() - began


def test_saving_what_was_loaded_gives_the_same_bytes():
    from importlib import resources

    from aitransparency.deid.names.model import FILE, Model

    content = resources.files("aitransparency.deid.names").joinpath("data", FILE).read_bytes()
    assert Model.load(content).save() == content


def test_scores_are_hundredths():
    spans = deid.find(["王小明和李娜去找张总"], entities=["PERSON"], min_score=0)
    assert all(abs(span.score * 100 - round(span.score * 100)) < 1e-6 for span in spans)
    assert np.all([span.score <= 0.99 for span in spans])
