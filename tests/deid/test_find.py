"""`find` over every kind of input."""

import sys

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.errors import InputError, InputTypeError

TEXTS = ["张三，手机13800138000", None, "", "证件 110101199003074477 卡 6222021234567894"]
EXPECTED = [
    (0, 0, 2, "PERSON"),
    (0, 5, 16, "CN_MOBILE_PHONE"),
    (3, 3, 21, "CN_RESIDENT_ID"),
    (3, 24, 40, "CN_BANK_CARD"),
]

INPUTS = [
    pytest.param(TEXTS, id="list"),
    pytest.param(pd.Series(TEXTS), id="pandas"),
    pytest.param(pd.Series(TEXTS, dtype=object), id="pandas object"),
    pytest.param(pd.Series(TEXTS, dtype="string"), id="pandas string"),
    pytest.param(pd.Series(TEXTS, dtype="category"), id="pandas category"),
    pytest.param(pl.Series(TEXTS), id="polars"),
    pytest.param(pl.Series(TEXTS, dtype=pl.Categorical), id="polars categorical"),
    pytest.param(pa.array(TEXTS), id="arrow"),
    pytest.param(pa.array(["x", *TEXTS])[1:], id="arrow slice"),
    pytest.param(pa.array(TEXTS, pa.large_string()), id="arrow large"),
    pytest.param(pa.array(TEXTS, pa.string_view()), id="arrow view"),
    pytest.param(pa.array(TEXTS).dictionary_encode(), id="arrow dictionary"),
    pytest.param(pa.chunked_array([TEXTS[:1], TEXTS[1:]]), id="arrow chunks"),
]


@pytest.mark.parametrize("data", INPUTS)
def test_every_kind_of_column_gives_the_same_spans(data):
    assert [span[:4] for span in deid.find(data)] == EXPECTED


def test_a_string_is_row_zero():
    assert [span[:4] for span in deid.find(TEXTS[0])] == EXPECTED[:2]


@pytest.mark.parametrize(
    "data", ["", [], [None], [""], pa.array([], pa.string()), pa.array([None, None]), pd.Series([])]
)
def test_nothing_in_nothing(data):
    assert list(deid.find(data)) == []


BAD = [
    (5, InputTypeError, "int"),
    ({"a": 1}, InputTypeError, "dict"),
    (["a", 5], InputTypeError, "row 1 holds int"),
    (["a", b"b"], InputTypeError, "row 1 holds bytes"),
    (pd.Series(["13800138000", 5], dtype=object), InputTypeError, "row 1 holds int"),
    (pa.array([1]), InputTypeError, "int64"),
    (pl.Series([1.5]), InputTypeError, "double"),
    (["ok", "13800138000\ud800"], InputError, "row 1 holds half"),
    (pd.DataFrame({"a": ["b"]}), InputTypeError, "DataFrame"),
]


@pytest.mark.parametrize(("data", "error", "message"), BAD)
def test_bad_input_is_named_and_never_quoted(data, error, message):
    with pytest.raises(error, match=message) as caught:
        deid.find(data)
    assert "13800138000" not in str(caught.value)


def test_unknown_entity_names_the_nearest():
    with pytest.raises(InputError, match="CN_MOBILE_PHONE"):
        deid.find("", entities=["CN_MOBIL_PHONE"])


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan")])
def test_min_score_has_bounds(score):
    with pytest.raises(InputError, match="min_score"):
        deid.find("", min_score=score)


def test_entities_are_chosen_before_overlaps_are_resolved():
    text = "13800138000@139.com"
    assert [span.entity for span in deid.find(text)] == ["EMAIL_ADDRESS"]
    only = deid.find(text, entities=["CN_MOBILE_PHONE"])
    assert [span.entity for span in only] == ["CN_MOBILE_PHONE"]


def test_parts_change_nothing(monkeypatch):
    texts = [f"{'早' * (row % 7)}13800138{row:03d}，" for row in range(300)]
    whole = list(deid.find(texts))
    monkeypatch.setattr(sys.modules["aitransparency.deid.find"], "_PART", 500)
    assert list(deid.find(texts)) == whole
    assert len(whole) == 300


def test_a_repr_counts_and_never_quotes():
    assert repr(deid.find(TEXTS)) == (
        "Spans(4; CN_RESIDENT_ID: 1, CN_MOBILE_PHONE: 1, CN_BANK_CARD: 1, PERSON: 1)"
    )
