"""The content of a report in one language: sections of sentences, tables and charts, no markup.

Markdown and HTML are two renderings of this, so that they say the same.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aitransparency.deid.report.model import bands, small
from aitransparency.errors import InputError

if TYPE_CHECKING:
    from aitransparency.deid.report.model import Report
    from aitransparency.deid.risk import Risk, Suggestion
    from aitransparency.deid.verify import Verification

Words = Mapping[str, Any]  # text and tables of text


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart, and the words that stand for it; every bar has a name, a size and its label."""

    title: str
    head: tuple[str, str]
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numbers` are the positions of columns of figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    title: str = ""


_EMPTY = "—"  # of a cell that says nothing
_FEW = 0.05  # of the population; from less, uniqueness there can hardly be estimated

_LEVELS = {
    "open": re.compile(r"width (\S+), from (\S+) on one"),
    "width": re.compile(r"width (\S+)"),
    "first": re.compile(r"first ([0-9]+)"),
    "own": re.compile(r"level ([0-9]+)"),
}

Block = str | Table | Bars


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; a list of sentences where `listed`."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A report in one language."""

    language: str
    title: str
    intro: str
    summary: tuple[tuple[str, str], ...]  # a figure and what it is
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]


def content(report: Report, language: str) -> Content:
    """Return what a report says in a language, "zh" or "en"."""
    words = words_of(language)
    named = entity_names(language)
    titles = words["sections"]
    sections = (
        Section("found", titles["found"], _found(report, words, named)),
        Section("done", titles["done"], _done(report, words, named)),
        Section("verified", titles["verified"], _verified(report, words, named)),
        Section("risk", titles["risk"], _risk(report.risk, words)),
        Section("attacks", titles["attacks"], _attacks(report, words)),
        Section("grade", titles["grade"], _grade(report, words, language)),
        Section("unchecked", titles["unchecked"], _unchecked(report, words), listed=True),
        Section("later", titles["later"], (words["later"]["intro"],)),
    )
    intro = words["intro"].format(rows=f"{report.rows:,}", columns=len(report.columns))
    return Content(
        words["lang"],
        words["title"],
        intro,
        _summary(report, words),
        sections,
        _facts(report, words),
    )


def risk_lines(found: Risk, language: str) -> list[str]:
    """Return what a risk says in a language, as lines for a terminal; cells parted by tabs."""
    lines: list[str] = []
    for block in _risk(found, words_of(language)):
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
        told["head"].format(k=found.k, proof=proof, loss=_percent(found.loss)),
        *(f"{column}\t{level_name(level, words)}" for column, level in found.levels.items()),
        told["emptied"].format(
            cells=f"{found.cells_suppressed:,}", records=f"{found.records_suppressed:,}"
        ),
    ]


@cache
def _texts(name: str) -> Words:
    return tomllib.loads(
        files("aitransparency.deid").joinpath(f"words/{name}.toml").read_text("utf-8")
    )


def words_of(language: str) -> Words:
    """Return the words of a language.

    Raises
    ------
    InputError
        The language is neither "zh" nor "en".
    """
    if language not in _texts("report"):
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    words: Words = _texts("report")[language]
    return words


def entity_names(language: str) -> Mapping[str, str]:
    """Return what the entities are called in a language."""
    names: Mapping[str, str] = _texts("entities")[language]
    return names


def _summary(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    told = words["summary"]
    finds = sum(column.found for column in report.columns)
    direct = [column for column in report.columns if column.role == "direct"]
    treated = sum(column.technique != "Keep" for column in direct)
    found = report.verification
    left = words["unknown"] if found is None else f"{sum(found.leaks.values()):,}"
    risk = report.risk
    highest = words["unknown"] if risk is None else _percent(risk.prosecutor.highest)
    return (
        (_count(finds), told["found"]),
        (told["of"].format(part=treated, whole=len(direct)), told["direct"]),
        (left, told["left"]),
        (highest, told["risk"]),
    )


def _found(report: Report, words: Words, named: Mapping[str, str]) -> tuple[Block, ...]:
    told = words["found"]
    roles = Counter(words["role"].get(column.role, column.role) for column in report.columns)
    listed = words["separator"].join(f"{role} {count}" for role, count in roles.items())
    intro = told["roles"].format(columns=len(report.columns), list=listed)
    finds: Counter[str] = Counter()
    linked: Counter[str] = Counter()
    for column in report.columns:
        finds.update({named.get(name, name): count for name, count in column.finds.items()})
        linked.update(
            {told["of_row"].format(column=name): count for name, count in column.linked.items()}
        )
    if not finds and not linked:
        return (intro, told["none"])
    bars = tuple(
        (name, float(max(count, 4)), _count(count))
        for name, count in (finds + linked).most_common()
    )
    blocks: tuple[Block, ...] = (intro, Bars(told["chart"], tuple(told["columns"]), bars))
    return (*blocks, told["linked"]) if linked else blocks


def _done(report: Report, words: Words, named: Mapping[str, str]) -> tuple[Block, ...]:
    rows = tuple(
        (
            column.name,
            words["role"].get(column.role, column.role),
            named.get(column.entity or "", column.entity or _EMPTY),
            words["technique"].get(column.technique, column.technique),
            words["clause"].get(column.technique, _EMPTY),
            _count(column.nulls),
            _count(column.misfits),
            _listed(column.finds, words, named) or _EMPTY,
        )
        for column in report.columns
    )
    table = Table(tuple(words["done"]["columns"]), rows, frozenset({5, 6}))
    amiss = any(column.misfits for column in report.columns)
    return (table, words["done"]["misfits"]) if amiss else (table,)


def _verified(report: Report, words: Words, named: Mapping[str, str]) -> tuple[Block, ...]:
    told, found = words["verified"], report.verification
    if found is None:
        return (told["no"],)
    searched = told["searched"].format(
        values=f"{found.values:,}", columns=found.columns, rows=f"{found.rows:,}"
    )
    leaks = told["leaks"].format(list=_listed(found.leaks, words)) if found.leaks else told["clean"]
    lines = [f"{searched}{'' if words['lang'] == 'zh-CN' else ' '}{leaks}"]
    for key, counts in (("redacted", found.redacted), ("collisions", found.collisions)):
        if counts:
            lines.append(told[key].format(list=_listed(counts, words)))
    if found.own_row_cells:
        lines.append(told["own"].format(count=_count(found.own_row_cells)))
    if found.unsearched_cells:
        lines.append(told["short"].format(count=_count(found.unsearched_cells)))
    if found.doubts:
        lines.append(told["doubts"].format(list=_listed(found.doubts, words)))
    lines.append(_again(found, words, named))
    if found.unsearched_columns:
        names = words["separator"].join(found.unsearched_columns)
        lines.append(told["columns"].format(list=names))
    one_to_one = any(c.technique in ("Pseudonymize", "Encrypt") for c in report.columns)
    if one_to_one and not found.collisions:
        lines.append(told["no_collisions"])
    return tuple(lines)


def _again(found: Verification, words: Words, named: Mapping[str, str]) -> str:
    told, rows = words["verified"], f"{found.rescanned_rows:,}"
    if not found.seen_again:
        return str(told["again_none"].format(rows=rows))
    parts = [
        words["sentence"].format(one=name, other=_listed(counts, words, named))
        for name, counts in found.seen_again.items()
    ]
    return str(told["again"].format(rows=rows, list="; ".join(parts)))


def _risk(found: Risk | None, words: Words) -> tuple[Block, ...]:
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
        (told[name], _percent(one.highest), _percent(one.mean), _percent(one.share_at_risk))
        for name, one in people
        if one is not None
    ]
    rows.append((told["marketer"], _EMPTY, _percent(found.marketer), _EMPTY))
    head = tuple(one.format(at_risk=_percent(found.at_risk)) for one in told["attackers"])
    blocks.append(Table(head, tuple(rows), frozenset({1, 2, 3})))
    blocks.append(told["unique"].format(share=_percent(found.unique_share)))
    blocks += _population(found, told)
    sizes = tuple((name, float(count), _count(count)) for name, count in bands(found.sizes))
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
        lines.append(told["presence"].format(low=_percent(low), high=_percent(high)))
    if found.unique_share and known.uniques:
        counts = {name: _count(round(number)) for name, number in known.uniques.items()}
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
            _percent(one.without.mean_risk),
            words["none"]
            if one.generalised is None
            else words["aside"].format(
                one=_percent(one.generalised[1].mean_risk),
                other=level_name(one.generalised[0], words),
            ),
        )
        for one in found.ranking
    )
    return Table(tuple(told["ranked"]), rows, frozenset({1, 2, 3}), told["ranking"])


def _attacks(report: Report, words: Words) -> tuple[Block, ...]:
    told = words["attacks"]
    lines = []
    if report.linkage is not None:
        one = report.linkage
        lines.append(
            told["linkage"].format(
                columns=words["separator"].join(one.columns) or words["unknown"],
                tried=f"{one.tried:,}",
                success=_percent(one.success),
                unique=_percent(one.unique),
                chance=_percent(one.by_chance),
            )
        )
    for column, guess in report.guesses.items():
        known = words["separator"].join(guess.known)
        lines.append(
            told["guess"].format(
                column=column,
                known=told["known"].format(list=known) if known else "",
                success=_percent(guess.success),
                candidates=f"{guess.candidates:,.0f}",
                alone=_percent(guess.alone),
                hidden=f"{guess.hidden:,.0f}",
                possible=""
                if guess.possible is None
                else told["possible"].format(count=f"{guess.possible:,.0f}"),
            )
        )
    return tuple(lines) or (told["no"],)


def _grade(report: Report, words: Words, language: str) -> tuple[Block, ...]:
    if report.grade is None:
        return (words["grade"]["no"],)
    made = report.grade
    answers = Table(tuple(words["grade"]["answers"]), tuple(made.answered(language)))
    return (*made.grounds(language), answers, made.caution(language))


def level_name(name: str, words: Words) -> str:
    """Return what a level of a hierarchy is called in a language."""
    told = words["levels"]
    for kind, pattern in _LEVELS.items():
        found = pattern.fullmatch(name)
        if found is not None:
            return str(told[kind].format(*found.groups()))
    return str(told["names"].get(name, name))


def _unchecked(report: Report, words: Words) -> tuple[Block, ...]:
    told = words["unchecked"]
    missing = [
        told[name]
        for name, there in (
            ("verification", report.verification),
            ("risk", report.risk),
            ("attacks", report.linkage or report.guesses),
        )
        if not there
    ]
    return (*missing, *told["items"])


def _facts(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    told = words["later"]
    source = report.source
    return (
        (told["plan"], report.plan_sha256),
        (told["key"], report.key_id or words["none"]),
        (
            told["source"],
            words["none"] if source is None else f"{source['algorithm']} {source['digest']}",
        ),
        (told["version"], report.version),
        (told["report"], report.to_dict()["report_sha256"]),
    )


def _listed(counts: Mapping[str, int], words: Words, named: Mapping[str, str] | None = None) -> str:
    names: Sequence[str] = [
        f"{(named or {}).get(name, name)} {_count(count)}" for name, count in counts.items()
    ]
    return str(words["separator"].join(names))


def _count(count: int) -> str:
    shown = small(count)
    return shown if isinstance(shown, str) else f"{shown:,}"


def _percent(share: float) -> str:
    """Return a share with enough digits to tell it from nothing."""
    if share == 0 or share >= 0.1:
        return f"{share:.1%}"
    return f"{share:.2%}" if share >= 0.0001 else "<0.01%"
