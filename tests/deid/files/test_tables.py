"""SQLite, DuckDB and XLSX: every table, types kept, what is no table left behind."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from aitransparency import deid
from aitransparency.deid.files.job import deidentify_file
from aitransparency.deid.techniques import Drop, Keep
from aitransparency.errors import FileFormatError, PlanError

P, M = "13800138000", "138****8000"
MASK = deid.Mask(keep_start=3, keep_end=4)
DAY = dt.date(2024, 2, 29)


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, phone TEXT, pay REAL)")
        database.execute("CREATE TABLE orders (number INTEGER, phone INTEGER, note)")
        database.execute("CREATE INDEX by_phone ON people (phone)")
        database.execute("CREATE VIEW v AS SELECT phone FROM people")
        database.executemany("INSERT INTO people VALUES (?, ?, ?)", [(1, P, 1.5), (2, None, None)])
        database.executemany(
            "INSERT INTO orders VALUES (?, ?, ?)", [(7, int(P), "x"), (8, None, 3)]
        )
    database.close()


PLAN = deid.Plan({"people.phone": MASK, "orders.phone": MASK}, others=Keep())


def test_sqlite_tables(tmp_path: Path) -> None:
    source, target = tmp_path / "a.db", tmp_path / "b.db"
    sqlite(source)
    report = deidentify_file(source, target, plan=PLAN)
    database = sqlite3.connect(target)
    assert database.execute("SELECT * FROM people").fetchall() == [(1, M, 1.5), (2, None, None)]
    assert database.execute("SELECT number, phone FROM orders").fetchall() == [(7, M), (8, None)]
    master = database.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
    assert master == [("table", "orders"), ("table", "people")]
    assert (report.files[0].rows_in, report.files[0].rows_out) == (4, 4)
    database.close()
    assert {path.name for path in tmp_path.iterdir()} == {"a.db", "b.db"}
    assert P.encode() not in target.read_bytes()


def test_one_table_needs_no_prefix_and_columns_can_be_dropped(tmp_path: Path) -> None:
    source, target = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    with sqlite3.connect(source) as database:
        database.execute('CREATE TABLE "t x" ("a b" TEXT, c INT)')
        database.execute('INSERT INTO "t x" VALUES (?, 1)', (P,))
    database.close()
    deidentify_file(source, target, plan=deid.Plan({"a b": MASK, "c": Drop()}))
    made = sqlite3.connect(target)
    assert made.execute('SELECT * FROM "t x"').fetchall() == [(M,)]
    made.close()


@pytest.mark.filterwarnings("error")
def test_duckdb_tables(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    source, target = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    with duckdb.connect(str(source)) as database:
        database.execute("CREATE TABLE people (phone VARCHAR, pay DECIMAL(9,2), day DATE)")
        database.execute(f"INSERT INTO people VALUES ('{P}', 1.50, '2024-02-29'), (NULL, 2, NULL)")
        database.execute("CREATE TABLE orders (phone BIGINT, tags VARCHAR[])")
        database.execute(f"INSERT INTO orders SELECT {P}, ['a'] FROM range(50000)")
        before = database.execute("DESCRIBE people").fetchall()
    report = deidentify_file(source, target, plan=PLAN)
    with duckdb.connect(str(target), read_only=True) as made:
        assert made.execute("SELECT * FROM people").fetchall()[0][0] == M
        assert made.execute("DESCRIBE people").fetchall() == before
        counted = made.execute("SELECT count(*), min(phone), min(tags) FROM orders").fetchone()
        assert counted == (50_000, M, ["a"])
    assert report.rows == 50_002
    assert {path.name for path in tmp_path.iterdir()} == {"a.duckdb", "b.duckdb"}


def test_workbooks(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    first = book.active
    first.title = "客户"
    first.append(["phone", "pay", "day", "ok", "note"])
    first.append([P, 1.5, dt.datetime(2024, 2, 29), True, "=1+1"])
    first["E2"].data_type = "s"
    first["C2"].number_format = "yyyy-mm-dd"
    first["A2"].comment = openpyxl.comments.Comment(P, "x")
    second = book.create_sheet("订单")
    second.append(["phone"])
    second.append([int(P)])
    book.create_sheet("空")
    book.save(source)
    plan = deid.Plan({"客户.phone": MASK, "订单.phone": MASK}, others=Keep())
    report = deidentify_file(source, target, plan=plan)
    made = openpyxl.load_workbook(target)
    assert made.sheetnames == ["客户", "订单", "空"]
    row = [cell.value for cell in made["客户"][2]]
    assert row == [M, 1.5, dt.datetime(2024, 2, 29), True, "=1+1"]
    assert made["客户"]["E2"].data_type == "s"
    assert made["客户"]["C2"].number_format == "yyyy-mm-dd"
    assert made["订单"]["A2"].value == M
    assert report.rows == 2
    report = deidentify_file(
        source, target, plan=plan, options=deid.FileOptions(neutralise_formulas=True)
    )
    assert openpyxl.load_workbook(target)["客户"]["E2"].value == "'=1+1"
    assert report.files[0].formulas == 1


@pytest.mark.parametrize("suffix", ["db", "duckdb", "xlsx"])
def test_damaged_files_and_unknown_columns(tmp_path: Path, suffix: str) -> None:
    magic = {"db": b"SQLite format 3\0", "duckdb": b"\0" * 8 + b"DUCK", "xlsx": b"PK\x03\x04"}
    source = tmp_path / f"a.{suffix}"
    source.write_bytes(magic[suffix] + P.encode() * 100)
    with pytest.raises(FileFormatError) as caught:
        deidentify_file(source, tmp_path / f"b.{suffix}", plan=PLAN)
    assert P not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {source.name}


def test_a_plan_that_forgets_a_table_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.db"
    sqlite(source)
    with pytest.raises(PlanError, match=r"'people\.id'"):
        deidentify_file(source, tmp_path / "b.db", plan=deid.Plan({"people.phone": MASK}))
    assert deid.plan(source)["people.phone"].role == "direct"
