"""The content of a report in one language: sections of sentences, tables and charts, no markup.

Markdown and HTML are two renderings of this, so that they say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitransparency.deid.report.blocks import (
    EMPTY,
    Bars,
    Block,
    Table,
    Words,
    percent,
    shown_count,
    texts,
    words_of,
)
from aitransparency.deid.report.risk_content import risk_blocks

if TYPE_CHECKING:
    from aitransparency.deid.report.model import Report
    from aitransparency.deid.verify import Verification


_FILES = 50  # that are listed; JSON has all


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
        *_files(report, words),
        Section("verified", titles["verified"], _verified(report, words, named)),
        Section("risk", titles["risk"], risk_blocks(report.risk, words)),
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


def entity_names(language: str) -> Mapping[str, str]:
    """Return what the entities are called in a language."""
    names: Mapping[str, str] = texts("entities")[language]
    return names


def _summary(report: Report, words: Words) -> tuple[tuple[str, str], ...]:
    told = words["summary"]
    finds = sum(column.found for column in report.columns)
    direct = [column for column in report.columns if column.role == "direct"]
    treated = sum(column.technique != "Keep" for column in direct)
    found = report.verification
    left = words["unknown"] if found is None else f"{sum(found.leaks.values()):,}"
    risk = report.risk
    highest = words["unknown"] if risk is None else percent(risk.prosecutor.highest)
    return (
        (shown_count(finds), told["found"]),
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
        (name, float(max(count, 4)), shown_count(count))
        for name, count in (finds + linked).most_common()
    )
    blocks: tuple[Block, ...] = (intro, Bars(told["chart"], tuple(told["columns"]), bars))
    return (*blocks, told["linked"]) if linked else blocks


def _done(report: Report, words: Words, named: Mapping[str, str]) -> tuple[Block, ...]:
    rows = tuple(
        (
            column.name,
            words["role"].get(column.role, column.role),
            named.get(column.entity or "", column.entity or EMPTY),
            words["technique"].get(column.technique, column.technique),
            words["clause"].get(column.technique, EMPTY),
            shown_count(column.nulls),
            shown_count(column.misfits),
            _listed(column.finds, words, named) or EMPTY,
        )
        for column in report.columns
    )
    table = Table(tuple(words["done"]["columns"]), rows, frozenset({5, 6}))
    amiss = any(column.misfits for column in report.columns)
    return (words["done"]["misfits"], table) if amiss else (table,)


def _files(report: Report, words: Words) -> tuple[Section, ...]:
    """Return what happened to each file of a job over files."""
    files = getattr(report, "files", ())  # of a `FileReport`, which is not imported for a table
    if not files:
        return ()
    told = words["files"]
    rows = tuple(
        (
            one.source,
            one.format if one.compression in ("", "none") else f"{one.format} {one.compression}",
            one.encoding or EMPTY,
            f"{one.rows_in:,}",
            f"{one.rows_out:,}",
            shown_count(one.quarantined),
            shown_count(one.formulas),
        )
        for one in files[:_FILES]
    )
    table = Table(tuple(told["columns"]), rows, frozenset({3, 4, 5, 6}))
    blocks: tuple[Block, ...] = (table,)
    if len(files) > _FILES:
        blocks = (table, told["more"].format(count=f"{len(files) - _FILES:,}"))
    return (Section("files", words["sections"]["files"], blocks),)


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
        lines.append(told["own"].format(count=shown_count(found.own_row_cells)))
    if found.unsearched_cells:
        lines.append(told["short"].format(count=shown_count(found.unsearched_cells)))
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
    return str(told["again"].format(rows=rows, list=words["pause"].join(parts)))


def _attacks(report: Report, words: Words) -> tuple[Block, ...]:
    told = words["attacks"]
    lines = []
    if report.linkage is not None:
        one = report.linkage
        lines.append(
            told["linkage"].format(
                columns=words["separator"].join(one.columns) or words["unknown"],
                tried=f"{one.tried:,}",
                success=percent(one.success),
                unique=percent(one.unique),
                chance=percent(one.by_chance),
            )
        )
    for column, guess in report.guesses.items():
        known = words["separator"].join(guess.known)
        lines.append(
            told["guess"].format(
                column=column,
                known=told["known"].format(list=known) if known else "",
                success=percent(guess.success),
                candidates=f"{guess.candidates:,.0f}",
                alone=percent(guess.alone),
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
        f"{(named or {}).get(name, name)} {shown_count(count)}" for name, count in counts.items()
    ]
    return str(words["separator"].join(names))
