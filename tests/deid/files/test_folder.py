"""Folders and patterns: the same tree, one plan, all or nothing, and going on file by file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aitransparency import deid
from aitransparency.deid.techniques import Keep
from aitransparency.errors import FileFormatError, InputError

P, M = "13800138000", "138****8000"
PLAN = deid.Plan({"phone": deid.Mask(keep_start=3, keep_end=4)}, others=Keep())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    for city in ("广州", "深圳"):
        part = made / f"city={city}"
        part.mkdir(parents=True)
        for number in range(2):
            pq.write_table(pa.table({"phone": [P] * 5, "n": range(5)}), part / f"{number}.parquet")
    (made / "_SUCCESS").write_text("")
    return made


def hidden(path: Path) -> list[str]:
    return [one.name for one in path.iterdir() if one.name.startswith(".deid-")]


def test_the_tree_and_its_partitions_stay(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    report = deid.deidentify_file(folder, target, plan=PLAN)
    made = pq.read_table(target, partitioning="hive")
    assert made.num_rows == report.rows == 20
    assert set(made["phone"].to_pylist()) == {M}
    assert sorted(set(made["city"].to_pylist())) == ["广州", "深圳"]
    assert target.stat().st_mode & 0o777 == 0o700
    assert len(report.files) == 4
    assert not hidden(tmp_path)


def test_a_pattern_takes_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.csv", "b.csv", "c.txt"):
        (tmp_path / "in" / name).write_text(f"phone\n{P}\n")
    deid.deidentify_file(tmp_path / "in" / "*.csv", tmp_path / "out", plan=PLAN)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.csv", "b.csv"}


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("x.docx", FileFormatError, "no format known"),
        (f"phone={P}/a.csv", InputError, "folders hold identifiers"),
    ],
)
def test_what_nobody_looked_at_is_not_handed_on(folder, tmp_path, name, error, words) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("phone\n")
    with pytest.raises(error, match=words) as caught:
        deid.deidentify_file(folder, tmp_path / "out", plan=PLAN)
    assert P not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_one_bad_file_and_nothing_appears(folder: Path, tmp_path: Path) -> None:
    (folder / "z.parquet").write_bytes(b"PAR1 not parquet")
    with pytest.raises(FileFormatError, match=r"z\.parquet"):
        deid.deidentify_file(folder, tmp_path / "out", plan=PLAN)
    assert not (tmp_path / "out").exists()
    assert not hidden(tmp_path)


def test_a_folder_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").write_text("")
    with pytest.raises(InputError, match="never written over"):
        deid.deidentify_file(folder, tmp_path / "out", plan=PLAN)


def test_going_on_skips_finished_files(folder: Path, tmp_path: Path) -> None:
    calls = []

    def stop(rows: int, position: int, end: int | None) -> None:
        calls.append(rows)
        if len(calls) == 3:
            raise KeyboardInterrupt

    options = deid.FileOptions(resume=True)
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(folder, tmp_path / "out", plan=PLAN, options=options, progress=stop)
    assert not (tmp_path / "out").exists()
    report = deid.deidentify_file(folder, tmp_path / "out", plan=PLAN, options=options)
    assert [one.resumed_at for one in report.files] == [5, 5, 0, 0]
    assert report.rows == 20
    assert pq.read_table(tmp_path / "out").num_rows == 20
    assert not hidden(tmp_path)


def test_bad_rows_of_a_folder_go_beside_it(tmp_path: Path, key: deid.Key) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(f"phone,n\n{P},1\nx\n")
    options = deid.FileOptions(bad_rows="quarantine")
    report = deid.deidentify_file(
        tmp_path / "in", tmp_path / "out", plan=PLAN, key=key, options=options
    )
    assert report.quarantined == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.csv"}
    aside = tmp_path / "out.quarantine" / "a.csv.quarantine.jsonl"
    assert [data for _, _, data in deid.read_quarantine(aside, key=key)] == [b"x\n"]
