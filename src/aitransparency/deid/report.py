"""The report: what was done to each column, in counts; never a value of the data.

>>> Report(rows=1, columns=(), key_id=None, plan_sha256="0", version="0").to_markdown("en")[:26]
'# De-identification report'
"""

from __future__ import annotations

import hashlib
import html
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from aitransparency import __version__
from aitransparency.deid.apply import Tally
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.verify import Verification
from aitransparency.errors import InputError

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { border-bottom: 1px solid #8886; padding: .35rem .5rem; text-align: start;
  vertical-align: top }
td.n { text-align: end; font-variant-numeric: tabular-nums }
.scroll { overflow-x: auto }
dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
"""


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What was done to one column."""

    name: str
    role: str
    entity: str | None
    technique: str
    rows: int
    nulls: int
    misfits: int
    finds: Mapping[str, int]
    linked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a job did.

    Parameters
    ----------
    rows
        Rows of the table.
    columns
        One entry per column of the input.
    key_id
        `Key.id`, or None where no key was given.
    plan_sha256
        Hash of the plan as TOML.
    version
        Version of this package.
    verification
        What verification looked for; None where it was not done.
    """

    rows: int
    columns: tuple[ColumnReport, ...]
    key_id: str | None
    plan_sha256: str
    version: str
    verification: Verification | None = None

    @classmethod
    def of(
        cls,
        plan: Plan,
        tallies: Mapping[str, Tally],
        *,
        rows: int,
        key: Key | None,
        verification: Verification | None,
    ) -> Report:
        """Build the report of a job."""
        lines = plan.for_columns(list(tallies))
        columns = tuple(
            ColumnReport(
                name,
                lines[name].role,
                lines[name].entity,
                type(lines[name].technique).__name__,
                tally.rows,
                tally.nulls,
                tally.misfits,
                dict(sorted(tally.finds.items())),
                dict(sorted(tally.linked.items())),
            )
            for name, tally in tallies.items()
        )
        digest = hashlib.sha256(plan.dumps().encode()).hexdigest()
        return cls(rows, columns, key.id if key else None, digest, __version__, verification)

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    def to_markdown(self, language: str = "zh") -> str:
        """Return the report as Markdown, in "zh" or "en"."""
        words = _words(language)
        head = [f"# {words['title']}", "", self._intro(words), "", self._verified(words), ""]
        facts = [f"- {name}: {value}" for name, value in self._facts(words)]
        table = [
            _md_row(words["columns"]),
            _md_row(["---"] * len(words["columns"])),
            *(_md_row(row) for row in self._rows(words)),
        ]
        limits = [f"- {limit}" for limit in words["limits"]]
        parts = [*head, *facts, "", f"## {words['done']}", "", *table, ""]
        return "\n".join([*parts, f"## {words['unchecked']}", "", *limits]) + "\n"

    def to_html(self, language: str = "zh") -> str:
        """Return the report as one HTML page without scripts or requests, in "zh" or "en"."""
        words = _words(language)
        title = html.escape(words["title"])
        return (
            f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>'
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{_STYLE}</style></head>\n"
            f"<body><main><h1>{title}</h1>{self._body(words)}</main></body>\n</html>\n"
        )

    def _repr_html_(self) -> str:
        return self._body(_words("zh"))

    def __repr__(self) -> str:
        finds = sum(
            sum(column.finds.values()) + sum(column.linked.values()) for column in self.columns
        )
        verified = "verified" if self.verification else "not verified"
        return (
            f"Report({self.rows:,} rows, {len(self.columns)} columns, "
            f"{finds:,} finds in text, {verified})"
        )

    def _body(self, words: Mapping[str, Any]) -> str:
        facts = "".join(
            f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
            for name, value in self._facts(words)
        )
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in words["columns"])
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{' class=n' if 4 <= place <= 6 else ''}>{html.escape(cell)}</td>"
                for place, cell in enumerate(row)
            )
            + "</tr>"
            for row in self._rows(words)
        )
        limits = "".join(f"<li>{html.escape(limit)}</li>" for limit in words["limits"])
        return (
            f"<p>{html.escape(self._intro(words))}</p><p>{html.escape(self._verified(words))}</p>"
            f"<dl>{facts}</dl><h2>{html.escape(words['done'])}</h2>"
            f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
            f"<h2>{html.escape(words['unchecked'])}</h2><ul>{limits}</ul>"
        )

    def _intro(self, words: Mapping[str, Any]) -> str:
        return str(words["intro"]).format(rows=f"{self.rows:,}", columns=len(self.columns))

    def _verified(self, words: Mapping[str, Any]) -> str:
        if self.verification is None:
            return str(words["unverified"])
        return str(words["verified"]).format(
            values=f"{self.verification.values:,}", columns=self.verification.columns
        )

    def _facts(self, words: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [
            (words["plan"], self.plan_sha256),
            (words["key"], self.key_id or words["none"]),
            (words["version"], self.version),
            *((words["linked"].format(column=name), text) for name, text in self._linked()),
        ]

    def _linked(self) -> list[tuple[str, str]]:
        """Return, by column of text, how often a value of each identity column stood in it."""
        return [
            (column.name, ", ".join(f"{name} {count:,}" for name, count in column.linked.items()))
            for column in self.columns
            if column.linked
        ]

    def _rows(self, words: Mapping[str, Any]) -> list[list[str]]:
        return [
            [
                column.name,
                words["role"].get(column.role, column.role),
                column.entity or "",
                words["technique"].get(column.technique, column.technique),
                f"{column.rows:,}",
                f"{column.nulls:,}",
                f"{column.misfits:,}",
                ", ".join(f"{entity} {count:,}" for entity, count in column.finds.items()),
            ]
            for column in self.columns
        ]


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(
        files("aitransparency.deid").joinpath("words/report.toml").read_text("utf-8")
    )


def _words(language: str) -> Mapping[str, Any]:
    if language not in _texts():
        raise InputError(f"language is 'zh' or 'en', got {language!r}")
    return _texts()[language]


def _md_row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
