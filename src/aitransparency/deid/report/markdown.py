"""A report as Markdown.

>>> from aitransparency.deid.report.model import Report
>>> report = Report(rows=1, columns=(), key_id=None, plan_sha256="0", version="0")
>>> markdown(report, "en").splitlines()[0]
'# De-identification report'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitransparency.deid.report.blocks import Bars, Block, Table
from aitransparency.deid.report.content import Section, content

if TYPE_CHECKING:
    from aitransparency.deid.report.model import Report


def markdown(report: Report, language: str) -> str:
    """Return the report as Markdown, in "zh" or "en"."""
    made = content(report, language)
    lines = [f"# {made.title}", "", made.intro, ""]
    lines += [f"- {_safe(name)}: {_safe(figure)}" for figure, name in made.summary]
    for section in made.sections:
        lines += ["", f"## {section.title}", "", *_section(section)]
    lines += ["", *(f"- {_safe(name)}: `{value}`" for name, value in made.facts)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> list[str]:
    if section.listed:
        return [f"- {_safe(block)}" for block in section.blocks if isinstance(block, str)]
    lines: list[str] = []
    for block in section.blocks:
        lines += [*([""] if lines else []), *_block(block)]
    return lines


def _block(block: Block) -> list[str]:
    if isinstance(block, str):
        return [_safe(block)]
    if isinstance(block, Bars):
        block = Table(
            block.head,
            tuple((name, shown) for name, _, shown in block.bars),
            frozenset({1}),
            block.title,
        )
    title = [_safe(block.title), ""] if block.title else []
    marks = ["--:" if place in block.numbers else "---" for place in range(len(block.head))]
    return [*title, _row(block.head), _row(marks), *(_row(row) for row in block.rows)]


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(_safe(cell) for cell in cells) + " |"


def _safe(text: str) -> str:
    """Return text that cannot end a cell or begin a tag."""
    for old, new in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("\n", " "), ("\r", " ")):
        text = text.replace(old, new)
    return text
