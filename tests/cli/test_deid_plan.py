"""``deid plan``, ``run``, ``reidentify`` and ``key`` in a row, as a person would use them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aitransparency.cli.app import app
from aitransparency.deid import planfile
from aitransparency.errors import (
    AitransparencyError,
    InputError,
    KeyMaterialError,
    NotReversibleError,
    PlanError,
)

ID = "11010519491231002X"  # the example in GB 11643-1999
CSV = f"证件号,手机号,金额\r\n{ID},13800138000,007\r\n440524188001010014,13900139000,08\r\n"


def done(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["deid", *map(str, arguments)])
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_bytes(CSV.encode("gb18030"))
    done("key", tmp_path / "k")
    done("key", tmp_path / "other")
    return tmp_path


def test_there_and_back(folder: Path) -> None:
    source, plan, sealed, back = (folder / name for name in ("in.csv", "p.toml", "o.csv", "b.csv"))
    said = done("plan", source, "--out", plan)
    assert "3 columns, 2 of them direct" in said
    text = plan.read_text("utf-8")
    plan.write_text(text.replace('"Pseudonymize"', '"Encrypt"').replace('"Mask"', '"Encrypt"'))
    done("run", source, sealed, "--plan", plan, "--key", folder / "k")
    assert ID.encode() not in sealed.read_bytes()
    from aitransparency import deid

    key_id = deid.Key.load(folder / "k").id
    assert deid.Plan.load(plan).key_id == key_id
    arguments = ["reidentify", sealed, back, "--plan", plan, "--key"]
    with pytest.raises(KeyMaterialError, match=key_id):
        done(*arguments, folder / "other")
    plan.write_text(plan.read_text("utf-8").replace(f'key_id = "{key_id}"\n', ""))
    with pytest.raises(KeyMaterialError, match="does not say which key"):
        done(*arguments, folder / "k")
    with pytest.raises(KeyMaterialError, match=key_id):
        done(*arguments, folder / "other", "--key-id", key_id)
    assert not back.exists()
    assert "2 rows" in done(*arguments, folder / "k", "--key-id", key_id)
    assert back.read_bytes() == CSV.encode("gb18030")
    assert stat.S_IMODE(back.stat().st_mode) == 0o600


def test_a_plan_is_run_with_one_key_only(folder: Path) -> None:
    from aitransparency import deid

    source, plan, target = folder / "in.csv", folder / "p.toml", folder / "o.csv"
    done("plan", source, "--out", plan)
    plan.write_bytes(b"# reviewed by two people\n" + plan.read_bytes().replace(b"\n", b"\r\n"))
    plan.chmod(0o640)
    before = plan.read_bytes()
    done("run", source, target, "--plan", plan, "--key", folder / "k")
    noted = f'key_id = "{deid.Key.load(folder / "k").id}"\r\n'.encode()
    assert plan.read_bytes().replace(noted, b"") == before
    assert noted in plan.read_bytes()
    assert stat.S_IMODE(plan.stat().st_mode) == 0o640
    after, made = plan.read_bytes(), target.read_bytes()
    with pytest.raises(KeyMaterialError, match="take the line key_id out"):
        done("run", source, target, "--plan", plan, "--key", folder / "other")
    done("run", source, target, "--plan", plan, "--key", folder / "k")
    assert (plan.read_bytes(), target.read_bytes()) == (after, made)


def test_a_refused_job_notes_no_key(folder: Path) -> None:
    done("plan", folder / "in.csv", "--out", folder / "p.toml")
    before = (folder / "p.toml").read_bytes()
    (folder / "bad.csv").write_bytes(CSV.encode("gb18030") + b"x\r\n")
    with pytest.raises(AitransparencyError):
        done("run", folder / "bad.csv", folder / "o.csv", "--plan", folder / "p.toml",
             "--key", folder / "k")  # fmt: skip
    assert (folder / "p.toml").read_bytes() == before


def test_a_plan_that_cannot_be_written_is_a_line_and_the_job_is_done(folder, monkeypatch) -> None:
    source, plan, target = folder / "in.csv", folder / "p.toml", folder / "o.csv"
    done("plan", source, "--out", plan)
    before = plan.read_bytes()

    def refused(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(planfile.Path, "write_bytes", refused)
    said = done("run", source, target, "--plan", plan, "--key", folder / "k", "--quiet")
    assert "p.toml cannot be written: Permission denied; write the line key_id" in said
    assert target.exists()
    assert plan.read_bytes() == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_key_is_noted_where_the_plan_is_made(folder: Path) -> None:
    from aitransparency import deid

    done("plan", folder / "in.csv", "--out", folder / "p.toml", "--key", folder / "k")
    assert deid.Plan.load(folder / "p.toml").key_id == deid.Key.load(folder / "k").id
    with pytest.raises(KeyMaterialError, match="would not join"):
        done("run", folder / "in.csv", folder / "o.csv", "--plan", folder / "p.toml",
             "--key", folder / "other")  # fmt: skip
    assert not (folder / "o.csv").exists()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ('version = 1\nkey_id = "k-2"\n', "changed while"),
        ('version = 1\n[columns.a]\ntechnique = "Keep"\n', "changed while"),
    ],
)
def test_a_plan_that_changed_meanwhile_is_left_alone(tmp_path, now, words) -> None:
    from aitransparency import deid

    path = tmp_path / "p.toml"
    path.write_text(now)
    with pytest.raises(PlanError, match=words):
        planfile.note_key_id(path, deid.Plan({}, key_id="k-1"))
    assert path.read_text() == now


def test_what_cannot_be_brought_back_says_why(folder: Path) -> None:
    done("plan", folder / "in.csv", "-o", folder / "p.toml")
    with pytest.raises(NotReversibleError, match="one-way"):
        done("reidentify", folder / "in.csv", folder / "b.csv", "--plan", folder / "p.toml",
             "--key", folder / "k")  # fmt: skip


def test_a_plan_is_shown_without_values_and_never_written_over(folder: Path) -> None:
    shown = done("plan", folder / "in.csv")
    assert "CN_RESIDENT_ID" in shown
    assert ID not in shown
    done("plan", folder / "in.csv", "-o", folder / "p.toml")
    with pytest.raises(InputError, match="not written over"):
        done("plan", folder / "in.csv", "-o", folder / "p.toml")


@pytest.mark.parametrize("keys", [[], ["--key", "k", "--key-env", "K"]])
def test_one_key_is_needed(folder: Path, keys: list[str]) -> None:
    done("plan", folder / "in.csv", "-o", folder / "p.toml")
    with pytest.raises(AitransparencyError, match="give the key"):
        done("reidentify", folder / "in.csv", folder / "b", "--plan", folder / "p.toml", *keys)
