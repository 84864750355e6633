"""``deid risk`` and ``deid check-report`` on files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from aitransparency import deid
from aitransparency.cli.app import app
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques import Keep
from aitransparency.errors import ColumnNotFoundError, FileFormatError, InputError

TABLE = pa.table(
    {
        "age": [30, 30, 40, 41] * 30,
        "sex": ["F", "F", "M", "M"] * 30,
        "ill": ["a", "b", "a", "a"] * 30,
    }
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    pyarrow.csv.write_csv(TABLE, tmp_path / "people.csv")
    pyarrow.parquet.write_table(TABLE, tmp_path / "people.parquet")
    plan = Plan({name: Keep() for name in TABLE.column_names})
    plan.save(tmp_path / "plan.toml")
    key = deid.Key(bytes(32))
    key.save(tmp_path / "key")
    report = deid.deidentify(TABLE, plan, key=key).report
    (tmp_path / "report.json").write_text(report.to_json(key=key), encoding="utf-8")
    return tmp_path


def run(*arguments: object):
    return CliRunner().invoke(app, ["deid", *map(str, arguments)])


@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_risk_prints_figures(files: Path, name: str) -> None:
    done = run("risk", files / name, "-q", "age", "-q", "sex", "-s", "ill", "--population", 900)
    assert done.exit_code == 0
    assert "120 records fall into 3 equivalence classes" in done.stdout
    assert "Population of 900" in done.stdout


def test_codes_keep_their_zeros_and_any_encoding_is_read(tmp_path: Path) -> None:
    """By hand: 051000 and 51000 are two codes of two records each; a number would join them."""
    text = "邮编,年龄\n" + "051000,30\n" * 2 + "51000,30\n" * 2
    (tmp_path / "people.csv").write_bytes(text.encode("gb18030"))
    done = run("risk", tmp_path / "people.csv", "-q", "邮编", "-q", "年龄", "--json")
    assert json.loads(done.stdout)["k"] == 2
    done = run("risk", tmp_path / "people.csv", "-q", "邮编", "--language", "zh")
    assert "准标识符：邮编" in done.stdout


def test_the_population_is_a_number_or_a_file(files: Path) -> None:
    arguments = ("risk", files / "people.csv", "-q", "age", "--json", "--population")
    assert json.loads(run(*arguments, 500).stdout)["population"]["source"] == "size"
    told = json.loads(run(*arguments, files / "people.parquet").stdout)["population"]
    assert (told["source"], told["presence"]) == ("frame", [1.0, 1.0])


def test_risk_as_json_with_a_suggestion(files: Path) -> None:
    done = run("risk", files / "people.csv", "-q", "age", "-q", "sex", "--k", 40, "--json")
    told = json.loads(done.stdout)
    assert told["k"] == 30
    assert told["suggestion"]["k"] >= 40
    done = run("risk", files / "people.csv", "-q", "age", "--k", 40)
    assert "To reach k =" in done.stdout


def test_a_report_is_checked(files: Path) -> None:
    arguments = ("--plan", files / "plan.toml", "--key", files / "key")
    done = run("check-report", files / "report.json", *arguments, "--source", files / "people.csv")
    assert done.exit_code == 0
    assert dict(line.split("\t") for line in done.stdout.splitlines()) == dict.fromkeys(
        ("whole", "leaks", "seal", "plan", "key", "source"), "same"
    )


def test_a_changed_report_exits_with_1(files: Path) -> None:
    text = (files / "report.json").read_text(encoding="utf-8")
    (files / "report.json").write_text(text.replace('"rows": 120', '"rows": 119'), "utf-8")
    done = run("check-report", files / "report.json")
    assert done.exit_code == 1
    assert "whole\tdiffers" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("risk", "none.csv", "-q", "a"), InputError, "does not exist"),
        (("risk", "people.csv", "-q", "agee"), ColumnNotFoundError, "did you mean 'age'"),
        (("risk", "bad.parquet", "-q", "a"), FileFormatError, "bad.parquet"),
        (("risk", "ragged.csv", "-q", "a"), FileFormatError, "ragged.csv, line 3"),
        (("risk", "empty.csv", "-q", "a"), InputError, "no record"),
        (("check-report", "none.json"), FileFormatError, "No such file"),
        (("check-report", "people.csv"), FileFormatError, "not JSON"),
    ],
)
def test_wrong_use(files: Path, arguments, error, words) -> None:
    (files / "bad.parquet").write_bytes(b"PAR1 and nothing else")
    (files / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n", encoding="utf-8")
    (files / "empty.csv").write_text("a,b\n", encoding="utf-8")
    command, name, *rest = arguments
    done = run(command, files / name, *rest)
    assert isinstance(done.exception, error)
    assert words in str(done.exception)
