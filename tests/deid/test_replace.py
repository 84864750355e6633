"""`replace_spans`, by arrays and by compiled loops."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid import splice
from aitransparency.deid.column import TextColumn
from aitransparency.deid.find import find_column
from aitransparency.deid.replace import replace_spans
from aitransparency.deid.spans import Candidates
from aitransparency.errors import InputError

TEXTS = ["张三，手机13800138000", None, "", "证件 110101199003074477 卡 6222021234567894"]
REPLACED = [
    (TEXTS, ["<1>，手机<2>", None, "", "证件 <3> 卡 <4>"], "middle, null, empty, end"),
    (["13800138000"], ["<1>"], "a whole row"),
    (["13800138000", "13800138000 a"], ["<1>", "<2> a"], "neighbours across a row edge"),
    (["a", None], ["a", None], "nothing found"),
    ([], [], "no rows"),
]
WAYS = {"arrays": (False, 1 << 30), "loops": (True, 1 << 30), "loops in parts": (True, 8)}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    compiled, part = WAYS[request.param]
    monkeypatch.setattr(splice, "pays", lambda size: compiled)
    monkeypatch.setattr(splice, "_PART", part)


@pytest.mark.parametrize(("texts", "expected", "reason"), REPLACED)
def test_replace_spans(way, texts, expected, reason):
    for column in (
        TextColumn.from_strings(texts),
        TextColumn.from_arrow(pa.array(["甲乙", *texts], pa.string())[1:]),
    ):
        found = find_column(column)
        new = pa.array([f"<{number + 1}>" for number in range(len(found))], pa.string())
        replaced = replace_spans(column, found, new)
        replaced.validate(full=True)
        assert replaced.to_pylist() == expected, reason


@settings(deadline=None)
@given(st.data())
def test_every_way_gives_what_slicing_gives(data):
    rows = data.draw(st.lists(st.text("ab", max_size=30), min_size=1, max_size=8))
    column = TextColumn.from_strings(rows)
    starts, ends, new, expected = [], [], [], []
    for row, text in enumerate(rows):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
        pieces, last = [], 0
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            word = data.draw(st.text("xyz", max_size=20))
            starts.append(int(column.offsets[row]) + start)
            ends.append(int(column.offsets[row]) + end)
            new.append(word)
            pieces += [text[last:start], word]
            last = end
        expected.append("".join([*pieces, text[last:]]))
    spans = Candidates.of("PERSON", starts, ends, 1.0)
    for compiled, part in WAYS.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(splice, "pays", lambda size, c=compiled: c)
            patch.setattr(splice, "_PART", part)
            assert replace_spans(column, spans, pa.array(new, pa.string())).to_pylist() == expected


def test_replace_spans_needs_one_text_for_each():
    column = TextColumn.from_strings(["13800138000"])
    with pytest.raises(InputError, match="1 spans"):
        replace_spans(column, find_column(column), pa.array([], pa.string()))
