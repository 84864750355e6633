"""Bring back what was encrypted: the one way back, for whoever holds plan and key.

>>> from aitransparency.deid.deidentify import deidentify
>>> from aitransparency.deid.plan import ColumnPlan
>>> from aitransparency.deid.techniques import Encrypt
>>> plan = Plan({"phone": ColumnPlan(Encrypt(), "direct", "CN_MOBILE_PHONE")})
>>> key = Key(bytes(32))
>>> sealed = deidentify(pa.table({"phone": ["13800138000"]}), plan, key=key).data
>>> reidentify(sealed, plan, key=key).to_pydict()
{'phone': ['13800138000']}
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Drop, Keep, Outcome, Place, Technique
from aitransparency.deid.text import is_text, text_type_like
from aitransparency.errors import (
    ColumnNotFoundError,
    InputTypeError,
    KeyMaterialError,
    NotReversibleError,
)
from aitransparency.frames import is_frame, like, to_table

Data = TypeVar("Data")


def reidentify(data: Data, plan: Plan, *, key: Key, columns: Sequence[str] | None = None) -> Data:
    """Return a frame with its encrypted columns as they were.

    Parameters
    ----------
    data
        A frame that `deidentify` returned under this plan, or some rows of it in any order.
    plan
        The plan it was de-identified with; its `key_id` tells a wrong key.
    key
        The key it was de-identified with.
    columns
        Which to bring back; by default all that can be, the others stay as they are.

    Returns
    -------
    frame
        Of the type of `data`. Values come back as text in their one spelling; what had been
        redacted because it did not fit stays redacted.

    Raises
    ------
    NotReversibleError
        A column asked for, or every column of the plan, has a technique that cannot be undone;
        the message says why.
    KeyMaterialError
        The key is not the one the plan was applied with, or the plan does not say which.
    ValueMismatchError
        A value is no ciphertext of the plan.
    """
    if not is_frame(data):
        raise InputTypeError(f"reidentify takes a frame, got {type(data).__qualname__}")
    if not isinstance(plan, Plan):
        raise InputTypeError(f"plan is a deid.Plan, got {type(plan).__qualname__}")
    if not isinstance(key, Key):
        raise KeyMaterialError(f"key is a deid.Key, got {type(key).__qualname__}")
    table = to_table(data)
    lines = _asked(plan, table.column_names, columns)
    _expect_key(plan, key)
    for name, line in lines.items():
        at = table.column_names.index(name)
        values = table[name].combine_chunks()
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        plain = line.technique.undo(values, Place(name, line.entity, key))
        if is_text(plain.type):
            plain = plain.cast(text_type_like(values.type))
        table = table.set_column(at, name, plain)
    return like(data, table)


@dataclass(frozen=True)
class _Undone(Technique):
    """The way back as a technique, so that files of every format go it too."""

    technique: Technique

    keyed: ClassVar[bool] = True
    by_value: ClassVar[bool] = False

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        return Outcome(self.technique.undo(values, place))

    def settings(self) -> dict[str, Any]:  # what TOML holds
        return {"name": "Undone", **self.technique.settings()}


def reidentify_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    plan: Plan,
    *,
    key: Key,
    columns: Sequence[str] | None = None,
) -> int:
    """Write a file with its encrypted columns as they were; the number of its rows.

    Parameters
    ----------
    source
        A file that `deidentify_file` wrote under this plan, of any format that has columns.
    target
        The file to write, readable by its owner only (mode 0600).
    plan, key, columns
        As for `reidentify`, which also says what is raised.
    """
    from aitransparency.deid.files.job import deidentify_file

    left = [name for name, line in plan.items() if not isinstance(line.technique, Drop)]
    asked = _asked(plan, left, columns)
    _expect_key(plan, key)
    lines = {name: replace(plan[name], technique=Keep()) for name in left}
    for name, line in asked.items():
        lines[name] = replace(line, technique=_Undone(line.technique))
    back = Plan(lines, others=None if plan.others is None else Keep())
    made = deidentify_file(source, target, plan=back, key=key, verify=False)
    return made.rows


def _asked(plan: Plan, names: list[str], columns: Sequence[str] | None) -> dict[str, ColumnPlan]:
    if columns is not None:
        if isinstance(columns, str):
            raise InputTypeError("columns is a list of names")
        for name in columns:
            if name not in names:
                raise ColumnNotFoundError.among(name, names)
            technique = plan[name].technique
            if not technique.reversible:
                raise NotReversibleError(
                    f"column {name!r}: {type(technique).__name__} cannot be undone: "
                    f"{technique.why_not_reversible}"
                )
        return {name: plan[name] for name in columns}
    lines = {
        name: line
        for name, line in plan.items()
        if line.technique.reversible and not isinstance(line.technique, Keep)
    }
    if not lines:
        why = {type(line.technique): line.technique.why_not_reversible for line in plan.values()}
        reasons = "; ".join(f"{kind.__name__}: {why[kind]}" for kind in why if kind is not Keep)
        raise NotReversibleError(f"no column of the plan can be brought back. {reasons}")
    for name in lines:
        if name not in names:
            raise ColumnNotFoundError.among(name, names)
    return lines


def _expect_key(plan: Plan, key: Key) -> None:
    if plan.key_id is None:
        raise KeyMaterialError(
            "the plan does not say which key it was applied with, and a wrong key would give "
            "false people; set plan.key_id to the key id in the report"
        )
    if key.id != plan.key_id:
        raise KeyMaterialError(f"the plan was applied with key {plan.key_id}, this is {key.id}")


__all__ = ["reidentify", "reidentify_file"]
