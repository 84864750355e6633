"""Damaged files: an error that says so, or every row accounted for; never anything else.

`benchmarks/damaged_files.py` does the same with thousands of files of more formats.
"""

from __future__ import annotations

import gc
import io
import json
import sqlite3
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.errors import AitransparencyError, FileFormatError

PLAN = deid.Plan({}, others=deid.Redact())
TABLE = pa.table({"姓名": ["张三", "李四", "王五"], "手机号": ["13800138000"] * 3, "数": [1, 2, 3]})
KINDS = ("csv", "jsonl", "parquet", "feather", "xlsx", "sqlite")
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),  # where
        st.integers(0, 30),  # how many bytes go
        st.binary(max_size=6) | st.sampled_from((b'"', b"\n", b"{", b"}", b"[", b"\\", b"\0")),
    ),
    min_size=1,
    max_size=4,
)


def valid(kind: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"x.{kind}")
        rows = TABLE.to_pylist()
        if kind == "csv":
            text = "".join(",".join(map(str, row)) + "\n" for row in [TABLE.column_names, *(
                list(row.values()) for row in rows)])  # fmt: skip
            return text.encode()
        if kind == "jsonl":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        if kind == "parquet":
            pa.parquet.write_table(TABLE, path)
        elif kind == "feather":
            pa.feather.write_feather(TABLE, str(path), compression="uncompressed")
        elif kind == "xlsx":
            book = openpyxl.Workbook()
            for row in [TABLE.column_names, *(list(row.values()) for row in rows)]:
                book.active.append(row)
            book.save(path)
        else:
            with sqlite3.connect(path) as base:
                base.execute('create table "人" ("姓名", "手机号", "数")')
                base.executemany('insert into "人" values (?, ?, ?)', [[*r.values()] for r in rows])
        return path.read_bytes()


WHOLE = {kind: valid(kind) for kind in KINDS}


def treated(kind: str, data: bytes, bad_rows: str = "error") -> deid.FileReport:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, f"x.{kind}"), Path(folder, f"y.{kind}")
        source.write_bytes(data)
        try:
            return deid.deidentify_file(
                source, target, plan=PLAN, options=deid.FileOptions(bad_rows=bad_rows)
            )
        except AitransparencyError:
            assert [path.name for path in Path(folder).iterdir()] == [source.name]
            raise


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(edits=EDITS, bad_rows=st.sampled_from(("error", "quarantine")))
def test_damage_is_refused_or_accounted_for(kind, edits, bad_rows):
    data = bytearray(WHOLE[kind])
    for place, gone, more in edits:
        at = int(place * len(data))
        data[at : at + gone] = more
    with suppress(AitransparencyError):
        (facts,) = treated(kind, bytes(data), bad_rows).files
        assert facts.rows_in == facts.rows_out + facts.quarantined


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("feather", "姓名".encode(), b"\xe5\x28\x8d\xe5\x28\x8d"),
        ("sqlite", b'create table "\xe4\xba\xba"', b'create table "\xe4\x28\x28"'),
    ],
)
def test_names_that_are_no_text_are_damage(kind, old, new):
    data = WHOLE[kind].replace(old, new).replace(old.upper(), new)
    assert data != WHOLE[kind]
    with pytest.raises(FileFormatError, match="damaged"):
        treated(kind, data)


def repacked(part: str, old: bytes, new: bytes) -> bytes:
    """Return the workbook with other bytes in one part, and right checksums."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE["xlsx"])) as book, zipfile.ZipFile(made, "w") as changed:
        for name in book.namelist():
            data = book.read(name)
            if name == part:
                assert old in data
                data = data.replace(old, new)
            changed.writestr(name, data)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("size", [b"A1", b"A1:B2", b"A1:A4", b"Z9:Z9", b"A1:C99999999"])
def test_a_sheet_that_tells_a_wrong_size_loses_nothing(size):
    report = treated("xlsx", repacked(SHEET, b"A1:C4", size))
    assert (report.rows, [one.name for one in report.columns]) == (3, ["姓名", "手机号", "数"])


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        (SHEET, b'<row r="3">', b'<row r="2">', "not in order"),
        (SHEET, b'<row r="4">', b'<row r="99999999">', "more than 1,048,576 rows"),
        (SHEET, b'r="B3"', b'r="A3"', "not in order"),
        (SHEET, b'<row r="1">', b'<row r="1"/><row r="11">', "is empty"),
        ("xl/workbook.xml", b"<sheets>", b"<sheets/><x>", "damaged|holds 1 sheets"),
        ("[Content_Types].xml", b"sheet.main+xml", b"sheet.mainxxml", "damaged"),
    ],
)
def test_a_workbook_that_would_lose_rows_is_refused(part, old, new, words):
    with pytest.raises(FileFormatError, match=words):
        treated("xlsx", repacked(part, old, new))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["xlsx", "sqlite"])
def test_a_refused_file_is_not_left_open(kind):
    gc.collect()  # what other tests left
    types = ("[Content_Types].xml", b"sheet.main+xml", b"sheet.mainxxml")
    data = repacked(*types) if kind == "xlsx" else WHOLE[kind][:900]
    with pytest.raises(FileFormatError):
        treated(kind, data)
    gc.collect()  # a file that is still open warns here


def test_rows_below_an_empty_first_row_are_not_lost():
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["a"])
    book.active.append([1])
    lower = book.create_sheet("lower")
    lower["A2"] = "b"
    lower["A3"] = 2
    book.save(made)
    with pytest.raises(FileFormatError, match="first row of sheet 'lower' is empty"):
        treated("xlsx", made.getvalue())


def test_rows_and_cells_that_a_sheet_leaves_out_are_empty(tmp_path):
    book = openpyxl.Workbook()
    for place, value in (("A1", "a"), ("C1", "c"), ("B2", 1), ("C5", "x")):
        book.active[place] = value
    book.save(tmp_path / "a.xlsx")
    plan = deid.Plan({}, others=deid.Keep())
    report = deid.deidentify_file(tmp_path / "a.xlsx", tmp_path / "b.xlsx", plan=plan)
    made = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert [list(row) for row in made.iter_rows(values_only=True)] == [
        ["a", "c2", "c"],
        [None, 1, None],
        *[[None] * 3] * 2,
        [None, None, "x"],
    ]
    assert report.rows == 4


@pytest.mark.filterwarnings("error")  # openpyxl's would tell the value
def test_a_number_under_a_date_format_that_is_no_date_stays(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["day"])
    book.active.append([-5.5])
    book.active["A2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "a.xlsx")
    plan = deid.Plan({}, others=deid.Keep())
    deid.deidentify_file(tmp_path / "a.xlsx", tmp_path / "b.xlsx", plan=plan)
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        assert b"<v>-5.5</v>" in archive.read(SHEET)


def test_a_damaged_tree_that_gives_fewer_rows_is_refused(tmp_path):
    """The root forgets some of its pages: SQLite counts the others and finds no fault."""
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("create table t (a TEXT)")
        base.executemany("insert into t values (?)", [("x" * 50,)] * 3000)
        (root,) = base.execute("select rootpage from sqlite_master").fetchone()
        (size,) = base.execute("pragma page_size").fetchone()
    base.close()
    data = bytearray(path.read_bytes())
    at = (root - 1) * size
    cells = int.from_bytes(data[at + 3 : at + 5], "big")
    data[at + 3 : at + 5] = (cells - 9).to_bytes(2, "big")  # nine pages are forgotten
    path.write_bytes(data)
    with sqlite3.connect(path) as base:
        assert base.execute("select count(*) from t").fetchone()[0] < 3000
    base.close()
    with pytest.raises(FileFormatError, match="damaged"):
        treated("sqlite", bytes(data))


def test_lines_without_a_value_can_be_set_aside():
    (facts,) = treated("jsonl", b"{}\n{]\n{}\n", "quarantine").files
    assert (facts.rows_in, facts.rows_out, facts.quarantined) == (3, 2, 1)


def rows_of(path):
    """Return how many rows Arrow reads and how many the file says it has, None where it refuses."""
    with suppress(Exception):
        opened = pa.parquet.ParquetFile(path)
        groups = range(opened.num_row_groups)
        batches = [one for group in groups for one in opened.iter_batches(row_groups=[group])]
        return sum(batch.num_rows for batch in batches), opened.metadata.num_rows
    return None


def test_parquet_that_reads_short_is_refused(tmp_path):
    """Arrow's reader stops without an error where one column of a row group ends early."""
    path, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = pa.table({name: [f"{name}{row}" for row in range(40)] for name in "abc"})
    pa.parquet.write_table(table, path, row_group_size=16)
    whole = path.read_bytes()
    short = 0
    for at in range(4, len(whole) - 8):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 18]) + whole[at + 1 :])
        rows = rows_of(path)
        if rows and rows[0] < rows[1] == 40:
            short += 1
            with pytest.raises(FileFormatError):
                deid.deidentify_file(path, target, plan=PLAN)
            assert not target.exists()
    assert short > 5
