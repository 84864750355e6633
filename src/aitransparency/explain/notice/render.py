"""A notice written down: HTML page and fragment, Markdown, plain text.

The HTML has no script, no request and no inline style, prefixed classes, and one stylesheet that a
site can serve itself. Everything that came from people or data is escaped, and characters that
reorder text are taken out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from aitransparency.explain.notice.blocks import Bars, Block, Grid, Items, Pairs, Paragraph
from aitransparency.explain.notice.sections import sections, title, words
from aitransparency.explain.notice.value import Notice
from aitransparency.explain.plain import clean

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_WIDE = 200  # units across a bar's drawing
_LONGEST = 4_000  # characters of one text


def _clean(text: str) -> str:
    return clean(text, _LONGEST)


@cache
def notice_css() -> str:
    """Return the stylesheet, for sites that serve it as a file of their own."""
    folder = resources.files("aitransparency.explain.notice")
    return folder.joinpath("notice.css").read_text("utf-8")


def page(
    notice: Notice, language: str, templates: Sequence[str], stylesheet: str | None = None
) -> str:
    """Return a whole HTML page, the stylesheet inside or at an address."""
    style = f"<style>\n{notice_css()}</style>"
    if stylesheet is not None:
        style = f'<link rel="stylesheet" href="{_html(stylesheet)}">'
    lang, name = words(language)["lang"], _html(title(notice, language))
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n{style}\n</head>\n"
        f'<body class="ait-notice-page">\n<main>\n{fragment(notice, language, templates)}'
        "</main>\n</body>\n</html>\n"
    )


def fragment(notice: Notice, language: str, templates: Sequence[str]) -> str:
    """Return the notice as one ``<article>``, to be put into a page that has the stylesheet."""
    lang = words(language)["lang"]
    parts = [
        f'<article class="ait-notice" lang="{lang}">',
        f"<h1>{_html(title(notice, language))}</h1>",
    ]
    for section in sections(notice, language, templates):
        parts.append(f'<section class="ait-notice-{section.key}">')
        parts.append(f"<h2>{_html(section.heading)}</h2>")
        parts += [_block_html(block) for block in section.blocks]
        parts.append("</section>")
    return "\n".join([*parts, "</article>", ""])


def _html(text: str) -> str:
    return html.escape(_clean(text))


def _block_html(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_html(block.text)}</p>"
    if isinstance(block, Items):
        return "<ul>" + "".join(f"<li>{_html(one)}</li>" for one in block.items) + "</ul>"
    if isinstance(block, Pairs):
        rows = (
            f"<dt>{_html(one.label)}</dt>"
            f"<dd{'' if one.given else ' class=' + chr(34) + 'ait-notice-missing' + chr(34)}>"
            f"{_html(one.text)}</dd>"
            for one in block.pairs
        )
        return "<dl>" + "".join(rows) + "</dl>"
    if isinstance(block, Grid):
        return _grid_html(block)
    return _bars_html(block)


def _grid_html(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{_html(one)}</th>' for one in grid.header)
    rows = "".join(
        f'<tr><th scope="row">{_html(row[0])}</th>'
        + "".join(
            f'<td data-label="{_html(label)}">{_html(one)}</td>'
            for label, one in zip(grid.header[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in grid.rows
    )
    return (
        f"<table><caption>{_html(grid.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _bars_html(block: Bars) -> str:
    longest = max((bar.share for bar in block.bars), default=1.0) or 1.0
    rows = []
    for bar in block.bars:
        width = max(1, round(_WIDE * bar.share / longest))
        rows.append(
            f'<li><span class="ait-notice-label">{_html(bar.label)}</span> '
            f'<span class="ait-notice-weight">{_html(bar.weight)}</span>'
            f'<svg class="ait-notice-bar" viewBox="0 0 {_WIDE} 8" preserveAspectRatio="none" '
            f'aria-hidden="true" focusable="false"><rect width="{width}" height="8"/></svg>'
            f'<span class="ait-notice-says">{_html(bar.text)}</span></li>'
        )
    return '<ol class="ait-notice-bars">' + "".join(rows) + "</ol>"


def markdown(notice: Notice, language: str, templates: Sequence[str]) -> str:
    """Return the notice as Markdown."""
    parts = [f"# {_md(title(notice, language))}"]
    colon = words(language)["colon"]
    for section in sections(notice, language, templates):
        parts.append(f"## {_md(section.heading)}")
        parts += [_block_markdown(block, colon) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _clean(text))


def _block_markdown(block: Block, colon: str) -> str:
    if isinstance(block, Paragraph):
        return _md(block.text)
    if isinstance(block, Items):
        return "\n".join(f"- {_md(one)}" for one in block.items)
    if isinstance(block, Pairs):
        return "\n".join(f"- **{_md(one.label)}**{colon}{_md(one.text)}" for one in block.pairs)
    if isinstance(block, Bars):
        return "\n".join(
            f"{place}. **{_md(bar.label)}**{colon}{_md(bar.weight)}. {_md(bar.text)}"
            if colon.isascii()
            else f"{place}. **{_md(bar.label)}**{colon}{_md(bar.weight)}。{_md(bar.text)}"
            for place, bar in enumerate(block.bars, 1)
        )
    rows = [block.header, tuple("---" for _ in block.header), *block.rows]
    lines = [
        "| " + " | ".join(row if set(row) == {"-"} else _md(row) for row in one) + " |"
        for one in rows
    ]
    return f"**{_md(block.caption)}**\n\n" + "\n".join(lines)


def plain(notice: Notice, language: str, templates: Sequence[str]) -> str:
    """Return the notice as plain text."""
    lines = [title(notice, language)]
    colon = words(language)["colon"]
    for section in sections(notice, language, templates):
        lines += ["", section.heading]
        lines += [line for block in section.blocks for line in _block_plain(block, colon)]
    return "\n".join(_clean_line(line) for line in lines) + "\n"


def _clean_line(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + _clean(line)


def _block_plain(block: Block, colon: str) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Items):
        return [f"  {one}" for one in block.items]
    if isinstance(block, Pairs):
        return [f"  {one.label}{colon}{one.text}" for one in block.pairs]
    if isinstance(block, Bars):
        return [
            f"  {place}. {bar.label} {bar.weight}{colon}{bar.text}"
            for place, bar in enumerate(block.bars, 1)
        ]
    lines = [block.caption]
    for row in block.rows:
        cells = [
            f"{head} {one}" for head, one in zip(block.header[1:], row[1:], strict=True) if one
        ]
        lines.append(
            f"  {row[0]}{colon}{'; '.join(cells) if colon.isascii() else '；'.join(cells)}"
        )
    return lines
