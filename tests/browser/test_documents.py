"""Cards and notices as people meet them: accessible, unblocked, the same inside anybody's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from itertools import product

import pyarrow as pa
import pytest

from aitransparency.explain.embed import (
    card_css,
    component,
    component_js,
    frame,
    notice_css,
)

pytestmark = pytest.mark.browser

FILES = {"/card.css": card_css(), "/notice.css": notice_css(), "/card.js": component_js()}
LANG = {"zh": "zh-CN", "en": "en"}
KINDS = [f"{kind}-{language}" for kind, language in product(("card", "notice"), ("zh", "en"))]
HOSTILE = """
* { color: hotpink !important; font: italic 40px fantasy !important; letter-spacing: 1em; }
p, li, dd, td { display: inline-block; text-transform: uppercase; margin: 3em; float: right; }
svg, ul, ol { transform: rotate(10deg); opacity: 0.2; }
body { text-align: right; line-height: 4; direction: rtl; white-space: pre; word-spacing: 2em; }
"""


@dataclass(frozen=True)
class Document:
    """A card or notice in one language."""

    language: str
    page: str
    fragment: str
    css: str


@pytest.fixture(scope="session")
def documents() -> dict[str, Document]:
    """Make the demo's card and notice, in both languages, once."""
    from aitransparency import explain
    from aitransparency.demo import loans

    table, approved = loans.applications()
    model = loans.model().fit(table.to_pandas(), approved)
    data = resources.files("aitransparency.demo").joinpath("data")
    profile = explain.Profile.loads(data.joinpath("loans-notice.toml").read_text("utf-8"))
    explainer = explain.Explainer(
        model,
        table.to_pandas(),
        features=explain.Features.loads(data.joinpath("loans.toml").read_text("utf-8")),
        decision=explain.Decision(
            labels={0: "未通过", 1: "通过"},
            labels_en={0: "not approved", 1: "approved"},
            favourable=1,
        ),
        system=profile.system(),
    )
    extra = loans.protected()
    columns = [*table.columns, *extra.columns]
    rows = pa.table(columns, names=[*table.column_names, *extra.column_names])
    notice = explainer.notice(profile, rows, approved)
    refused = int(explainer.score(table).argmin())
    made = {}
    for language in ("zh", "en"):
        card = explainer.explain(table.slice(refused, 1), language=language)
        made[f"card-{language}"] = Document(
            language, card.to_html(stylesheet="/card.css"), card.to_fragment(), "/card.css"
        )
        made[f"notice-{language}"] = Document(
            language,
            notice.to_html(language, stylesheet="/notice.css"),
            notice.to_fragment(language),
            "/notice.css",
        )
    return made


def embedded(one: Document, how: str, head: str = "") -> str:
    """Return a product's page that holds a document in one of the ways."""
    if how == "page":
        return one.page
    ways: dict[str, Callable[[], str]] = {
        "classes": lambda: f'<link rel="stylesheet" href="{one.css}">{one.fragment}',
        "component": lambda: component(one.fragment, stylesheet=one.css),
        "frame": lambda: frame(one.page, title="card"),
    }
    return (
        f'<!doctype html><html lang="{LANG[one.language]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>shop</title>{head}</head>'
        f"<body><main><h1>shop</h1>{ways[how]()}</main></body></html>"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("how", ["page", "classes", "component", "frame"])
def test_axe_finds_nothing_and_nothing_is_blocked(show, documents, kind, theme, how):
    one = documents[kind]
    shown = show(embedded(one, how), theme=theme, files=FILES)
    shown.page.evaluate(
        """() => {
            const roots = [document, ...[...document.querySelectorAll("*")].map(e => e.shadowRoot)];
            for (const root of roots.filter(r => r)) {
                for (const fold of root.querySelectorAll("details")) fold.open = true;
            }
        }"""
    )
    assert shown.complaints == []
    assert set(shown.asked_for) == {one.css}
    assert shown.axe() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_every_width(show, documents, pictures, kind, width, theme):
    """320 px is also what 400% zoom leaves of 1280 px (WCAG 2.2, 1.4.10)."""
    shown = show(embedded(documents[kind], "page"), width=width, theme=theme, files=FILES)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    shown.page.screenshot(path=pictures / f"{kind}-{theme}-{width}.png", full_page=True)


@pytest.mark.parametrize("kind", ["card-zh", "notice-en"])
@pytest.mark.parametrize("how", ["component", "frame"])
def test_a_hostile_page_changes_nothing(show, documents, pictures, kind, how):
    one, files = documents[kind], {**FILES, "/shop.css": HOSTILE}
    sized = "<link rel='stylesheet' href='/size.css'>"
    files["/size.css"] = (
        "h1 { display: none !important } iframe, aitransparency-card { all: initial !important;"
        "display: block !important; width: 600px !important; height: 800px !important;"
        "overflow: hidden !important } body, main { all: unset !important; display: block }"
    )
    looks = []
    for hostile in ("", "<link rel='stylesheet' href='/shop.css'>"):
        shown = show(embedded(one, how, hostile + sized), files=files)
        place = shown.page.locator("iframe, aitransparency-card")
        looks.append(place.screenshot())
        assert shown.complaints == []
    assert looks[0] == looks[1]


@pytest.mark.parametrize(
    ("kind", "fill", "behind"),
    [
        ("card-zh", ".ait-fill", ".ait-track"),
        ("notice-zh", ".ait-notice-bar rect", ".ait-notice-bar"),
    ],
)
def test_forced_colours_keep_the_bars_visible(show, documents, kind, fill, behind):
    shown = show(embedded(documents[kind], "page"), files=FILES, forced_colors="active")
    colour = "e => getComputedStyle(e)"
    bar = shown.page.locator(fill).first.evaluate(f"{colour}.fill")
    track = shown.page.locator(behind).first
    paper = track.evaluate(
        f"{colour}.backgroundColor" if kind.startswith("n") else f"{colour}.fill"
    )
    assert bar != paper


def test_the_component_built_in_script_shows_the_card_and_runs_nothing_of_it(show, documents):
    one = documents["card-zh"]
    bad = one.fragment.replace(
        "</article>",
        '<script>window.ran = 1</script><img src="x" onerror="window.ran = 2"></article>',
    )
    page = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>shop</title>'
        '<script src="/card.js"></script></head><body><main></main></body></html>'
    )
    policy = "default-src 'none'; style-src 'self'; script-src 'self'"
    shown = show(page, files=FILES, policy=policy)
    shown.page.evaluate(
        """async (fragment) => {
            const card = document.createElement("aitransparency-card");
            document.querySelector("main").append(card);
            card.show(fragment, "/card.css");
            await new Promise(done => setTimeout(done, 300));
        }""",
        bad,
    )
    assert shown.page.evaluate("window.ran") is None
    text = shown.page.evaluate(
        "document.querySelector('aitransparency-card').shadowRoot.textContent"
    )
    assert "系统给出的结果是" in text


def test_the_component_and_a_fragment_are_small(documents):
    assert len(component_js().encode()) < 10_000
    assert all(len(documents[f"card-{one}"].fragment.encode()) < 20_000 for one in LANG)


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_reaches_everything_that_opens(show, documents, kind):
    shown = show(embedded(documents[kind], "page"), files=FILES)
    folds = shown.page.locator("summary").count()
    for _ in range(folds):
        shown.page.keyboard.press("Tab")
        assert shown.page.evaluate("document.activeElement.tagName") == "SUMMARY"
        shown.page.keyboard.press("Enter")
    assert shown.page.locator("details[open]").count() == folds
