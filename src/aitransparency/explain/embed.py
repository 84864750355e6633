"""Ways to put a card or a notice into a product's page, none of which needs a script to be read.

`component` wraps a fragment in declarative shadow DOM (HTML Standard, template shadowrootmode), so
that the page's own CSS cannot change it; `frame` puts a whole page into a sandboxed iframe. Both
stand under ``default-src 'none'; style-src 'self'`` where a stylesheet's address is given.
`component_js` is only for pages that build cards in script.

>>> component("<article></article>", stylesheet="/card.css").count("<script")
0
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files


def component(fragment: str, *, stylesheet: str) -> str:
    """Return a fragment as ``<aitransparency-card>`` with its content in a shadow root.

    Parameters
    ----------
    fragment
        As `Card.to_fragment` or `Notice.to_fragment` returns it.
    stylesheet
        Address of its stylesheet.
    """
    return (
        '<aitransparency-card><template shadowrootmode="open">'
        f'<link rel="stylesheet" href="{escape(stylesheet)}">{fragment}'
        "</template></aitransparency-card>"
    )


def frame(page: str, *, title: str) -> str:
    """Return a page as a sandboxed ``<iframe srcdoc>``: no script, no forms, no navigation.

    Parameters
    ----------
    page
        As `Card.to_html` or `Notice.to_html` returns it; under a strict policy made with the
        address of its stylesheet.
    title
        What a screen reader calls the frame.
    """
    attributes = f'title="{escape(title)}" srcdoc="{escape(page)}"'
    return f'<iframe class="ait-frame" sandbox {attributes}></iframe>'


def card_css() -> str:
    """Return the stylesheet of cards, for a site to serve as a file."""
    from aitransparency.explain.render.html import card_css as text

    return text()


def notice_css() -> str:
    """Return the stylesheet of notices, for a site to serve as a file."""
    from aitransparency.explain.notice.render import notice_css as text

    return text()


@cache
def component_js() -> str:
    """Return the optional script: it gives the element ``show(fragment, stylesheet)``."""
    source = files("aitransparency.explain").joinpath("embed.js")
    return source.read_text("utf-8")
