"""The notice end to end: a model whose factors, errors and groups are known by construction."""

from __future__ import annotations

import json
import re

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression

from aitransparency import explain
from aitransparency.errors import (
    ColumnNotFoundError,
    FileFormatError,
    InputError,
    InputTypeError,
)
from aitransparency.explain.features import Feature, Features
from aitransparency.explain.notice import Notice, Profile
from aitransparency.explain.notice.requirements import templates
from aitransparency.explain.notice.sections import sections, words
from aitransparency.explain.notice.value import schema

LOANS = Features.of(
    Feature("income", label={"zh": "收入", "en": "income"}, unit={"zh": "元", "en": "yuan"}),
    Feature("debts", label={"zh": "负债", "en": "debts"}),
)
DECISION = explain.Decision(
    labels={0: "未通过", 1: "通过"}, labels_en={0: "refused", 1: "approved"}, favourable=1
)
PROFILE = """
version = 1
[system]
name = { zh = "贷款初审", en = "loan check" }
[operator]
contact = "400-000-0000"
[people]
automation = "automatic"
[risk]
grade = "high"
[[group]]
column = "sex"
ground = "sex"
values = { F = { zh = "女", en = "women" }, M = { zh = "男", en = "men" } }
"""


def people(count: int = 400) -> pa.Table:
    draw = np.random.default_rng(5)
    return pa.table(
        {
            "income": draw.normal(10, 3, count),
            "debts": draw.normal(2, 1, count),
            "sex": ["F", "M"] * (count // 2),
        }
    )


@pytest.fixture(scope="module")
def notice() -> Notice:
    rows = people()
    x = np.column_stack([rows["income"].to_numpy(), rows["debts"].to_numpy()])
    model = LogisticRegression().fit(x, (x[:, 0] - x[:, 1] > 8).astype(int))
    explainer = explain.Explainer(
        model, rows.select(["income", "debts"]), features=LOANS, decision=DECISION
    )
    good = (x[:, 0] - x[:, 1] > 8).astype(int)
    good[:10] = 1 - good[:10]
    return explainer.notice(Profile.loads(PROFILE), rows, good.tolist())


def test_factors_follow_the_model(notice):
    assert [one.name for one in notice.factors] == ["income", "debts"]
    assert [one.shape for one in notice.factors] == ["rising", "falling"]
    assert sum(one.share for one in notice.factors) == pytest.approx(1, abs=2e-4)


def test_errors_and_groups_are_counted(notice):
    assert notice.people == 400
    assert 0.9 < notice.errors.agree.value < 1
    (table,) = notice.groups
    assert not table.used
    assert [group.people for group in table.groups] == [200, 200]
    rows = people()
    x = rows["income"].to_numpy() - rows["debts"].to_numpy()
    women = np.array(rows["sex"].to_pylist()) == "F"
    # The model learns the rule almost exactly: shares by group are those of the rule, within 3%.
    assert table.groups[0].result.value == pytest.approx((x[women] > 8).mean(), abs=0.03)


def test_its_json_follows_the_schema_and_reads_back(notice):
    text = notice.to_json()
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(text), schema())
    again = Notice.from_json(text)
    assert again.to_json() == text
    assert again.to_html("en") == notice.to_html("en")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"people": 400', '"people": 900'), "it was changed"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 7'), "reads 1"),
        (lambda text: text[:-3], "not JSON at line"),
        (lambda text: "[]", "reads 1"),
    ],
)
def test_a_changed_notice_is_refused(notice, change, message):
    with pytest.raises(FileFormatError, match=message):
        Notice.from_json(change(notice.to_json()))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", list(templates()))
def test_what_is_missing_is_printed_and_never_filled(notice, language, key):
    page = notice.to_text(language, templates=(key,))
    for item, _ in notice.missing(key):
        assert item.label[language] in page
    assert words(language)["not_provided"] in page
    for word in ("合规", "compliance", "匿名", "不存在歧视", "is no discrimination"):
        assert word not in page


def test_a_grade_asks_for_its_own_evidence(notice):
    missing = {path for _, path in notice.missing("shenzhen-71")}
    assert {"risk.assessed_on", "risk.assessed_by", "risk.warning"} <= missing
    assert "risk.follow_up" not in missing


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_renderings_say_the_same(notice, language):
    html, plain = notice.to_html(language), notice.to_text(language)
    for section in sections(notice, language, ("shenzhen-71", "pipl")):
        assert section.heading in html
        assert section.heading in plain
    for share in ("income", "debts"):
        label = notice.labels[share][language]
        assert label in html
        assert label in notice.to_markdown(language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_needs_nothing_from_outside(notice, language):
    html = notice.to_html(language)
    for forbidden in ("<script", " style=", "http:", "https:", "url(", "@import", " on"):
        assert forbidden not in re.sub(r">[^<]*<", "><", html.split("</style>")[1]), forbidden
    assert f'<html lang="{words(language)["lang"]}">' in html


HOSTILE = st.text(
    st.one_of(st.sampled_from("<>&\"'`|*_[]()#\u202e\u2066\u0000\n"), st.characters(codec="utf-8")),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(HOSTILE, st.just("</style></script><script>alert(1)</script>")))
def test_hostile_texts_stay_texts(notice, text):
    from dataclasses import replace

    said = {**notice.profile.said, "system.name": {"zh": text, "en": text}}
    values = {"sex": {"F": {"zh": text, "en": text}}}
    bad = replace(
        notice,
        profile=replace(notice.profile, said=said),
        labels={**notice.labels, "income": {"zh": text, "en": text}},
        values=values,
    )
    page = bad.to_html("zh")
    assert page.count("<script") == 0
    assert page.count("<article") == page.count("</article>") == 1
    assert page.count("<") == notice.to_html("zh").count("<")
    for made in (page, bad.to_markdown("zh"), bad.to_text("zh")):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000]", made)


@pytest.mark.parametrize(("language", "most"), [("zh", 35), ("en", 20)])
def test_sentences_of_the_templates_are_short(language, most):
    for key, text in flat(words(language)):
        if key.startswith("method.") or "." not in key:
            continue
        for sentence in re.split(r"[。！？]|(?<=[.!?])\s|[；;]", text):
            bare = re.sub(r"\{[^}]*\}", "某" if language == "zh" else "x", sentence)
            size = (
                len(re.findall(r"[\u4e00-\u9fff]", bare)) if language == "zh" else len(bare.split())
            )
            assert size <= most, (key, sentence)


def flat(table, path=""):
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from flat(value, key)
        else:
            yield key, value


def test_both_languages_have_the_same_sentences_and_places():
    zh, en = dict(flat(words("zh"))), dict(flat(words("en")))
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(re.findall(r"\{(\w+)\}", zh[key])) == set(re.findall(r"\{(\w+)\}", en[key])), key


def test_a_price_is_compared_by_ability_to_pay():
    draw = np.random.default_rng(9)
    rows = pa.table({"risk": draw.normal(size=300), "ability": ["low", "high", "high"] * 100})
    x = rows["risk"].to_numpy().reshape(-1, 1)
    price = 100 + 10 * x[:, 0]
    decision = explain.Decision(
        target="保费", target_en="premium", unit="元", threshold=None, higher_is_favourable=False
    )
    explainer = explain.Explainer(
        LinearRegression().fit(x, price), rows.select(["risk"]), decision=decision
    )
    said = Profile.loads('version = 1\n[[group]]\ncolumn = "ability"\nground = "ability"')
    made = explainer.notice(said, rows, price)
    assert not made.outcome.binary
    assert made.errors.half_within == pytest.approx(0, abs=1e-9)
    low = next(group for group in made.groups[0].groups if group.value == "low")
    expected = price[::3].mean() - np.delete(price, np.s_[::3]).mean()
    assert low.gap.value == pytest.approx(expected)
    assert "价格不同可能有正当理由" in made.to_text("zh")


@pytest.mark.parametrize(
    ("profile", "rows", "y", "error", "message"),
    [
        (Profile(), people().slice(0, 0), None, InputError, "no rows"),
        (Profile(), people(), [1, 0], InputError, "y has 2 values for 400 rows"),
        (Profile(), people(), ["x"] * 400, InputError, "row 0 is not one of"),
        (3, people(), None, InputTypeError, "profile"),
        (
            Profile.loads('version = 1\n[[group]]\ncolumn = "sexx"\nground = "sex"'),
            people(),
            None,
            ColumnNotFoundError,
            "did you mean 'sex'",
        ),
    ],
)
def test_a_mistake_is_named(profile, rows, y, error, message):
    x = np.column_stack([people()["income"].to_numpy(), people()["debts"].to_numpy()])
    model = LogisticRegression().fit(x, x[:, 0] > 10)
    decision = explain.Decision(labels={False: "否", True: "是"}, favourable=True)
    explainer = explain.Explainer(
        model, people().select(["income", "debts"]), features=LOANS, decision=decision
    )
    with pytest.raises(error, match=message):
        explainer.notice(profile, rows, y)
