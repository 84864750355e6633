"""The card: its numbers against the model, its sentences against its numbers, its renderings."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression

from aitransparency.errors import FileFormatError, InputError
from aitransparency.explain import Card, Decision, Explainer, Feature, Features, System

FEATURES = Features.of(
    Feature(
        "income",
        "A",
        {"zh": "月收入", "en": "income"},
        {"zh": "元", "en": "yuan"},
        decimals=0,
        actionable="up",
    ),
    Feature(
        "debt",
        "B",
        {"zh": "负债比", "en": "debt share"},
        {"zh": "%", "en": "%"},
        100.0,
        0,
        actionable="down",
    ),
    Feature(
        "age",
        "C",
        {"zh": "年龄", "en": "age"},
        {"zh": "岁", "en": "year|years"},
        decimals=0,
        protected=True,
        immutable=True,
    ),
)
DECISION = Decision(
    labels={0: "未通过", 1: "通过"}, labels_en={0: "not approved", 1: "approved"}, threshold=0.5
)
SYSTEM = System(
    name={"zh": "房贷初审", "en": "First check of loans"},
    contact={"zh": "电话 12345", "en": "call 12345"},
    deadline={"zh": "30 日内", "en": "within 30 days"},
    not_used=({"zh": "民族", "en": "ethnicity"},),
)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    draw = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "income": draw.uniform(2000, 20_000, 400),
            "debt": draw.uniform(0, 1, 400),
            "age": draw.integers(18, 80, 400),
        }
    )


@pytest.fixture(scope="module")
def explainer(people) -> Explainer:
    good = (people["income"] / 20_000 - people["debt"] + 0.2 > 0).astype(int)
    model = GradientBoostingClassifier(n_estimators=30, random_state=0).fit(people, good)
    return Explainer(model, people, features=FEATURES, decision=DECISION, system=SYSTEM)


def refused(explainer, people):
    return people[explainer.score(people) < 0.5]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_numbers_are_the_models(explainer, people, language):
    row = refused(explainer, people).iloc[[0]]
    card = explainer.explain(row, language=language)
    attributed = explainer.attribute(row)
    by_size = np.argsort(-np.abs(attributed.values[0]), kind="stable")[: len(card.reasons)]
    assert [r.feature for r in card.reasons] == [attributed.features[j] for j in by_size]
    assert [r.amount for r in card.reasons] == attributed.values[0][by_size].tolist()
    assert [r.side for r in card.reasons] == [
        "for" if attributed.values[0][j] > 0 else "against" for j in by_size
    ]
    assert card.outcome.score == explainer.model.predict_proba(row)[0, 1]
    assert card.outcome.base_score == pytest.approx(
        explainer.model.predict_proba(people)[:, 1].mean()
    )
    assert card.outcome.favourable is False


def test_what_could_change_the_result_was_run_by_the_model(explainer, people):
    for at in range(8):
        row = refused(explainer, people).iloc[[at]]
        for option in explainer.explain(row).alternatives:
            changed = row.copy()
            for change in option.changes:
                assert change.feature in ("income", "debt")
                assert str(change.after.text) in option.sentence
                changed[change.feature] = change.after.value
            assert explainer.model.predict_proba(changed)[0, 1] >= 0.5


def test_a_card_says_what_the_operator_said_and_what_is_missing(explainer, people):
    card = explainer.explain(people.iloc[[0]], decided_at="2026-11-25 09:30")
    text = card.to_text()
    assert "系统：房贷初审" in text
    assert "版本：未提供" in text
    assert "决定时间：2026-11-25 09:30" in text
    assert "人工复核和异议：电话 12345。" in text
    assert "用到：年龄。" in text
    assert "核对过，没有用到：民族。" in text
    assert "不表示因果关系" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_card_comes_back_from_json_as_it_was(explainer, people, language):
    card = explainer.explain(people.iloc[[3]], language=language)
    again = Card.from_json(card.to_json())
    assert again == card
    assert again.is_intact()
    assert again.to_html() == card.to_html()


def test_a_changed_card_is_not_intact(explainer, people):
    data = json.loads(explainer.explain(people.iloc[[3]]).to_json())
    data["reasons"][0]["amount"] *= -1
    assert not Card.from_json(json.dumps(data)).is_intact()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"x"',
        '{"schema": "aitransparency.card/9"}',
        '{"schema": "aitransparency.card/1"}',
    ],
)
def test_what_is_no_card_is_refused(text):
    with pytest.raises(FileFormatError, match="card"):
        Card.from_json(text)


def test_the_same_person_gets_the_same_bytes(explainer, people):
    first = explainer.explain(people.iloc[[5]])
    assert explainer.explain(people.iloc[5].to_dict()).to_json() == first.to_json()
    assert explainer.explain(people.iloc[[5]]).to_html() == first.to_html()


def test_a_card_is_for_one_person(explainer, people):
    with pytest.raises(InputError, match="one person; got 2"):
        explainer.explain(people.iloc[:2])
    with pytest.raises(InputError, match="'zh' or 'en'"):
        explainer.explain(people.iloc[:1], language="fr")


def test_html_needs_no_script_no_request_and_no_inline_style(explainer, people):
    card = explainer.explain(people.iloc[[0]])
    fragment = card.to_fragment()
    assert not re.search(
        r"<script|<style|<link|<img|\son\w+=|\sstyle=|https?:|url\(|@import", fragment
    )
    assert len(fragment.encode()) < 20_000
    page = card.to_html(stylesheet="/card.css")
    assert '<link rel="stylesheet" href="/card.css">' in page
    assert "<style" not in page
    assert 'lang="zh-CN"' in page
    assert not re.search(r"url\(|@import|https?:", card.to_html())


def test_every_sentence_of_the_card_is_in_every_rendering(explainer, people):
    card = explainer.explain(refused(explainer, people).iloc[[0]], language="en")
    html, text = card.to_html(), card.to_text()
    markdown = re.sub(r"\\(.)", r"\1", card.to_markdown())
    for section in card.sections:
        for line in section.lines:
            assert line in text
            assert line in markdown
            assert line.replace("'", "&#x27;") in html


def test_an_estimate_without_a_line_adds_and_takes_away(people):
    model = LinearRegression().fit(people, 3 * people["income"] - people["age"])
    explainer = Explainer(
        model,
        people,
        features=FEATURES,
        decision=Decision(target="保费", target_en="premium", unit="元", threshold=None),
    )
    card = explainer.explain({"income": 20_000.0, "debt": 0.5, "age": 30})
    assert card.section("decision").lines == ("系统的估计是：保费 59,970 元。",)
    assert card.reasons[0].sentence.endswith("是加项，分量重。")
    assert card.outcome.favourable is None
    assert card.section("change") is None


def test_a_low_premium_is_good_and_a_high_value_then_counts_against(people):
    model = LinearRegression().fit(people, people["income"] * 1.0)
    explainer = Explainer(
        model,
        people,
        features=FEATURES,
        decision=Decision(target="保费", unit="元", threshold=9000.0, higher_is_favourable=False),
    )
    high = explainer.explain({"income": 19_000.0, "debt": 0.5, "age": 30})
    assert high.outcome.favourable is False
    assert high.reasons[0].side == "against"
    assert high.section("decision").lines[1] == "9,000 元 及以下对您有利。"


def test_a_score_never_reads_as_the_other_side_of_the_line():
    from aitransparency.explain.sentences import scores_text

    assert scores_text(0.4999, 0.5, 100) == ("49.99", "50")
    assert scores_text(0.5, 0.5, 100) == ("50", "50")
    assert scores_text(0.499, 0.4990001, 100) == ("49.9", "49.90001")


def test_a_notebook_gets_both_forms_and_reads_without_its_style(explainer, people):
    card = explainer.explain(people.iloc[[0]])
    both = card._repr_mimebundle_()
    assert both["text/plain"] == card.to_text()
    bare = re.sub(r"<style>.*?</style>", "", both["text/html"], flags=re.S)
    assert bare == card.to_fragment()
    assert "<ol" in bare or "<ul" in bare  # ranks and headings are elements, not style


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_message_holds_whole_sentences_in_70_characters(explainer, people, language):
    for at in range(0, 60, 5):
        card = explainer.explain(people.iloc[[at]], language=language)
        message = card.to_sms()
        assert len(message) <= 70
        assert message.startswith(card.section("decision").lines[0])
        assert message[-1] in "。."
