"""The report of a job over files: its fingerprint of the source, and what redactions it counts."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.cli.app import app
from aitransparency.deid.apply import apply_counted
from aitransparency.deid.files.verified import verified
from aitransparency.deid.report import check_report
from aitransparency.deid.techniques import Keep
from aitransparency.errors import FileAccessError

P, M = "13800138000", "138****8000"
ROWS = 120
DATA = ("id,phone\n" + f"1,{P}\n" * ROWS).encode()


def results(report: deid.Report, key: deid.Key | None, source: object) -> dict[str, str]:
    checked = check_report(report.to_json(), key=key, source=source)
    return {one.what: one.result for one in checked}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(DATA)
    return path


def test_without_a_key_it_is_what_sha256sum_prints(source, phone_plan) -> None:
    report = deid.deidentify_file(source, source.with_name("b.csv"), plan=phone_plan)
    digest = hashlib.sha256(DATA).hexdigest()
    assert report.source == {"algorithm": "sha256-files", "digest": digest}
    assert results(report, None, source)["source"] == "same"


def test_with_a_key_nobody_else_can_try_values(source, phone_plan, key) -> None:
    target = source.with_name("b.csv")
    report = deid.deidentify_file(source, target, plan=phone_plan, key=key)
    digest = hmac.new(key.derive("report source"), DATA, "sha256").hexdigest()
    assert report.source == {"algorithm": "hmac-sha256-files", "digest": digest}
    assert results(report, key, str(source))["source"] == "same"
    assert results(report, None, source)["source"] == "unknown"
    assert results(report, key, pa.table({"id": ["1"]}))["source"] == "unknown"
    source.write_bytes(DATA + b"2,13900139000\n")
    assert results(report, key, source)["source"] == "differs"
    source.unlink()
    assert results(report, key, source)["source"] == "differs"


def test_few_rows_without_a_key_have_none(source, phone_plan, key) -> None:
    source.write_bytes(DATA[:100])
    few = source.read_bytes().rpartition(b"\n")[0]
    source.write_bytes(few)
    report = deid.deidentify_file(source, source.with_name("b.csv"), plan=phone_plan)
    assert report.source is None
    assert results(report, None, source)["source"] == "unknown"
    report = deid.deidentify_file(source, source.with_name("b.csv"), plan=phone_plan, key=key)
    assert results(report, key, source)["source"] == "same"


def test_a_folders_is_over_names_and_bytes_and_survives_going_on(tmp_path, phone_plan, key):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (folder / name).write_bytes(DATA)
    options = deid.FileOptions(resume=True)
    files = []

    def interrupt(rows: int, position: int, end: int | None) -> None:
        files.append(rows)
        if len(files) == 2:
            raise KeyboardInterrupt

    whole = deid.deidentify_file(folder, tmp_path / "one", plan=phone_plan, key=key)
    with pytest.raises(KeyboardInterrupt):
        deid.deidentify_file(
            folder, tmp_path / "two", plan=phone_plan, key=key, options=options, progress=interrupt
        )
    again = deid.deidentify_file(
        folder, tmp_path / "two", plan=phone_plan, key=key, options=options
    )
    assert again.files[0].resumed_at == ROWS
    assert whole.source is not None
    assert again.source == whole.source
    assert results(whole, key, folder)["source"] == "same"
    (folder / "a.csv").rename(folder / "d.csv")
    assert results(whole, key, folder)["source"] == "differs"


def test_the_command_checks_a_report_of_files(source, phone_plan) -> None:
    from typer.testing import CliRunner

    report = deid.deidentify_file(source, source.with_name("b.csv"), plan=phone_plan)
    path = source.with_name("r.json")
    path.write_text(report.to_json())
    for data, code, words in ((DATA, 0, "source\tsame"), (DATA + b"\n", 1, "source\tdiffers")):
        source.write_bytes(data)
        arguments = ["deid", "check-report", str(path), "--source", str(source)]
        made = CliRunner().invoke(app, arguments)
        assert (made.exit_code, words in made.output) == (code, True)


def test_a_source_that_cannot_be_hashed_stops_the_job(source, phone_plan, monkeypatch) -> None:
    from aitransparency.deid.files import source_digest

    def gone(*arguments: object) -> str:
        raise FileAccessError("a.csv cannot be read: Input/output error")

    monkeypatch.setattr(source_digest, "file_digest", gone)
    with pytest.raises(FileAccessError, match="Input/output error"):
        deid.deidentify_file(source, source.with_name("b.csv"), plan=phone_plan)
    assert {path.name for path in source.parent.iterdir()} == {"a.csv"}


@pytest.mark.parametrize("name", ["张三", "张小三"])  # looked for in its own row, and everywhere
def test_a_batch_by_itself_counts_a_redaction_once(name) -> None:
    table = pa.table({"name": [name, "李小四"], "note": [f"{name}来电", "无"]})
    plan = deid.Plan({"name": deid.plan(table)["name"], "note": Keep()})
    plan["name"] = deid.Redact()
    batch = table.to_batches()[0]
    made, found = verified(plan, batch, apply_counted(batch, plan, None), "redact")
    whole = deid.deidentify(table, plan, on_leak="redact")
    assert whole.report.verification is not None
    assert made.to_pylist() == whole.data.to_pylist()
    assert found.redacted == whole.report.verification.redacted == {"note": 1}
