"""Compiled loops and arrays read and write delimited text alike."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.files import csv_file, csv_rows
from aitransparency.deid.files.csv_dialect import Dialect

PIECES = st.sampled_from(
    ['"', '""', ",", ";", "\n", "\r\n", "\r", "a", "张三", " ", "1,2", '"x"', "13800138000"]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)
DIALECTS = st.sampled_from(
    [Dialect(), Dialect(";"), Dialect(quote=""), Dialect("", ""), Dialect(newline="\r")]
)


def with_loops(much: bool, function, *arguments):
    with pytest.MonkeyPatch.context() as patched:
        for module in (csv_file, csv_rows):
            patched.setattr(module, "pays", lambda size: much)
        return function(*arguments)


def plain(rows: csv_rows.Rows) -> tuple:
    return rows.start.tolist(), rows.end.tolist(), rows.last.tolist(), rows.bad


@settings(max_examples=500, deadline=None)
@given(TEXTS, DIALECTS, st.integers(1, 3))
def test_the_same_records(text: str, dialect: Dialect, fields: int) -> None:
    data = (text + dialect.newline).encode()
    front = [with_loops(much, csv_rows.whole_records, text.encode(), dialect) for much in (0, 1)]
    assert front[0] <= front[1]  # arrays may leave records for the next chunk
    short = text.encode()[: front[0]]
    assert with_loops(True, csv_rows.whole_records, short, dialect) == front[0]
    view = np.frombuffer(data, np.uint8)
    found = [with_loops(much, csv_rows.find_rows, view, dialect, fields) for much in (0, 1)]
    assert plain(found[0]) == plain(found[1])


@settings(max_examples=300, deadline=None)
@given(TEXTS, DIALECTS, st.lists(TEXTS, min_size=1, max_size=3), st.data())
def test_the_same_columns_and_the_same_bytes(text, dialect, replacements, draw) -> None:
    """Fields are copied out, and some of two columns are replaced or dropped."""
    data = np.frombuffer((text + dialect.newline).encode(), np.uint8)
    rows = csv_rows.find_rows(data, dialect, 2 if dialect.delimiter else 1)
    columns = range(rows.start.shape[1])
    read = [with_loops(much, csv_file._columns, data, rows, dialect) for much in (0, 1)]
    assert [one.to_pylist() for one in read[0]] == [one.to_pylist() for one in read[1]]
    fields = max(len(columns), 1)
    count = [with_loops(much, csv_rows.count_rows, data, dialect, fields) for much in (0, 1)]
    assert count[0] == count[1] == len(rows.last)
    new = []
    for place in columns:
        if draw.draw(st.booleans()):
            gone = draw.draw(st.booleans())
            cells = [replacements[n % len(replacements)] for n in range(len(rows.last))]
            values = csv_file._blank(len(cells)) if gone else pa.array(cells, pa.large_string())
            new.append(csv_file._New(rows.start[:, place], rows.end[:, place], values, gone=gone))
    made = [with_loops(much, csv_file._replaced, data, new, dialect) for much in (0, 1)]
    assert made[0].tobytes() == made[1].tobytes()
