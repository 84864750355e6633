"""``deid plan``, ``run``, ``reidentify`` and ``key`` in a row, as a person would use them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aitransparency.cli.app import app
from aitransparency.errors import (
    AitransparencyError,
    InputError,
    KeyMaterialError,
    NotReversibleError,
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
    arguments = ["reidentify", sealed, back, "--plan", plan, "--key"]
    with pytest.raises(KeyMaterialError, match="does not say which key"):
        done(*arguments, folder / "k")
    with pytest.raises(KeyMaterialError, match=key_id):
        done(*arguments, folder / "other", "--key-id", key_id)
    assert not back.exists()
    assert "2 rows" in done(*arguments, folder / "k", "--key-id", key_id)
    assert back.read_bytes() == CSV.encode("gb18030")
    assert stat.S_IMODE(back.stat().st_mode) == 0o600


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
