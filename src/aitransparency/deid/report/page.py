"""A report as one HTML page: no script, no request, charts as inline SVG, fit to print.

>>> from aitransparency.deid.report.model import Report
>>> made = page(Report(rows=1, columns=(), key_id=None, plan_sha256="0", version="0"), "en")
>>> made[:15], "<script" in made, " style=" in made
('<!doctype html>', False, False)
"""

from __future__ import annotations

import html
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from aitransparency.deid.report.blocks import Bars, Block, Table
from aitransparency.deid.report.content import Section, content

if TYPE_CHECKING:
    from aitransparency.deid.report.model import Report

_ROW, _NAMES, _BARS, _WIDTH = 26, 216, 100, 320  # of a chart, in units of its view box


def page(report: Report, language: str) -> str:
    """Return the report as a page, in "zh" or "en"."""
    made = content(report, language)
    title = html.escape(made.title)
    return (
        f'<!doctype html>\n<html lang="{made.language}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>\n{_style()}</style></head>\n"
        f'<body class="deid-report">{_main(report, language)}</body>\n</html>\n'
    )


def body(report: Report, language: str) -> str:
    """Return the report as a piece of a page, for a notebook."""
    return f'<style>\n{_style()}</style><div class="deid-report">{_main(report, language)}</div>'


@cache
def _style() -> str:
    return files("aitransparency.deid.report").joinpath("report.css").read_text("utf-8")


def _main(report: Report, language: str) -> str:
    made = content(report, language)
    figures = "".join(
        f"<div><dd>{html.escape(figure)}</dd><dt>{html.escape(name)}</dt></div>"
        for figure, name in made.summary
    )
    facts = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in made.facts
    )
    sections = "".join(_section(section) for section in made.sections)
    return (
        f"<main><header><h1>{html.escape(made.title)}</h1><p>{html.escape(made.intro)}</p>"
        f'<dl class="figures">{figures}</dl></header>\n{sections}'
        f'<dl class="facts">{facts}</dl></main>'
    )


def _section(section: Section) -> str:
    if section.listed:
        items = "".join(f"<li>{html.escape(str(block))}</li>" for block in section.blocks)
        inner = f"<ul>{items}</ul>"
    else:
        inner = "".join(_block(block) for block in section.blocks)
    return (
        f'<section aria-labelledby="deid-{section.id}"><h2 id="deid-{section.id}">'
        f"{html.escape(section.title)}</h2>{inner}</section>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, str):
        return f"<p>{html.escape(block)}</p>"
    return _chart(block) if isinstance(block, Bars) else _table(block)


def _table(table: Table) -> str:
    numbers = [' class="n"' if place in table.numbers else "" for place in range(len(table.head))]
    head = "".join(
        f'<th scope="col"{mark}>{html.escape(name)}</th>'
        for name, mark in zip(table.head, numbers, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{html.escape(cell)}</th>'
            if place == 0
            else f"<td{numbers[place]}>{html.escape(cell)}</td>"
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in table.rows
    )
    label = html.escape(table.title or table.head[0])
    wide = ' class="wide"' if len(table.head) > 6 else ""
    made = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f"<table{wide}><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return f"<figure><figcaption>{label}</figcaption>{made}</figure>" if table.title else made


def _chart(chart: Bars) -> str:
    """Return horizontal bars; the figures stand beside them, so that nothing is in colour alone."""
    height = _ROW * len(chart.bars) + 6
    longest = max((size for _, size, _ in chart.bars), default=0.0) or 1.0
    names = min(max((_wide(name) for name, _, _ in chart.bars), default=0), _NAMES) + 12
    figures = max((_wide(shown) for _, _, shown in chart.bars), default=0) + 12
    whole = max(_WIDTH, names + figures + _BARS)
    bars = []
    for place, (name, size, shown) in enumerate(chart.bars):
        top = place * _ROW + 4
        width = max((whole - names - figures) * size / longest, 1.0) if size else 0.0
        middle = top + _ROW / 2 - 1
        bars.append(
            f'<text x="{names - 8}" y="{middle:g}" class="name">{html.escape(_cut(name))}</text>'
            f'<rect x="{names}" y="{top + 3}" width="{width:.1f}" height="{_ROW - 9}" rx="2"/>'
            f'<text x="{names + width + 6:.1f}" y="{middle:g}" class="size">'
            f"{html.escape(shown)}</text>"
        )
    told = html.escape("; ".join(f"{name} {shown}" for name, _, shown in chart.bars))
    return (
        f"<figure><figcaption>{html.escape(chart.title)}</figcaption>"
        f'<svg viewBox="0 0 {whole} {height}" role="img" aria-label="{told}">'
        f"{''.join(bars)}</svg></figure>"
    )


def _wide(text: str) -> int:
    """Return about how wide a text of 14 units is: Chinese characters 14, others 8."""
    return sum(14 if ord(one) > 0x2E80 else 8 for one in text)


def _cut(name: str) -> str:
    """Return a name that fits; the label of the chart says it whole."""
    if _wide(name) <= _NAMES:
        return name
    while _wide(name) > _NAMES - 14:
        name = name[:-1]
    return f"{name}…"
