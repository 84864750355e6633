"""The output of a file is searched for the originals of all of it, whatever the chunks are."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from aitransparency import deid
from aitransparency.deid import FileOptions, Keep, Plan, deidentify_file
from aitransparency.deid.files import columnar, one_file, tables
from aitransparency.deid.files.job import deidentify_stream
from aitransparency.deid.files.limits import Limits
from aitransparency.deid.plan import ColumnPlan
from aitransparency.deid.techniques import Drop, Mask, Redact, Scan
from aitransparency.errors import LeakError

P, Q = "13800138000", "13912345678"
ROWS = 60  # in chunks of a few
PLAN = Plan(
    {
        "gone": Drop(),
        "phone": ColumnPlan(Mask(keep_start=3, keep_end=4), "direct", "CN_MOBILE_PHONE"),
        "note": Keep(),
        "more": Keep(),
    }
)
SUFFIXES = ("csv", "csv.gz", "jsonl", "parquet", "feather", "sqlite", "duckdb", "xlsx")


def people(leak: str) -> pa.Table:
    """Return rows of which the first one's note holds the last one's phone, and the reverse."""
    phones = [f"137{number:08d}" for number in range(ROWS)]
    phones[0], phones[-1] = P, Q
    notes = [f"note {number}" for number in range(ROWS)]
    more = ["无"] * ROWS
    notes[0], more[-1] = f"call {Q}" if "first" in leak else "x", P if "last" in leak else "y"
    return pa.table({"gone": notes, "phone": phones, "note": notes, "more": more})


def write(path: Path, table: pa.Table) -> None:
    names = table.column_names
    rows = [list(row.values()) for row in table.to_pylist()]
    match path.name.partition(".")[2]:
        case "csv":
            text = "".join(",".join(row) + "\n" for row in [names, *rows])
            path.write_text(text, encoding="utf-8")
        case "csv.gz":
            import gzip

            text = "".join(",".join(row) + "\n" for row in [names, *rows])
            path.write_bytes(gzip.compress(text.encode()))
        case "jsonl":
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())
            path.write_text(text, encoding="utf-8")
        case "parquet":
            pyarrow.parquet.write_table(table, path, row_group_size=7)
        case "feather":
            pyarrow.feather.write_feather(table, path, chunksize=7)
        case "sqlite":
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE t (gone TEXT, phone TEXT, note TEXT, more TEXT)")
                connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
            connection.close()
        case "duckdb":
            duckdb = pytest.importorskip("duckdb")
            with duckdb.connect(str(path)) as connection:
                connection.register("rows_here", table)
                connection.execute("CREATE TABLE t AS SELECT * FROM rows_here")
        case "xlsx":
            openpyxl = pytest.importorskip("openpyxl")
            book = openpyxl.Workbook()
            for row in [names, *rows]:
                book.active.append(row)
            book.save(path)


def notes_of(path: Path, options: FileOptions) -> tuple[list[str], list[str]]:
    from aitransparency.deid.files.formats import open_source

    opened = open_source(path, path.name, options)
    try:
        made = [group for chunk in opened.chunks() for group in opened.read(chunk).groups]
    finally:
        opened.close()
    table = pa.Table.from_batches(made)
    return table["note"].to_pylist(), table["more"].to_pylist()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "ROWS", 7)
    monkeypatch.setattr(tables, "ROWS", 7)
    for module in ("sqlite_file", "duckdb_file"):
        monkeypatch.setattr(f"aitransparency.deid.files.{module}.ROWS", 7)
    monkeypatch.setattr("aitransparency.deid.files.excel_file._ROWS", 7)


OPTIONS = FileOptions(chunk_bytes=200)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("leak", ["first", "last"])
def test_an_original_of_another_chunk_stops_the_job(tmp_path, suffix, leak) -> None:
    """What the last chunk removes stands in the first, and the reverse."""
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(source, people(leak))
    column = {"first": "note", "last": "more"}[leak]
    with pytest.raises(LeakError, match=f"'{column}': 1 value of the output is an original"):
        deidentify_file(source, target, plan=PLAN, options=OPTIONS)
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_is_taken_out_on_request(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    table = people("first and last")
    write(source, table)
    options = FileOptions(chunk_bytes=200, on_leak="redact")
    report = deidentify_file(source, target, plan=PLAN, options=options)
    assert report.verification is not None
    assert report.verification.redacted == {"note": 1, "more": 1}
    assert report.verification.values == ROWS
    whole = deid.deidentify(table, PLAN, on_leak="redact").data
    assert notes_of(target, options) == (whole["note"].to_pylist(), whole["more"].to_pylist())
    assert whole["note"][0].as_py() == "call <REDACTED>"
    assert {path.name for path in tmp_path.iterdir()} == {source.name, target.name}
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_clean_file_raises_no_alarm(tmp_path, suffix) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write(source, people("none"))
    found = deidentify_file(source, target, plan=PLAN, options=OPTIONS).verification
    assert found is not None
    assert (found.leaks, found.redacted, found.values, found.columns) == ({}, {}, ROWS, 3)


def test_text_that_hides_what_another_line_shows(tmp_path) -> None:
    """The finder takes the number out where it sees it, and not where a word breaks it apart."""
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    lines = [f"第{number}行" for number in range(ROWS)]
    lines[0], lines[-1] = "1|3|8|0|0|1|3|8|0|0|0", f"回拨{P}"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = Plan({"text": ColumnPlan(Scan(), "text")})
    assert len(deid.find(lines[0])) == 0
    with pytest.raises(LeakError, match="'text'"):
        deidentify_file(source, target, plan=plan, options=FileOptions(chunk_bytes=100))
    options = FileOptions(chunk_bytes=100, on_leak="redact")
    deidentify_file(source, target, plan=plan, options=options)
    made = target.read_text(encoding="utf-8").splitlines()
    assert (made[0], made[-1]) == ("<REDACTED>", "回拨<CN_MOBILE_PHONE>")
    assert made[1:-1] == lines[1:-1]


def test_a_leak_between_a_list_and_another_record(tmp_path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    rows = [{"phones": [f"137{n:08d}"], "note": "x"} for n in range(ROWS)]
    rows[-1]["phones"], rows[0]["note"] = ["13500135000", P], f"call {P}"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    plan = Plan({"phones[]": ColumnPlan(Redact(), "direct", "CN_MOBILE_PHONE"), "note": Keep()})
    options = FileOptions(chunk_bytes=200, on_leak="redact")
    deidentify_file(source, target, plan=plan, options=options)
    assert json.loads(target.read_text().splitlines()[0])["note"] == "call <REDACTED>"


@pytest.mark.parametrize("on_leak", ["error", "redact"])
def test_more_originals_than_are_held_take_more_passes(tmp_path, on_leak) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    write(source, people("first and last"))
    options = FileOptions(chunk_bytes=200, on_leak=on_leak, limits=Limits(originals=10))
    if on_leak == "error":
        with pytest.raises(LeakError, match="original identifier"):
            deidentify_file(source, target, plan=PLAN, options=options)
        return
    found = deidentify_file(source, target, plan=PLAN, options=options).verification
    assert found is not None
    assert (found.redacted, found.values) == ({"note": 1, "more": 1}, ROWS)
    usual = tmp_path / "c.csv"
    deidentify_file(
        source, usual, plan=PLAN, options=FileOptions(chunk_bytes=200, on_leak="redact")
    )
    assert target.read_bytes() == usual.read_bytes()


def test_a_job_that_goes_on_learns_the_finished_part_again(tmp_path, monkeypatch) -> None:
    """The original is removed before the interrupt, the copy of it is written after."""
    monkeypatch.setattr(one_file, "PART", 2)
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    write(source, people("last"))
    options = FileOptions(chunk_bytes=200, resume=True)
    calls = 0

    def interrupt(rows: int, position: int, end: int | None) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify_file(source, target, plan=PLAN, options=options, progress=interrupt)
    with pytest.raises(LeakError, match="'more': 1 value"):
        deidentify_file(source, target, plan=PLAN, options=options)
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.parametrize("on_leak", ["error", "redact"])
def test_a_stream(tmp_path, on_leak) -> None:
    path = tmp_path / "a.csv"
    write(path, people("first"))
    target = io.BytesIO()
    options = FileOptions(chunk_bytes=200, on_leak=on_leak)
    source = io.BytesIO(path.read_bytes())
    if on_leak == "error":
        with pytest.raises(LeakError):
            deidentify_stream(source, target, plan=PLAN, options=options)
        assert not target.getvalue()
        return
    deidentify_stream(source, target, plan=PLAN, options=options)
    assert target.getvalue().decode().splitlines()[1] == "138****8000,call <REDACTED>,无"


def test_rows_that_are_missing_from_the_file_are_noticed(tmp_path, monkeypatch) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    write(source, people("none"))

    def forget(self: object, payload: bytes, seen: list[int] = []) -> None:  # noqa: B006
        seen.append(1)
        if len(seen) != 3:
            self._output.write(payload)  # type: ignore[attr-defined]

    monkeypatch.setattr(one_file._Bytes, "write", forget)
    with pytest.raises(LeakError, match=f"{ROWS} rows were written and 5[0-9] are in the file"):
        deidentify_file(source, target, plan=PLAN, options=OPTIONS)
