"""Hostile names, categories, values and words of the operator, in every rendering."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from random_cards import cards
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from aitransparency.errors import FileFormatError
from aitransparency.explain import Card, Decision, Explainer, Feature, Features, System
from aitransparency.explain.render.markdown import escape

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}",
    "</svg><svg onload=alert(1)>",
    "&lt;b&gt;",
    "{{7*7}}${7*7}<%= 7 %>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "`code` *bold* _it_ ~~s~~ # head\n\n- item\n1. one",
    "| a | b |\n|---|---|",
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069\u200f\u061c",
    "a\u2028b\u2029c\x00d\x1be",
    "\ud800lone",
    "x" * 500,
    "”，对您有利，分量重。",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
)
TAGS = {
    *("article", "h2", "h3", "section", "p", "ol", "ul", "li", "span", "svg", "rect", "details"),
    *("summary", "code"),
}
ATTRIBUTES = {
    *("class", "lang", "dir", "id", "aria-labelledby", "viewbox", "height", "width", "value"),
    *("preserveaspectratio", "aria-hidden", "focusable"),
}


class Strict(HTMLParser):
    """Collects the text of a fragment and refuses any tag or attribute that is not ours."""

    def __init__(self):
        super().__init__()
        self.text, self.open = [], []

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, tag
        assert {name for name, _ in attributes} <= ATTRIBUTES, attributes
        if tag not in ("rect",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag == "rect"
        assert {name for name, _ in attributes} <= ATTRIBUTES

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError("comment")

    def handle_decl(self, decl):
        raise AssertionError("declaration")


def parsed(fragment: str) -> str:
    parser = Strict()
    parser.feed(fragment)
    parser.close()
    assert not parser.open
    return "".join(parser.text)


def hostile_explainer(texts) -> tuple[Explainer, pd.DataFrame]:
    draw = np.random.default_rng(1)
    name = texts[0]
    frame = pd.DataFrame({name: draw.choice(list(texts[1:]), 60), "n": draw.normal(size=60)})
    frame[name] = frame[name].astype(object)
    encoded = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), [name]), remainder="passthrough"
    )
    model = make_pipeline(encoded, LogisticRegression()).fit(frame, frame["n"] > 0)
    features = Features.of(
        Feature(
            name, code=texts[1], label={"zh": texts[2]}, unit={"zh": texts[3]}, actionable="yes"
        ),
        Feature("n", unit={"zh": texts[4]}, actionable="up", label={"en": texts[5]}),
    )
    decision = Decision(labels={False: texts[6], True: texts[7]}, favourable=True, threshold=0.6)
    system = System(name=texts[8], contact=texts[9], notice=texts[10], not_used=(texts[11],))
    made = Explainer(model, frame, features=features, decision=decision, system=system)
    return made, frame


@pytest.mark.parametrize("turn", range(3))
def test_hostile_text_stays_text_everywhere(turn):
    texts = [*HOSTILE[turn * 5 :], *HOSTILE[: turn * 5]]
    if any("\ud800" in text for text in texts):
        texts = [text for text in texts if "\ud800" not in text]  # Arrow holds no lone surrogate
    explainer, frame = hostile_explainer(texts)
    refused = int(explainer.score(frame).argmin())
    for at in (refused, 3):
        card = explainer.explain(frame.iloc[[at]], decided_at=texts[12])
        text = parsed(card.to_fragment())
        for section in card.sections:
            for line in section.lines:
                assert line in text
                assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        raw = card.to_json()
        assert raw.isascii()
        assert not set(raw) & set("<>&")
        assert Card.from_json(raw) == card
        assert_markdown_is_text(card)


def assert_markdown_is_text(card):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(card.to_markdown())
    kinds = {token.type for token in tokens}
    assert kinds <= {
        *("heading_open", "heading_close", "inline", "bullet_list_open", "bullet_list_close"),
        *("list_item_open", "list_item_close", "paragraph_open", "paragraph_close"),
    }
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {
        *("text", "text_special", "strong_open", "strong_close", "code_inline"),
    }
    shown = "".join(child.content for child in inline)
    for section in card.sections:
        for line in section.lines:
            assert line in shown


BASE = next(iter(cards(1, seed=3, each=1)))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=60))
def test_renderers_escape_whatever_a_card_holds(text):
    """A card from elsewhere may hold text that was never cleaned."""
    card = replace(
        BASE,
        title=text,
        lang=text,
        sha256=text,
        sections=tuple(replace(one, title=text, key="x" + text) for one in BASE.sections),
        reasons=(),
    )
    assert text.replace("\r\n", "\n").replace("\r", "\n") in parsed(card.to_fragment()).replace(
        "\r\n", "\n"
    ).replace("\r", "\n")
    raw = card.to_json()
    assert raw.isascii()
    assert not set(raw) & set("<>&")
    assert Card.from_json(raw) == card


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"])))
def test_escaped_markdown_reads_as_the_text(text):
    text = " ".join(text.split())
    (paragraph,) = [
        token for token in MarkdownIt("commonmark").parse(f"- {escape(text)}x") if token.children
    ]
    assert {child.type for child in paragraph.children} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children) == f"{text}x"


def spoiled(data, path, value):
    """Return JSON data with one place changed."""
    made = json.loads(json.dumps(data))
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(made)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("reasons", 0, "rank"), '1"><script>'),
        (("reasons", 0, "share"), "0.1"),
        (("reasons", 0, "side"), "<b>"),
        (("reasons", 0, "side"), ["for"]),
        (("reasons", 0, "rank"), True),
        (("reasons",), "abc"),
        (("reasons",), {}),
        (("sections", 0, "lines"), "abc"),
        (("sections", 0, "detail"), "yes"),
        (("outcome",), None),
        (("language",), "fr"),
        (("system",), ["x"]),
        (("system", "name"), 3),
        (("method", "versions"), [["a"]]),
        (("data", 0, "place"), "high"),
    ],
)
def test_a_card_of_wrong_kinds_is_refused(path, value):
    data = json.loads(BASE.to_json())
    assert Card.from_json(json.dumps(data)) == BASE
    with pytest.raises(FileFormatError, match="card"):
        Card.from_json(spoiled(data, path, value))


SCHEMA = json.loads(files("aitransparency.explain").joinpath("card.schema.json").read_text())


def test_every_card_follows_the_schema():
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for card in cards(40, seed=11, each=4):
        validator.validate(json.loads(card.to_json()))


def test_the_schema_names_every_field():
    names = {"Card": SCHEMA}
    import dataclasses

    from aitransparency.explain import card as home

    for name, body in SCHEMA["$defs"].items():
        names[{"method": "CardMethod"}.get(name, name.capitalize())] = body
    for name, body in names.items():
        fields = {one.name for one in dataclasses.fields(getattr(home, name))}
        assert fields == set(body["properties"]), name


def test_a_card_shows_no_other_persons_data():
    """Numbers on a card are the person's own, rounded typical ones, or proposed round ones."""
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"a": draw.uniform(1000, 9999, 200), "b": draw.uniform(0, 1, 200)})
    model = LogisticRegression(max_iter=500).fit(frame / [9999, 1], frame["b"] > 0.5)
    features = Features.of(Feature("a", actionable="yes"), Feature("b", actionable="yes"))
    explainer = Explainer(
        make_pipeline(model),
        frame,
        features=features,
        decision=Decision({False: "n", True: "y"}, True),
    )
    for at in range(0, 200, 20):
        card = explainer.explain(frame.iloc[[at]])
        others = {float(v) for v in frame.drop(index=at).to_numpy().ravel()}
        numbers = {
            float(shown.value)
            for reason in card.reasons
            for shown in (reason.value, reason.typical)
            if shown is not None
        } | {float(c.after.value) for option in card.alternatives for c in option.changes}
        assert not numbers & others
