"""The command line: exit codes, one-line errors, and output that never quotes a value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ID = "11010519491231002X"  # the example in GB 11643-1999


def aitransparency(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aitransparency.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_help_names_both_duties_and_the_exit_codes() -> None:
    done = aitransparency("--help")
    assert done.returncode == 0
    for words in ("Article 33", "Article 71", "demo", "Exit codes"):
        assert words in done.stdout


def test_find_prints_places_and_never_values() -> None:
    done = aitransparency("deid", "find", "-", stdin=f"无\n身份证号：{ID}\n")
    assert done.returncode == 0
    header, line = done.stdout.splitlines()
    assert header.split("\t") == ["line", "start", "end", "entity", "score"]
    assert line.split("\t")[:4] == ["2", "5", "23", "CN_RESIDENT_ID"]
    assert ID not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["deid", "find", "missing.txt"], "missing.txt"),
        (["deid", "find", "-", "--entity", "CN_PHONE"], "CN_MOBILE_PHONE"),
        (["deid", "nope"], "nope"),
        (["deid", "find", "-", "--min-score", "2"], "min-score"),
    ],
    ids=["missing file", "unknown entity names the nearest", "unknown command", "out of range"],
)
def test_wrong_use_exits_with_2_and_says_what_was_wrong(arguments: list[str], words: str) -> None:
    done = aitransparency(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_ours_is_one_line() -> None:
    done = aitransparency("deid", "find", "missing.txt")
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_utf8_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "gbk.txt"
    path.write_bytes("姓名".encode("gbk"))
    done = aitransparency("deid", "find", str(path))
    assert done.returncode == 2
    assert "gbk.txt: not UTF-8 at byte 0" in done.stderr


def test_key_is_private_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "deid.key"
    assert aitransparency("deid", "key", str(path)).returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert aitransparency("deid", "key", str(path)).returncode == 2
    assert path.read_bytes() == before
