"""Profiles: what a person writes, and what is said of mistakes."""

from __future__ import annotations

import pytest

from aitransparency.errors import InputError
from aitransparency.explain.notice.profile import Profile, draft, fields
from aitransparency.explain.notice.requirements import template, templates

GOOD = """
version = 1
[system]
name = { zh = "贷款初审", en = "loan check" }
version = "2.1"
in_use_since = 2026-03-01
changes = [{ version = "2.1", date = 2026-05-06, what = "新数据" }]
[people]
automation = "assisted"
[data]
types = ["收入", { zh = "负债", en = "debt" }]
[[group]]
column = "male"
ground = "sex"
values = { "0" = { zh = "女", en = "women" } }
"""


def test_what_was_said_comes_back():
    made = Profile.loads(GOOD)
    assert made.text("system.name", "zh") == "贷款初审"
    assert made.text("system.version", "en") == "2.1"
    assert made.text("system.in_use_since", "en") == "2026-03-01"
    assert made.text("data.types", "en") == "收入; debt"  # no translation is invented
    assert made.changes[0].date == "2026-05-06"
    assert made.groups[0].values["0"]["en"] == "women"
    assert made.text("operator.name", "zh") is None


def test_cards_of_the_system_get_the_same_words():
    made = Profile.loads(GOOD).system()
    assert made.said("name", "en") == "loan check"
    assert made.said("ai_part", "zh") == "系统先给出结果，人可以改。"
    assert made.said("contact", "zh") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 2", "version"),
        ("version = 1\n[sytem]\nname = 'x'", "did you mean 'system'"),
        ("version = 1\n[system]\nnme = 'x'", "did you mean 'system.name'"),
        ("version = 1\n[people]\nautomation = 'robot'", "people.automation: one of automatic"),
        ("version = 1\n[risk]\nassessed_on = 'soon'", "a date such as"),
        ("version = 1\n[system]\nname = { fr = 'x' }", "no language 'fr'"),
        ("version = 1\n[system]\nname = 3", "system.name: a text"),
        ("version = 1\n[data]\ntypes = 'x'", "a list of texts"),
        ("version = 1\n[system]\nchanges = [{ version = '1' }]", "version, date and what"),
        ("version = 1\n[[group]]\ncolumn = 'x'", "column and ground"),
        ("version = 1\n[[group]]\ncolumn = 'x'\nground = 'height'", "ground is one of race"),
        ("version = [", "not TOML"),
    ],
)
def test_a_mistake_is_named(text, message):
    with pytest.raises(InputError, match=message):
        Profile.loads(text)


def test_empty_texts_count_as_not_said():
    assert Profile.loads('version = 1\n[system]\nname = "  "').text("system.name", "zh") is None


def test_the_draft_reads_back_as_empty_and_names_every_field():
    text = draft()
    assert Profile.loads(text).said == {}
    assert all(f"\n# {path.partition('.')[2]} = " in text for path in fields())


@pytest.mark.parametrize(
    ("grade", "asked", "not_asked"),
    [
        ("high", "risk.warning", "risk.follow_up"),
        ("low", "risk.follow_up", "risk.warning"),
        ("medium", "risk.disclosed_on", "risk.assessed_on"),
    ],
)
def test_article_66_asks_by_grade(grade, asked, not_asked):
    missing = {need for _, need in template("shenzhen-71").missing({"risk.grade"}, grade)}
    assert asked in missing
    assert not_asked not in missing


def test_nothing_is_missing_where_everything_is_given():
    given = {*fields(), "measured.factors", "measured.accuracy", "measured.groups"}
    assert all(not one.missing(given, "high") for one in templates().values())


def test_an_unknown_template_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'pipl'"):
        template("pip")
