"""What a report holds, and its form in JSON.

Counts are exact here. What is written has no count from 1 to 4 of finds, nulls, misfits or classes:
they become "<5", since a small count beside other columns may speak of one person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from aitransparency import __version__
from aitransparency.deid.apply import Tally
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.planfile import with_key
from aitransparency.deid.risk import Grade, Guess, Linkage, Risk
from aitransparency.deid.risk.measure import Population
from aitransparency.deid.verify import Verification

Self = TypeVar("Self", bound="Report")

SCHEMA = "aitransparency/deid-report/1"
MIN_CELL = 5
_HASH = "report_sha256"
_SEAL = "report_hmac"

# class sizes are shown in these bands: from, to
BANDS = ((1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, None))


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What was done to one column; `linked` counts what was found as a value of the same row."""

    name: str
    role: str
    entity: str | None
    technique: str
    rows: int
    nulls: int
    misfits: int
    finds: Mapping[str, int]
    linked: Mapping[str, int] = field(default_factory=dict)

    @property
    def found(self) -> int:
        """How many pieces of text were found, in either way."""
        return sum(self.finds.values()) + sum(self.linked.values())


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
    source
        Fingerprint of the source: "algorithm" and "digest"; None where there is none.
    risk
        What `deid.risk` measured on the output; see `with_risk`.
    grade
        The grade proposed; see `with_grade`.
    linkage, guesses
        Attacks that were tried; see `with_attacks`.
    """

    rows: int
    columns: tuple[ColumnReport, ...]
    key_id: str | None
    plan_sha256: str
    version: str
    verification: Verification | None = None
    source: Mapping[str, str] | None = None
    risk: Risk | None = None
    grade: Grade | None = None
    linkage: Linkage | None = None
    guesses: Mapping[str, Guess] = field(default_factory=dict)

    @classmethod
    def of(
        cls: type[Self],
        plan: Plan,
        tallies: Mapping[str, Tally],
        *,
        rows: int,
        key: Key | None,
        verification: Verification | None,
        source: Mapping[str, str] | None = None,
    ) -> Self:
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
        key_id = key.id if key else None
        return cls(rows, columns, key_id, plan_fingerprint(plan), __version__, verification, source)

    def with_risk(self: Self, risk: Risk) -> Self:
        """Return the report with the risk that was measured on the output."""
        return replace(self, risk=risk)

    def with_grade(self: Self, grade: Grade) -> Self:
        """Return the report with the grade that was proposed, and the answers it rests on."""
        return replace(self, grade=grade)

    def with_attacks(
        self: Self, *, linkage: Linkage | None = None, guesses: Mapping[str, Guess] | None = None
    ) -> Self:
        """Return the report with attacks that were tried; `guesses` by masked column."""
        return replace(self, linkage=linkage, guesses=dict(guesses or {}))

    @property
    def direct_left(self) -> tuple[str, ...]:
        """Columns that hold direct identifiers still: kept by the plan, or seen in the output."""
        kept = [c.name for c in self.columns if c.role == "direct" and c.technique == "Keep"]
        found = self.verification
        leaks = [*found.leaks, *found.doubts] if found else []
        return tuple(dict.fromkeys([*kept, *leaks]))

    def to_dict(self) -> dict[str, Any]:  # what JSON holds
        """Return the report as JSON holds it, small counts hidden, with its own hash."""
        made: dict[str, Any] = {
            "schema": SCHEMA,
            "version": self.version,
            "rows": self.rows,
            "columns": [
                {
                    **asdict(column),
                    "nulls": small(column.nulls),
                    "misfits": small(column.misfits),
                    "finds": {name: small(count) for name, count in column.finds.items()},
                    "linked": {name: small(count) for name, count in column.linked.items()},
                }
                for column in self.columns
            ],
            "key_id": self.key_id,
            "plan_sha256": self.plan_sha256,
            "source": None if self.source is None else dict(self.source),
            "min_cell": MIN_CELL,
            "verification": _verification(self.verification),
            "risk": None if self.risk is None else risk_figures(self.risk),
            "grade": None if self.grade is None else _plain(asdict(self.grade)),
            "attacks": {
                "linkage": None if self.linkage is None else _plain(asdict(self.linkage)),
                "guesses": {name: _plain(asdict(one)) for name, one in self.guesses.items()},
            },
        }
        made[_HASH] = fingerprint(made)
        return made

    def to_json(self, *, key: Key | None = None) -> str:
        """Return the report as JSON.

        Parameters
        ----------
        key
            Seals the report: only who holds the key can change it unseen.
        """
        made = self.to_dict()
        if key is not None:
            made[_SEAL] = seal(made, key)
        return json.dumps(made, ensure_ascii=False, indent=2) + "\n"

    def to_markdown(self, language: str = "zh") -> str:
        """Return the report as Markdown, in "zh" or "en"."""
        from aitransparency.deid.report.markdown import markdown

        return markdown(self, language)

    def to_html(self, language: str = "zh") -> str:
        """Return the report as one HTML page without scripts or requests, in "zh" or "en"."""
        from aitransparency.deid.report.page import page

        return page(self, language)

    def _repr_html_(self) -> str:
        from aitransparency.deid.report.page import body

        return body(self, "zh")

    def __repr__(self) -> str:
        finds = sum(column.found for column in self.columns)
        verified = "verified" if self.verification else "not verified"
        return (
            f"{type(self).__name__}({self.rows:,} rows, {len(self.columns)} columns, "
            f"{finds:,} finds in text, {verified})"
        )


def plan_fingerprint(plan: Plan) -> str:
    """Return the hash of a plan as TOML, without the key id that a job notes in it."""
    return hashlib.sha256(with_key(plan, None).dumps().encode()).hexdigest()


def small(count: int) -> int | str:
    """Return a count as it may be written: "<5" for 1 to 4."""
    return count if count == 0 or count >= MIN_CELL else f"<{MIN_CELL}"


def fingerprint(report: Mapping[str, Any]) -> str:
    """Return the hash of a report, of all but its own hash and seal."""
    return hashlib.sha256(_canonical(report)).hexdigest()


def seal(report: Mapping[str, Any], key: Key) -> str:
    """Return the HMAC of a report, of all but its own hash and seal."""
    return hmac.new(key.derive("report seal"), _canonical(report), "sha256").hexdigest()


def bands(sizes: Mapping[int, int]) -> list[tuple[str, int]]:
    """Return the records in classes of each band of sizes.

    A band of 1 to 4 records is joined with the next: the bands add up to all rows, so that a single
    hidden count could be reckoned back.
    """
    made = [
        (low, high, sum(size * sizes[size] for size in sizes if low <= size <= (high or size)))
        for low, high in BANDS
    ]
    while len(made) > 1:
        at = next((at for at, (_, _, records) in enumerate(made) if 0 < records < MIN_CELL), None)
        if at is None:
            break
        first = min(at, len(made) - 2)
        (low, _, some), (_, high, more) = made[first : first + 2]
        made[first : first + 2] = [(low, high, some + more)]
    return [(_band(low, high), records) for low, high, records in made]


def _band(low: int, high: int | None) -> str:
    if high == low:
        return f"{low}"
    return f"{low}+" if high is None else f"{low}-{high}"


def _canonical(report: Mapping[str, Any]) -> bytes:
    rest = {name: value for name, value in report.items() if name not in (_HASH, _SEAL)}
    return json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:  # what `asdict` gives, to what JSON holds
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _verification(found: Verification | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "values": found.values,
        "columns": found.columns,
        "rows": found.rows,
        "own_row_cells": found.own_row_cells,
        "unsearched_cells": found.unsearched_cells,
        "unsearched_columns": list(found.unsearched_columns),
        "leaks": dict(found.leaks),
        "redacted": {name: small(count) for name, count in found.redacted.items()},
        "doubts": {name: small(count) for name, count in found.doubts.items()},
        "seen_again": {
            name: {entity: small(count) for entity, count in one.items()}
            for name, one in found.seen_again.items()
        },
        "rescanned_rows": found.rescanned_rows,
        "collisions": dict(found.collisions),
    }


def risk_figures(found: Risk) -> dict[str, Any]:  # what JSON holds
    """Return the figures of a risk as JSON holds them, small counts hidden."""
    return {
        "rows": found.rows,
        "classes": found.classes,
        "k": found.k,
        "quasi_identifiers": list(found.quasi_identifiers),
        "at_risk": found.at_risk,
        "unique_share": found.unique_share,
        "prosecutor": asdict(found.prosecutor),
        "journalist": None if found.journalist is None else asdict(found.journalist),
        "marketer": found.marketer,
        "population": None if found.population is None else _population(found.population),
        "sensitive": {name: asdict(one) for name, one in found.sensitive.items()},
        "ranking": [_plain(asdict(one)) for one in found.ranking],
        "records_by_class_size": {name: small(count) for name, count in bands(found.sizes)},
        "nulls": dict(found.nulls),
    }


def _population(known: Population) -> dict[str, Any]:  # what JSON holds
    counted = known.uniques.get("counted")
    made: dict[str, Any] = _plain(asdict(known))
    made["outside"] = small(known.outside)
    if counted is not None:
        made["uniques"] = {"counted": small(int(counted))}
    return made
