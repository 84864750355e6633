"""A name found once with certainty is found everywhere in its document; the source is made up."""

from importlib import import_module

import numpy as np
import pytest

from aitransparency import deid
from aitransparency.deid.sources import Source
from aitransparency.deid.spans import Candidates

finder = import_module("aitransparency.deid.find")  # `deid.find` is the function


def sees(label, score):
    """Return a source that finds the two or three characters after a label."""

    def find(column, wanted, min_score):
        data = bytes(column.data)
        start, end = [], []
        for low, high in zip(column.offsets[:-1], column.offsets[1:], strict=True):
            text = data[low:high].decode()
            at = text.find(label)
            if at >= 0:
                name = text[at + len(label) :].partition("，")[0][:10]
                first = low + len(text[: at + len(label)].encode())
                start.append(first)
                end.append(first + len(name.encode()))
        found = Candidates.of("PERSON", start, end, score)
        return found.take(found.score >= min_score)

    return Source(("PERSON",), find)


@pytest.fixture
def certain(no_model, monkeypatch):
    monkeypatch.setattr(
        finder, "sources", lambda every=finder.sources: (*every(), sees("患者：", 0.95))
    )


@pytest.fixture
def uncertain(no_model, monkeypatch):
    monkeypatch.setattr(
        finder, "sources", lambda every=finder.sources: (*every(), sees("患者：", 0.8))
    )


CASES = [
    ("患者：张晓燕，张晓燕自述头痛", ["张晓燕", "张晓燕"], "again"),
    ("张晓燕自述。患者：张晓燕，45岁", ["张晓燕", "张晓燕"], "before"),
    ("患者：张晓燕，张 晓燕、張曉燕", ["张晓燕", "张 晓燕", "張曉燕"], "written otherwise"),
    ("患者：Li Lei，li lei says, LiLei2", ["Li Lei", "li lei", "LiLei"], "Latin"),
    ("患者：Li Lei，Lileia", ["Li Lei"], "inside a word"),
    ("患者：张，张开", ["张"], "one character leads nowhere"),
    ("无", [], "nothing found"),
]


@pytest.mark.parametrize(("text", "names", "reason"), CASES)
def test_everywhere(certain, text, names, reason):
    found = [one for one in deid.find(text) if one.entity == "PERSON"]
    assert [text[one.start : one.end] for one in found] == names, reason


def test_other_rows_are_other_documents(certain):
    found = deid.find(["患者：张晓燕，张晓燕", "张晓燕", "患者：王芳，张晓燕王芳"])
    assert [tuple(one)[:3] for one in found] == [(0, 3, 6), (0, 7, 10), (2, 3, 5), (2, 9, 11)]


def test_what_is_not_certain_does_not_spread(uncertain):
    assert len(deid.find("患者：张晓燕，张晓燕自述")) == 1


def test_a_column_gives_what_its_rows_give(certain):
    texts = [case[0] for case in CASES]
    whole = [tuple(one) for one in deid.find(texts)]
    assert whole == [(row, *one[1:]) for row, text in enumerate(texts) for one in deid.find(text)]
    assert np.all(np.diff([one[0] for one in whole]) >= 0)
