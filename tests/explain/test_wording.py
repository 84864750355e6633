"""Every sentence that the templates can produce, held to the limits of readability.

Filled in are the demo catalogue's labels and categories, which a person reviewed, and short texts
where an operator writes. Limits: Chinese at most 20 characters a sentence on average and 35 at
most, 12 a clause, 99% of characters within level 1 of 通用规范汉字表; English at most 20 words a
sentence and grade 8 of Flesch-Kincaid.
"""

from __future__ import annotations

import itertools
import string
from importlib import resources

import pytest
import readable

from aitransparency.demo import loans
from aitransparency.explain import Decision, Explainer, Features, wording
from aitransparency.explain.features import in_language
from aitransparency.explain.reasons import STRENGTHS
from aitransparency.explain.sentences import label_of

SIDES = ("for", "against", "adds", "lowers")
NOT_SENTENCES = ("section.", "side.", "unit.", "perturbation.", "selection.", "method.hash")
SINGLE = ("lang", "join", "list", "unknown", "missing", "yes", "more", "title")
SAID = {
    "zh": {
        "name": "房贷初审系统", "version": "3.2", "operator": "某某银行", "ai_part": "算出评分",
        "people_part": "审核员复核", "when": "2026 年 11 月 25 日", "source": "申请表",
        "correction": "在柜台更正", "contact": "电话 95500", "deadline": "30 日内",
        "notice": "见网站", "accuracy": "100 人中约对 88 人", "names": "性别、民族",
        "target": "保费", "engine": "tree", "model": "GradientBoosting", "versions": "numpy 2.4",
    },
    "en": {
        "name": "first check of loans", "version": "3.2", "operator": "the bank",
        "ai_part": "works out the score", "people_part": "a clerk checks it",
        "when": "25 November 2026", "source": "the form", "correction": "ask at the desk",
        "contact": "call 95500", "deadline": "within 30 days", "notice": "see the web page",
        "accuracy": "about 88 of 100", "names": "sex, race", "target": "the premium",
        "engine": "tree", "model": "GradientBoosting", "versions": "numpy 2.4",
    },
}  # fmt: skip
NUMBERS = {
    "score": "12", "threshold": "50", "base": " 88", "sum": " -6.2", "error": " 0.000001",
    "count": "12", "coverage": "48", "place": "96", "number": "1", "used": "1,989", "share": "34",
}  # fmt: skip


def catalogue() -> Features:
    path = resources.files("aitransparency.demo").joinpath("data/loans.toml")
    return Features.loads(path.read_text("utf-8"))


def filled(language: str) -> dict[str, list[str]]:
    """Return every template filled in, by its key."""
    say = wording.words(language)
    labels = [label_of(entry, say) for entry in catalogue()]
    categories = [
        f"“{in_language(text, language)}”"
        for entry in catalogue()
        for text in entry.categories.values()
    ]
    values = [*categories, "12.86 万元" if language == "zh" else "128,600 yuan", "47%"]
    sides = [say.templates[f"side.{one}.{two}"] for one in SIDES for two in STRENGTHS]
    result = "未通过" if language == "zh" else "not approved"
    made: dict[str, list[str]] = {}
    for key, template in say.templates.items():
        if key in SINGLE or key.startswith(NOT_SENTENCES) or key == "change.one":
            continue
        places = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        options = {
            "label": [result] if key.startswith(("decision", "change")) else labels,
            "value": values,
            "typical": values[:3] + values[-2:],
            "side": sides,
            "wording": ["收入为 3 万元" if language == "zh" else "Income: 3,000 yuan"],
            "unit": [t for k, t in say.templates.items() if k.startswith("unit.")],
            "selection": [t for k, t in say.templates.items() if k.startswith("selection.")],
            "perturbation": [t for k, t in say.templates.items() if k.startswith("perturbation.")],
            "labels": [say.listed(labels[:3])],
            "line": [f"{labels[0]}：{values[0]}"],
            "changes": [
                say.templates["join"].join(
                    say.say("change.one", label=one, before=say.between(a), after=say.spaced(b))
                    for one in pair
                )
                for pair in itertools.permutations(labels, 2)
                for a, b in [(values[0], values[1]), (values[-2], values[-2])]
            ],
        }
        options |= {name: [text] for name, text in (SAID[language] | NUMBERS).items()}
        options |= {"version": [SAID[language]["version"]]}
        names = sorted(places)
        made[key] = [
            say.sentence_case(template.format(**dict(zip(names, chosen, strict=True))))
            for chosen in itertools.product(*(options[name] for name in names))
        ]
    return made


ZH, EN = filled("zh"), filled("en")


def test_both_languages_say_the_same_things():
    assert set(wording.words("zh").templates) == set(wording.words("en").templates)
    for key, template in wording.words("zh").templates.items():
        other = wording.words("en").templates[key]
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (template, other)
        ]
        assert places[0] == places[1], key


@pytest.mark.parametrize("key", ZH)
def test_chinese_sentences_are_short(key):
    for text in ZH[key]:
        for sentence in readable.chinese_sentences(text):
            assert len(readable.han(sentence)) <= 35, text
        for clause in readable.chinese_clauses(text):
            assert len(readable.han(clause)) <= 12, text


def test_chinese_sentences_are_short_on_average_and_in_common_characters():
    by_key = [
        [len(readable.han(s)) for t in texts for s in readable.chinese_sentences(t)]
        for texts in ZH.values()
    ]
    means = [sum(lengths) / len(lengths) for lengths in by_key]
    assert sum(means) / len(means) <= 20
    everything = "".join(readable.han(text) for texts in ZH.values() for text in texts)
    known = readable.level_one()
    assert len(known) == 3500
    assert sum(character in known for character in everything) / len(everything) >= 0.99
    ours = set("".join(wording.words("zh").templates.values()))
    assert {c for c in ours if readable.han(c)} <= known  # of our own words, every one


@pytest.mark.parametrize("key", EN)
def test_english_sentences_are_short(key):
    for text in EN[key]:
        for sentence in readable.english_sentences(text):
            assert len(readable.words(sentence)) <= 20, text


def test_english_is_plain():
    assert readable.flesch_kincaid([text for texts in EN.values() for text in texts]) <= 8
    bare = [texts[0] for texts in EN.values()]
    assert readable.flesch_kincaid(bare) <= 8


@pytest.mark.parametrize(("language", "made"), [("zh", ZH), ("en", EN)])
def test_no_sentence_holds_a_cause_or_a_word_of_the_trade(language, made):
    for key, texts in made.items():
        for text in texts:
            wording.refuse_banned(text, language, key)


@pytest.mark.parametrize(
    ("word", "count"),
    [("score", 1), ("table", 2), ("people", 2), ("reasons", 2), ("used", 1), ("added", 2),
     ("decision", 3), ("machine", 2), ("3,500", 1), ("employed", 2)],
)  # fmt: skip
def test_syllables_are_counted_as_a_dictionary_does(word, count):
    assert readable.syllables(word) == count


def test_real_cards_are_short():
    """Of the demo's people, those with the most to say: refused, with changes to propose."""
    table, approved = loans.applications()
    rows = table.to_pandas()
    model = loans.model().fit(rows, approved)
    decision = Decision({0: "未通过", 1: "通过"}, labels_en={0: "not approved", 1: "approved"})
    explainer = Explainer(model, rows, features=catalogue(), decision=decision)
    lengths, english = [], []
    for at in explainer.score(rows).argsort()[:60:2].tolist():
        for language in ("zh", "en"):
            card = explainer.explain(rows.iloc[[at]], language=language)
            body = [
                text for one in card.sections if not one.detail for text in (one.title, *one.lines)
            ]
            if language == "en":
                english += body
                continue
            assert len(readable.han("".join(body))) <= 300
            lengths += [
                len(readable.han(sentence))
                for text in body
                for sentence in readable.chinese_sentences(text)
            ]
    assert max(lengths) <= 35
    assert sum(lengths) / len(lengths) <= 20
    assert readable.flesch_kincaid(english) <= 8
