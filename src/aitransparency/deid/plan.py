"""The plan: for every column what it is, what is done to it, and why; for people to review.

A plan is proposed by `plan`, changed by assignment, saved as TOML and loaded again. It names every
column of the table: a column that nobody decided about is an error, not a leak.

>>> from aitransparency.deid.techniques import Keep, Mask
>>> made = Plan({"phone": ColumnPlan(Mask(), role="direct", entity="CN_MOBILE_PHONE")})
>>> made["age"] = Keep()
>>> Plan.loads(made.dumps()) == made
True
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from aitransparency.deid.entities import entity_id
from aitransparency.deid.keys import Key
from aitransparency.deid.techniques import Keep, Technique
from aitransparency.errors import ColumnNotFoundError, InputTypeError, PlanError

Role = Literal["direct", "quasi", "sensitive", "text", "other"]
OnMismatch = Literal["error", "redact", "scan"]
ROLES: tuple[Role, ...] = get_args(Role)
ON_MISMATCH: tuple[OnMismatch, ...] = get_args(OnMismatch)


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One line of a plan.

    Parameters
    ----------
    technique
        What is done.
    role
        "direct" identifier (直接标识符), "quasi"-identifier (准标识符), "sensitive" attribute
        (敏感属性), free "text" (自由文本) or "other" (其他).
    entity
        One of `ENTITIES`, or None.
    reason
        Why, in words.
    share
        Share of sampled values that match the entity, 0 to 1, or None.
    on_mismatch
        What happens to values that do not fit: "error", "redact" or "scan"; None follows the plan.
    """

    technique: Technique
    role: Role = "other"
    entity: str | None = None
    reason: str = ""
    share: float | None = None
    on_mismatch: OnMismatch | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.technique, Technique):
            raise PlanError(
                f"a technique is needed, such as deid.Mask(), not {type(self.technique).__name__}"
            )
        if self.role not in ROLES:
            raise PlanError(f"role {self.role!r} is not one of {', '.join(ROLES)}")
        if self.entity is not None:
            if not isinstance(self.entity, str):
                raise PlanError("entity is text")
            entity_id(self.entity)
        if not isinstance(self.reason, str):
            raise PlanError("reason is text")
        if self.on_mismatch is not None:
            check_on_mismatch(self.on_mismatch)


def check_on_mismatch(value: object) -> None:
    """Raise PlanError unless the value is "error", "redact" or "scan"."""
    if value not in ON_MISMATCH:
        raise PlanError(f"on_mismatch {value!r} is not one of {', '.join(ON_MISMATCH)}")


class Plan(MutableMapping[str, ColumnPlan]):
    """What is done to each column of a table.

    ``plan["phone"]`` is a `ColumnPlan`; assigning a technique changes the technique and keeps the
    rest of the line.

    Parameters
    ----------
    columns
        Column name to `ColumnPlan`, or to a technique alone.
    on_mismatch
        What happens to values that do not fit their technique: "error" (the default: counted and
        located, nothing is returned), "redact", or "scan" (what the finder knows is redacted).
    others
        The technique for columns that the plan does not name; by default they are an error.
    key_id
        The `Key.id` that the plan was last applied with; `deidentify` notes it here, and
        `reidentify` and the next run refuse any other key. Set it to None to begin anew under
        another.
    """

    def __init__(
        self,
        columns: Mapping[str, ColumnPlan | Technique] | None = None,
        *,
        on_mismatch: OnMismatch = "error",
        others: Technique | None = None,
        key_id: str | None = None,
    ) -> None:
        check_on_mismatch(on_mismatch)
        if others is not None and not isinstance(others, Technique):
            raise PlanError("others is a technique, such as deid.Keep(), or None")
        self._columns: dict[str, ColumnPlan] = {}
        self.on_mismatch = on_mismatch
        self.others = others
        self.key_id = key_id
        for name, line in (columns or {}).items():
            self[name] = line

    def __getitem__(self, column: str) -> ColumnPlan:
        try:
            return self._columns[column]
        except KeyError:
            raise ColumnNotFoundError.among(str(column), self._columns) from None

    def __setitem__(self, column: str, line: ColumnPlan | Technique) -> None:
        if not isinstance(column, str):
            raise InputTypeError(f"a column name is text, got {type(column).__qualname__}")
        if isinstance(line, Technique):
            old = self._columns.get(column)
            line = replace(old, technique=line) if old else ColumnPlan(line)
        if not isinstance(line, ColumnPlan):
            raise PlanError(
                f"plan[{column!r}] takes a technique, such as deid.Mask(), "
                f"not {type(line).__qualname__}"
            )
        self._columns[column] = line

    def __contains__(self, column: object) -> bool:
        return column in self._columns

    def __delitem__(self, column: str) -> None:
        self[column]
        del self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self._settings() == other._settings()

    __hash__ = None  # type: ignore[assignment]

    def _settings(self) -> tuple[Any, ...]:  # compared as a whole
        return (self._columns, self.on_mismatch, self.others, self.key_id)

    def for_columns(self, names: list[str]) -> dict[str, ColumnPlan]:
        """Return the line of every column of a table, in the table's order.

        Raises
        ------
        ColumnNotFoundError
            The plan names a column that the table lacks.
        PlanError
            The table has a column that the plan does not name, and `others` is not set.
        """
        for column, line in self._columns.items():
            for needed in (column, *line.technique.columns_used()):
                if needed not in names:
                    raise ColumnNotFoundError.among(needed, names)
        lines = {}
        for name in names:
            if name in self._columns:
                lines[name] = self._columns[name]
            elif self.others is not None:
                lines[name] = ColumnPlan(self.others)
            else:
                near = difflib.get_close_matches(name, self._columns, n=1)
                hint = f" (it has {near[0]!r})" if near else ""
                raise PlanError(
                    f"column {name!r} is not in the plan{hint}; decide about it: "
                    f"plan[{name!r}] = deid.Drop() or deid.Keep(), or Plan(..., others=...)"
                )
        return lines

    @property
    def keyed(self) -> bool:
        """Whether a technique of the plan needs a key."""
        techniques = [line.technique for line in self._columns.values()]
        return any(one.keyed for one in [*techniques, self.others or Keep()])

    def note_key(self, key: Key | None) -> None:
        """Note the key that the plan was applied with, so that no other is used by mistake."""
        if key is not None and self.keyed:
            self.key_id = key.id

    def dumps(self) -> str:
        """Return the plan as TOML."""
        from aitransparency.deid.planfile import write

        return write(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan as TOML, for people to read, edit and version."""
        Path(path).write_text(self.dumps(), encoding="utf-8", newline="\n")

    @classmethod
    def loads(cls, text: str, *, source: str = "plan") -> Plan:
        """Read a plan from TOML text; `source` names it in messages.

        Raises
        ------
        PlanError
            Naming the line and the key that are wrong.
        """
        from aitransparency.deid.planfile import read

        return read(text, source)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Plan:
        """Read a plan from a TOML file; see `loads`."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise PlanError(f"plan file {path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise PlanError(f"plan file {path} is not UTF-8 text") from None
        return cls.loads(text, source=str(path))

    def __repr__(self) -> str:
        from aitransparency.deid.planfile import as_text_table

        return as_text_table(self)

    def _repr_html_(self) -> str:
        from aitransparency.deid.planfile import as_html_table

        return as_html_table(self)


def plan(data: object, *, sample_rows: int = 10_000) -> Plan:
    """Propose a role and a technique for every column, from its name and a sample of its values.

    Parameters
    ----------
    data
        A pandas, Polars or Arrow frame, or the path of a file that `deidentify_file` takes.
    sample_rows
        How many rows are looked at, spread over a frame, the first of a file.

    Raises
    ------
    InputTypeError
        `data` is neither.
    """
    from aitransparency.deid.propose import propose, sample_of

    expect_sample(sample_rows)
    return propose(sample_of(data, sample_rows))


def expect_sample(sample_rows: object) -> None:
    """Raise PlanError unless the number of rows to sample is a positive whole number."""
    good = isinstance(sample_rows, int) and not isinstance(sample_rows, bool) and sample_rows > 0
    if not good:
        raise PlanError(f"sample_rows is a whole number from 1, got {sample_rows!r}")


__all__ = ["ColumnPlan", "OnMismatch", "Plan", "Role", "plan"]
