"""``deid run``: files and standard input, exit codes, one-line errors, quiet and progress."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from aitransparency import deid
from aitransparency.cli.progress import Bar
from aitransparency.deid.techniques import Keep

P, M = "13800138000", "138****8000"


def run(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "aitransparency.cli", "deid", "run", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    deid.Plan({"phone": deid.Mask(keep_start=3, keep_end=4)}, others=Keep()).save(path)
    return path


def test_a_file_with_a_report(tmp_path: Path, plan: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text(f"id,phone\n1,{P}\nx\n")
    key = tmp_path / "deid.key"
    deid.Key(bytes(32)).save(key)
    done = run(source, target, "--plan", plan, "--key", key, "--bad-rows", "quarantine",
               "--report", tmp_path / "report.json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert target.read_text() == f"id,phone\n1,{M}\n"
    assert b"2 rows in, 1 out, 1 quarantined" in done.stderr
    assert done.stdout == b""
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["files"][0]["encoding"] == "utf-8"


def test_standard_input_to_standard_output(plan: Path) -> None:
    done = run("-", "-", "--plan", plan, "--quiet", stdin=f"id;phone\r\n1;{P}\r\n".encode())
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"id;phone\r\n1;{M}\r\n".encode(),
        b"",
    )
    lines = f'{{"phone":"{P}"}}\n'.encode()
    done = run("-", "-", "--plan", plan, "--format", "jsonl", "--quiet", stdin=lines)
    assert done.stdout == lines.replace(P.encode(), M.encode())


def test_nothing_is_written_to_standard_output_before_all_is_verified(plan: Path) -> None:
    done = run("-", "-", "--plan", plan, stdin=f"id,phone\n1,{P}\n2\n".encode())
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"standard input: line 3: 1 fields where 2 are expected" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.csv", "b.csv"], 1, b"missing.csv cannot be read"),
        (["-", "b.csv"], 2, b"standard input goes to standard output"),
        (["a.csv", "b.csv", "--bad-rows", "drop"], 2, b"'error' or 'quarantine'"),
        (["a.csv", "b.parquet"], 2, b"formats are kept"),
        (["a.csv", "a.csv"], 2, b"one file"),
    ],
)
def test_errors_are_one_line_with_an_exit_code(tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("phone\n")
    done = run(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_quiet_is_silent(tmp_path: Path, plan: Path) -> None:
    (tmp_path / "a.csv").write_text(f"phone\n{P}\n")
    done = run(tmp_path / "a.csv", tmp_path / "b.csv", "--plan", plan, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_progress_moves_on_a_terminal_and_is_lines_in_a_log(monkeypatch, kind) -> None:
    clock = iter(range(0, 1000, 11))
    monkeypatch.setattr("aitransparency.cli.progress.time.monotonic", lambda: float(next(clock)))
    stream = kind()
    with Bar(quiet=False, stream=stream) as bar:
        bar(1000, 10, 100)
        bar(2000, 20, None)
    text = stream.getvalue()
    assert "1,000 rows, 91 rows/s, 10%, 1:39 left" in text
    assert ("\r" in text) == (kind is Terminal)
    assert ("\n" in text) == (kind is io.StringIO)
