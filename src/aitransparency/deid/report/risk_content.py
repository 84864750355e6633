"""What a risk and a suggestion say in one language, for the report and for a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aitransparency.deid.report.blocks import (
    EMPTY,
    Bars,
    Block,
    Table,
    Words,
    percent,
    shown_count,
    words_of,
)
from aitransparency.deid.report.model import bands

if TYPE_CHECKING:
    from aitransparency.deid.risk import Risk, Suggestion

_FEW = 0.05  # of the population; from less, uniqueness there can hardly be estimated
_LEVELS = {
    "open": re.compile(r"width (\S+), from (\S+) on one"),
    "width": re.compile(r"width (\S+)"),
    "first": re.compile(r"first ([0-9]+)"),
    "own": re.compile(r"level ([0-9]+)"),
}


def risk_blocks(found: Risk | None, words: Words) -> tuple[Block, ...]:
    """Return what a risk says, or that none was measured."""
    told = words["risk"]
    if found is None:
        return (told["no"],)
    blocks: list[Block] = [
        told["intro"].format(
            columns=words["separator"].join(found.quasi_identifiers),
            rows=f"{found.rows:,}",
            classes=f"{found.classes:,}",
            k=f"{found.k:,}",
        )
    ]
    people = [("prosecutor", found.prosecutor), ("journalist", found.journalist)]
    rows = [
        (told[name], percent(one.highest), percent(one.mean), percent(one.share_at_risk))
        for name, one in people
        if one is not None
    ]
    rows.append((told["marketer"], EMPTY, percent(found.marketer), EMPTY))
    head = tuple(one.format(at_risk=percent(found.at_risk)) for one in told["attackers"])
    blocks.append(Table(head, tuple(rows), frozenset({1, 2, 3})))
    blocks.append(told["unique"].format(share=percent(found.unique_share)))
    blocks += _population(found, told)
    sizes = tuple((name, float(count), shown_count(count)) for name, count in bands(found.sizes))
    blocks.append(Bars(told["chart"], tuple(told["bands"]), sizes))
    if found.sensitive:
        lines = tuple(
            (
                name,
                str(one.distinct_l),
                f"{one.entropy_l:.2f}",
                f"{one.t:.3f}",
                f"{one.alpha:.3f}",
                f"{one.beta:.2f}",
            )
            for name, one in found.sensitive.items()
        )
        blocks.append(Table(tuple(told["sensitive"]), lines, frozenset(range(1, 6))))
    blocks.append(_ranking(found, told, words))
    return tuple(blocks)


def _population(found: Risk, told: Words) -> list[Block]:
    known = found.population
    if known is None:
        return []
    lines: list[Block] = [
        told["population"].format(size=f"{known.size:,}", source=told["source"][known.source])
    ]
    if known.presence is not None:
        low, high = known.presence
        lines.append(told["presence"].format(low=percent(low), high=percent(high)))
    if found.unique_share and known.uniques:
        counts = {name: shown_count(round(number)) for name, number in known.uniques.items()}
        if "counted" in counts:
            lines.append(told["counted"].format(count=counts["counted"]))
        elif "low" in counts:
            lines.append(told["uniques"].format(**counts))
            if found.rows < _FEW * known.size:
                lines.append(told["few"])
        else:
            lines.append(told["counted"].format(count=counts["best"]))
    return lines


def _ranking(found: Risk, told: Words, words: Words) -> Table:
    rows = tuple(
        (
            one.column,
            f"{one.distinct:,}",
            percent(one.without.mean_risk),
            words["none"]
            if one.generalised is None
            else words["aside"].format(
                one=percent(one.generalised[1].mean_risk),
                other=level_name(one.generalised[0], words),
            ),
        )
        for one in found.ranking
    )
    return Table(tuple(told["ranked"]), rows, frozenset({1, 2, 3}), told["ranking"])


def level_name(name: str, words: Words) -> str:
    """Return what a level of a hierarchy is called in a language."""
    told = words["levels"]
    for kind, pattern in _LEVELS.items():
        found = pattern.fullmatch(name)
        if found is not None:
            return str(told[kind].format(*found.groups()))
    return str(told["names"].get(name, name))


def risk_lines(found: Risk, language: str) -> list[str]:
    """Return what a risk says in a language, as lines for a terminal; cells parted by tabs."""
    lines: list[str] = []
    for block in risk_blocks(found, words_of(language)):
        if isinstance(block, str):
            lines.append(block)
        elif isinstance(block, Table):
            lines += ["", *([block.title] if block.title else [])]
            lines += ["\t".join(row) for row in (block.head, *block.rows)]
        else:
            lines += ["", block.title, *(f"{name}\t{shown}" for name, _, shown in block.bars)]
    return lines


def suggestion_lines(found: Suggestion, language: str) -> list[str]:
    """Return what a suggestion says in a language, as lines for a terminal."""
    words = words_of(language)
    told = words["suggestion"]
    proof = told["proven" if found.proven else "unproven"]
    return [
        told["head"].format(k=found.k, proof=proof, loss=percent(found.loss)),
        *(f"{column}\t{level_name(level, words)}" for column, level in found.levels.items()),
        told["emptied"].format(
            cells=f"{found.cells_suppressed:,}", records=f"{found.records_suppressed:,}"
        ),
    ]
