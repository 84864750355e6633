"""A card as HTML: a fragment to be styled by `card.css`, and a page of its own.

No script, no request, no inline style attribute: the fragment stands under the Content-Security-
Policy ``default-src 'none'; style-src 'self'`` with the stylesheet beside it. Bars are SVG with
attributes. Everything is escaped; text from data was cleaned when the card was made, and is
escaped again here whatever it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

from aitransparency.explain.card import Card, Reason, Section
from aitransparency.explain.render import REASON_SECTIONS, with_reasons
from aitransparency.explain.sentences import percent
from aitransparency.explain.wording import words


@cache
def card_css() -> str:
    """Return the stylesheet of a card; every selector begins with a class of ours."""
    return files("aitransparency.explain").joinpath("render/card.css").read_text("utf-8")


def card_fragment(card: Card) -> str:
    """Return the card for the body of another page."""
    name = f"ait-{escape(card.sha256[:12])}"
    body = "".join(_section(card, one) for one in card.sections if not one.detail)
    detail = "".join(_section(card, one) for one in card.sections if one.detail)
    more = escape(words(card.language).templates["section.more"])
    return (
        f'<article class="ait-card" lang="{escape(card.lang)}" dir="ltr" aria-labelledby="{name}">'
        f'<h2 class="ait-title" id="{name}">{escape(card.title)}</h2>{body}'
        f'<details class="ait-more"><summary class="ait-summary">{more}</summary>{detail}'
        f'<p class="ait-hash"><code>{escape(card.sha256)}</code></p></details></article>'
    )


def card_page(card: Card, *, stylesheet: str | None = None) -> str:
    """Return a page of its own, with the stylesheet inside or, where given, at an address."""
    if stylesheet is None:
        style = f"<style>{card_css()}</style>"
    else:
        style = f'<link rel="stylesheet" href="{escape(stylesheet)}">'
    return (
        f'<!doctype html>\n<html lang="{escape(card.lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta name="robots" content="noindex"><title>{escape(card.title)}</title>{style}</head>'
        f'<body class="ait-page"><main>{card_fragment(card)}</main></body></html>\n'
    )


def card_notebook(card: Card) -> str:
    """Return the card for a notebook; it reads well where the style is stripped."""
    return f"<style>{card_css()}</style>{card_fragment(card)}"


def _section(card: Card, section: Section) -> str:
    title = f'<h3 class="ait-heading">{escape(section.title)}</h3>' if section.title else ""
    if section.key == "decision":
        first, *others = section.lines
        tone = {True: "ait-good", False: "ait-bad", None: "ait-plain"}[card.outcome.favourable]
        inner = f'<p class="ait-result {tone}">{escape(first)}</p>' + _paragraphs(others)
        return f'<section class="ait-section">{inner}</section>'
    if section.key in REASON_SECTIONS:
        inner = _reasons(card, section)
    elif section.key == "change":
        options = len(card.alternatives)
        inner = _list(section.lines[:options]) + _paragraphs(section.lines[options:])
    elif section.detail:
        inner = _list(section.lines)
    else:
        inner = _paragraphs(section.lines)
    return f'<section class="ait-section ait-{escape(section.key)}">{title}{inner}</section>'


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f'<p class="ait-line">{escape(line)}</p>' for line in lines)


def _list(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="ait-lines">{items}</ul>' if items else ""


def _reasons(card: Card, section: Section) -> str:
    pairs = with_reasons(card, section)
    if pairs[0][0] is None:
        return _paragraphs(section.lines)
    tag = "ol" if card.ranked else "ul"
    items = "".join(_reason(card, reason, line) for reason, line in pairs if reason)
    return f'<{tag} class="ait-reasons">{items}</{tag}>'


def _reason(card: Card, reason: Reason, line: str) -> str:
    share = percent(reason.share)
    said = escape(words(card.language).say("reason.share", share=share))
    value = f' value="{reason.rank}"' if card.ranked else ""
    return (
        f'<li class="ait-reason"{value}><span class="ait-text">{escape(line)}</span> '
        f'<span class="ait-share">{said}</span>'
        '<svg class="ait-bar" viewBox="0 0 100 4" height="6" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false"><rect class="ait-track" width="100" height="4"/>'
        f'<rect class="ait-fill" width="{share}" height="4"/></svg></li>'
    )
