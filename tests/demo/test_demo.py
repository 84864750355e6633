"""The demo: what it writes, and that nothing it should have removed is left."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from aitransparency.demo.run import run

HIDDEN = ["姓名", "身份证号", "手机号", "邮箱", "银行卡号", "住址"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    run(folder, quiet=True)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_row_is_lost_and_what_stays_stays(out: Path) -> None:
    before, after = rows(out / "deid/people-before.csv"), rows(out / "deid/people-after.csv")
    assert len(before) == len(after) == 10_000
    assert list(before[0]) == list(after[0])


def test_no_identifier_of_a_row_is_left_anywhere_in_that_row(out: Path) -> None:
    before, after = rows(out / "deid/people-before.csv"), rows(out / "deid/people-after.csv")
    left = {
        (number, column)
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        for column in HIDDEN
        for text in new.values()
        if old[column] in re.sub(r"[\s-]", "", text)
    }
    assert not left


def test_the_page_of_notes_loses_its_numbers_and_keeps_its_look_alikes(out: Path) -> None:
    page = (out / "deid/notes-after.txt").read_text(encoding="utf-8")
    for gone in (
        "11010519491231002X",
        "440524188001010014",
        "138-0013-8000",
        "１３８００１３８０００",
    ):
        assert gone not in page
    for kept in ("202611230926001234", "138.00 元", "62220 元", "09:31"):
        assert kept in page


def test_the_report_counts_and_never_quotes(out: Path) -> None:
    report = (out / "deid/report.json").read_text(encoding="utf-8")
    assert json.loads(report)
    for person in rows(out / "deid/people-before.csv")[:200]:
        for column in HIDDEN:
            assert person[column] not in report


@pytest.mark.parametrize(("language", "words"), [("zh", "未通过"), ("en", "not approved")])
def test_the_card_says_the_decision_in_its_language(out: Path, language: str, words: str) -> None:
    for suffix in ("html", "md", "txt"):
        assert words in (out / f"explain/card-{language}.{suffix}").read_text(encoding="utf-8")
    assert json.loads((out / f"explain/card-{language}.json").read_text(encoding="utf-8"))


def test_the_notice_agrees_with_the_card_and_names_what_is_missing(out: Path) -> None:
    from aitransparency.explain.card import Card
    from aitransparency.explain.notice import Notice

    notice = Notice.from_json((out / "explain/notice.json").read_text(encoding="utf-8"))
    for language in ("zh", "en"):
        card = (out / f"explain/card-{language}.json").read_text(encoding="utf-8")
        assert notice.disagreements(Card.from_json(card)) == ()
    assert {path for _, path in notice.missing("pipl")} >= {"operator.contact", "rights.human"}
    assert "未提供" in (out / "explain/notice-zh.html").read_text(encoding="utf-8")
