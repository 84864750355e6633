"""Going on inside a file that a library writes: the same bytes as without the interrupt."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from aitransparency import deid
from aitransparency.deid.files import columnar, duckdb_file, excel_file, one_file, sqlite_file
from aitransparency.deid.files.spool import spool_target
from aitransparency.deid.techniques import Keep
from aitransparency.errors import FileAccessError

P = "13800138000"
ROWS = 900
PLAN = deid.Plan({"phone": deid.Pseudonymize(), "name": deid.Redact()}, others=Keep())
RESUME = deid.FileOptions(resume=True)
SUFFIXES = ("parquet", "feather", "arrow", "xlsx", "sqlite", "duckdb")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch) -> None:
    """Chunks of 50 rows, a checkpoint at every second."""
    for module in (columnar, duckdb_file, sqlite_file):
        monkeypatch.setattr(module, "ROWS", 50)
    monkeypatch.setattr(excel_file, "_ROWS", 50)
    monkeypatch.setattr(one_file, "PART", 2)


def frame() -> pa.Table:
    return pa.table({
        "phone": [f"138{number:08}" for number in range(ROWS)],
        "name": pa.array([("\u5f20\u4e09", None)[n % 2] for n in range(ROWS)]).dictionary_encode(),
        "n": [None if n % 7 == 0 else n for n in range(ROWS)],
        "tags": pa.array([[f"t{n}"] * (n % 3) for n in range(ROWS)]),
    })  # fmt: skip


def write(path: Path) -> None:
    table = frame()
    flat = table.drop_columns("tags")
    match path.suffix:
        case ".parquet":
            pq.write_table(table, path, row_group_size=120)
        case ".feather":
            feather.write_feather(table, path, chunksize=120)
        case ".arrow":
            with pa.ipc.new_stream(path, table.schema) as writer:
                writer.write_table(table, max_chunksize=120)
        case ".sqlite":
            with sqlite3.connect(path) as base:
                base.execute("create table people (phone TEXT, name TEXT, n INTEGER)")
                base.executemany("insert into people values (?, ?, ?)",
                                 [tuple(row.values()) for row in flat.to_pylist()])  # fmt: skip
            base.close()
        case ".duckdb":
            import duckdb

            with duckdb.connect(str(path)) as base:
                base.register("made", flat)
                base.execute("create table people as select * from made")
        case ".xlsx":
            from openpyxl import Workbook

            book = Workbook()
            book.active.append(list(flat.column_names))
            for row in flat.to_pylist():
                book.active.append(list(row.values()))
            book.save(path)


def contents(path: Path) -> object:
    """Return the bytes; of DuckDB the rows, for the library lays the same rows out differently."""
    if path.suffix != ".duckdb":
        return path.read_bytes()
    import duckdb

    with duckdb.connect(str(path), read_only=True) as base:
        return base.execute("select * from people").fetchall()


def stop_after(rows: int) -> Callable[[int, int, int | None], None]:
    def stop(done: int, position: int, end: int | None) -> None:
        if done >= rows:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("verify", [True, False])
def test_what_goes_on_ends_with_the_same_bytes(tmp_path, key, suffix, verify) -> None:
    source, whole, target = (tmp_path / f"{name}.{suffix}" for name in "abc")
    write(source)
    deid.deidentify_file(source, whole, plan=PLAN, key=key, verify=verify)
    for rows in (500, 700):  # stopped twice
        with pytest.raises(KeyboardInterrupt):
            deid.deidentify_file(source, target, plan=PLAN, key=key, verify=verify,
                                 options=RESUME, progress=stop_after(rows))  # fmt: skip
        assert not target.exists()
    left = [path for path in tmp_path.iterdir() if path.name.startswith(".deid-")]
    assert left
    assert all(path.stat().st_mode & 0o077 == 0 for path in left)
    report = deid.deidentify_file(source, target, plan=PLAN, key=key, verify=verify, options=RESUME)
    assert report.files[0].resumed_at >= 600
    assert (report.rows, report.files[0].rows_out) == (ROWS, ROWS)
    assert contents(target) == contents(whole)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.{suffix}" for name in "abc"}


def test_several_tables_go_on_in_the_middle_of_the_second(tmp_path, key) -> None:
    source, whole, target = (tmp_path / f"{name}.sqlite" for name in "abc")
    with sqlite3.connect(source) as base:
        for table in ("empty", "one", "two"):
            base.execute(f"create table {table} (phone TEXT, n INTEGER)")
        for table in ("one", "two"):
            base.executemany(f"insert into {table} values (?, ?)", [(P, n) for n in range(330)])
    base.close()
    gone = dict.fromkeys(("empty.phone", "empty.n"), deid.Drop())
    plan = deid.Plan({"one.phone": deid.Pseudonymize(), "two.phone": deid.Redact(), **gone},
                     others=Keep())  # fmt: skip
    deid.deidentify_file(source, whole, plan=plan, key=key)
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(source, target, plan=plan, key=key, options=RESUME,
                             progress=stop_after(520))  # fmt: skip
    report = deid.deidentify_file(source, target, plan=plan, key=key, options=RESUME)
    assert report.files[0].resumed_at > 330
    assert target.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_what_was_kept_and_is_damaged_is_never_taken_up(tmp_path, key, damage) -> None:
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(source)
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(source, target, plan=PLAN, key=key, options=RESUME,
                             progress=stop_after(500))  # fmt: skip
    from aitransparency.deid.files.safe_output import private_path

    kept = private_path(spool_target(target), "tmp")
    data = bytearray(kept.read_bytes())
    if damage == "gone":
        kept.unlink()
    else:
        if damage == "cut":
            del data[len(data) // 2 :]
        else:
            data[: len(data) // 2] = b"\xff" * (len(data) // 2)
        kept.write_bytes(data)
    if damage == "changed":
        with pytest.raises(FileAccessError, match="run it again"):
            deid.deidentify_file(source, target, plan=PLAN, key=key, options=RESUME)
        assert not target.exists()
    else:
        report = deid.deidentify_file(source, target, plan=PLAN, key=key, options=RESUME)
        assert report.files[0].resumed_at == 0
        assert pq.read_table(target).num_rows == ROWS
    deid.deidentify_file(source, target, plan=PLAN, key=key)
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", "b.parquet"}


JOB = """
import sys
from aitransparency import deid
from aitransparency.deid.files import columnar, one_file
columnar.ROWS, one_file.PART = 50, 2
plan = deid.Plan({"phone": deid.Pseudonymize(), "name": deid.Redact()}, others=deid.Keep())
deid.deidentify_file(sys.argv[1], sys.argv[2], plan=plan, key=deid.Key(bytes(range(32))),
    options=deid.FileOptions(resume=True), progress=lambda *state: print(flush=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("lines", [1, 5, 12])
def test_a_killed_job_goes_on(tmp_path, key, lines) -> None:
    source, whole, target = (tmp_path / f"{name}.parquet" for name in "abc")
    write(source)
    deid.deidentify_file(source, whole, plan=PLAN, key=key)
    command = [sys.executable, "-c", JOB, str(source), str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    if not target.exists():  # else it was faster than the kill
        deid.deidentify_file(source, target, plan=PLAN, key=key, options=RESUME)
    assert target.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", "b.parquet", "c.parquet"}


def test_a_job_that_is_not_to_go_on_keeps_nothing_and_clears_what_another_left(tmp_path, key):
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(source)
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(source, target, plan=PLAN, key=key, options=RESUME,
                             progress=stop_after(500))  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(source, target, plan=PLAN, key=key, progress=stop_after(500))
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet"}
