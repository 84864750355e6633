"""The notice as people meet it: accessible, unblocked, and the same inside anybody's page."""

from __future__ import annotations

import pytest

from aitransparency.explain.embed import component, frame, notice_css

pytestmark = pytest.mark.browser

CSS = {"/notice.css": notice_css()}
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="session")
def notice():
    from importlib import resources

    import pyarrow as pa

    from aitransparency import explain
    from aitransparency.demo import loans

    table, approved = loans.applications()
    model = loans.model().fit(table.to_pandas(), approved)
    data = resources.files("aitransparency.demo").joinpath("data")
    features = explain.Features.loads(data.joinpath("loans.toml").read_text("utf-8"))
    decision = explain.Decision(
        labels={0: "未通过", 1: "通过"}, labels_en={0: "not approved", 1: "approved"}, favourable=1
    )
    explainer = explain.Explainer(model, table.to_pandas(), features=features, decision=decision)
    profile = explain.Profile.loads(data.joinpath("loans-notice.toml").read_text("utf-8"))
    rows = pa.table(
        {
            **{n: table[n] for n in table.column_names},
            **{n: loans.protected()[n] for n in loans.protected().column_names},
        }
    )
    return explainer.notice(profile, rows, approved)


def embedded(notice, language: str, how: str) -> str:
    if how == "page":
        return notice.to_html(language, stylesheet="/notice.css")
    lang = {"zh": "zh-CN", "en": "en"}[language]
    inner = {
        "classes": lambda: notice.to_fragment(language),
        "component": lambda: component(notice.to_fragment(language), stylesheet="/notice.css"),
        "frame": lambda: frame(notice.to_html(language, stylesheet="/notice.css"), title="notice"),
    }[how]()
    link = '<link rel="stylesheet" href="/notice.css">' if how == "classes" else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>x</title>{link}'
        f"</head><body><main>{inner}</main></body></html>"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("how", ["page", "classes", "component", "frame"])
def test_axe_finds_nothing_and_nothing_is_blocked(show, notice, language, theme, how):
    shown = show(embedded(notice, language, how), theme=theme, files=CSS)
    assert shown.complaints == []
    assert set(shown.asked_for) == {"/notice.css"}
    assert shown.axe() == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_every_width(show, notice, pictures, language, width, theme):
    shown = show(embedded(notice, language, "page"), width=width, theme=theme, files=CSS)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    shown.page.screenshot(path=pictures / f"notice-{language}-{theme}-{width}.png", full_page=True)


def test_forced_colours_keep_the_bars_visible(show, notice):
    shown = show(embedded(notice, "zh", "page"), files=CSS, forced_colors="active")
    fill, paper = shown.page.evaluate(
        """() => [getComputedStyle(document.querySelector(".ait-notice-bar rect")).fill,
                  getComputedStyle(document.querySelector(".ait-notice-bar")).backgroundColor]"""
    )
    assert fill != paper
