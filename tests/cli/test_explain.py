"""``aitransparency explain``: a registry, a card and a batch from files alone."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from aitransparency.cli import main

DECISION = """
favourable = 1
threshold = 0.5
[labels]
0 = { zh = "未通过", en = "not approved" }
1 = { zh = "通过", en = "approved" }
"""


def aitransparency(*arguments: str) -> SimpleNamespace:
    """Run the command in this process: a new one would import scikit-learn each time."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["aitransparency", *arguments])
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("explain")
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"income": draw.uniform(0, 9, 80), "debt": draw.uniform(0, 1, 80)})
    good = (frame["income"] > 9 * frame["debt"]).astype(int)
    model = LogisticRegression().fit(frame, good)
    skops.io.dump(model, home / "model.skops")
    (home / "model.pkl").write_bytes(pickle.dumps(model))
    frame.to_csv(home / "people.csv", index=False)
    frame.to_parquet(home / "people.parquet")
    (home / "decision.toml").write_text(DECISION, encoding="utf-8")
    return home


def run(home: Path, command: str, *more: str, people: str = "people.csv"):
    files = [str(home / name) for name in ("model.skops", "people.csv", people)]
    decision = ["--decision", str(home / "decision.toml")]
    return aitransparency("explain", command, *files, *decision, *more)


def test_a_registry_is_drafted_edited_and_checked(home: Path) -> None:
    out = home / "features.toml"
    done = aitransparency(
        "explain", "features", "init", str(home / "people.csv"), "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert "2 columns" in done.stdout
    again = aitransparency(
        "explain", "features", "init", str(home / "people.csv"), "--out", str(out)
    )
    assert again.returncode == 2
    assert "never written over" in again.stderr
    good = aitransparency(
        "explain", "features", "check", str(out), "--table", str(home / "people.csv")
    )
    assert good.returncode == 0, good.stderr
    text = out.read_text(encoding="utf-8").replace('"income"', '"收入特征"')
    out.write_text(text, encoding="utf-8")
    bad = aitransparency("explain", "features", "check", str(out))
    assert bad.returncode == 2
    assert "特征" in bad.stderr
    assert bad.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "系统给出的结果是"),
        ("markdown", "## 结果"),
        ("html", "<!doctype html>"),
        ("fragment", '<article class="ait-card"'),
        ("sms", "系统给出的结果是"),
        ("json", '"aitransparency.card/1"'),
    ],
)
def test_a_card_in_every_form(home: Path, form: str, words: str) -> None:
    done = run(home, "card", "--row", "3", "--format", form)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout


def test_the_card_is_the_one_that_python_gives(home: Path) -> None:
    out = home / "card.json"
    done = run(home, "card", "--format", "json", "--language", "en", "--out", str(out))
    assert done.returncode == 0, done.stderr
    card = json.loads(out.read_text(encoding="utf-8"))
    model = skops.io.load(home / "model.skops")
    first = pd.read_csv(home / "people.csv").iloc[[0]]
    assert card["outcome"]["score"] == pytest.approx(model.predict_proba(first)[0, 1])
    assert card["sha256"][:12] in done.stdout


@pytest.mark.parametrize("people", ["people.csv", "people.parquet"])
def test_a_batch_is_written_as_parquet(home: Path, people: str) -> None:
    out = home / f"{people}.reasons.parquet"
    done = run(home, "batch", "--out", str(out), "--top", "2", people=people)
    assert done.returncode == 0, done.stderr
    table = pq.read_table(out)
    assert table.num_rows == 80
    assert set(table["decision"].to_pylist()) == {"通过", "未通过"}


def test_a_pickle_is_refused(home: Path) -> None:
    people = str(home / "people.csv")
    done = aitransparency("explain", "card", str(home / "model.pkl"), people, people)
    assert done.returncode == 2
    assert "pickle" in done.stderr


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ("favourable = 3\n[labels]\n0 = 'a'\n1 = 'b'", "'3' is not a class of the model"),
        ("[labels]\n0 = 'a'\n1 = 'b'", "favourable"),
        ("colour = 1", "no such key"),
        ("threshold = 'x'\nfavourable = 1\n[labels]\n0 = 'a'\n1 = 'b'", "threshold is a number"),
        ("= 1", "decision.toml"),
    ],
)
def test_a_wrong_decision_is_named(home: Path, tmp_path: Path, decision: str, words: str) -> None:
    path = tmp_path / "decision.toml"
    path.write_text(decision, encoding="utf-8")
    files = [str(home / name) for name in ("model.skops", "people.csv", "people.csv")]
    done = aitransparency("explain", "card", *files, "--decision", str(path))
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_rows_and_files_are_named(home: Path) -> None:
    assert "has 80 rows" in run(home, "card", "--row", "80").stderr
    assert "no such file" in run(home, "card", people="none.csv").stderr
    assert "expected .csv" in run(home, "card", people="model.skops").stderr


PROFILE = """
version = 1
[system]
name = { zh = "贷款初审", en = "loan check" }
[[group]]
column = "sex"
ground = "sex"
"""


@pytest.fixture(scope="module")
def notice(home: Path) -> Path:
    frame = pd.read_csv(home / "people.csv")
    frame["sex"], frame["repaid"] = ["F", "M"] * 40, [0, 1] * 40
    frame.to_csv(home / "measured.csv", index=False)
    (home / "profile.toml").write_text(PROFILE, encoding="utf-8")
    arguments = [home / "model.skops", home / "people.csv", home / "measured.csv"]
    arguments += ["--profile", home / "profile.toml", "--decision", home / "decision.toml"]
    arguments += ["--outcome", "repaid", "--format", "json", "--out", home / "notice.json"]
    done = aitransparency("explain", "notice", "write", *map(str, arguments))
    assert done.returncode == 0, done.stderr
    return home / "notice.json"


def test_a_notice_is_measured_from_files(notice: Path) -> None:
    made = json.loads(notice.read_text(encoding="utf-8"))
    assert made["people"] == 80
    assert [group["people"] for group in made["groups"][0]["groups"]] == [40, 40]
    # Half of the records are favourable, whoever is asked: the model cannot agree with most.
    assert made["errors"]["people"] == 80


def test_a_notice_is_held_against_a_card_of_its_system(home: Path, notice: Path) -> None:
    common = [home / "model.skops", home / "people.csv", home / "people.csv"]
    common += ["--decision", home / "decision.toml", "--format", "json"]
    for name, extra in (("same", ["--profile", home / "profile.toml"]), ("other", [])):
        out = ["--out", home / f"{name}.json"]
        done = aitransparency("explain", "card", *map(str, [*common, *extra, *out]))
        assert done.returncode == 0, done.stderr
    same = aitransparency("explain", "notice", "check", str(notice), str(home / "same.json"))
    assert same.returncode == 0
    assert "shenzhen-71: tests by third parties: evaluation.tests is missing" in same.stdout
    other = aitransparency("explain", "notice", "check", str(notice), str(home / "other.json"))
    assert other.returncode == 1
    assert "system.name: only the notice says it" in other.stdout


def test_a_changed_notice_is_refused(home: Path, notice: Path) -> None:
    bad = home / "bad.json"
    text = notice.read_text(encoding="utf-8").replace('"people": 80', '"people": 90')
    bad.write_text(text, encoding="utf-8")
    done = aitransparency("explain", "notice", "check", str(bad))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "changed" in done.stderr


def test_a_profile_is_drafted_once(home: Path) -> None:
    path = home / "drafted.toml"
    assert aitransparency("explain", "notice", "init", "--out", str(path)).returncode == 0
    assert aitransparency("explain", "notice", "init", "--out", str(path)).returncode == 2
