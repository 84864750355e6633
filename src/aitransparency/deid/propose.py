"""The proposal of a plan: from the header of every column and a sample of its values.

Values speak first: where at least half of them are an identifier that carries its own proof (a
check digit, an allotted range, an @), the column is that identifier whatever its header says. Then
the header. A column of text about which neither says anything is scanned, never kept: what nobody
understood is not handed on. The words of headers are data, in ``headers.toml``.

>>> table = pa.table({"phone": ["13800138000", "13900139000"], "age": [30, 40]})
>>> made = propose(table)
>>> made["phone"].role, type(made["age"].technique).__name__
('direct', 'Keep')
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.appearance import Look, looks_like
from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.plan import ColumnPlan, OnMismatch, Plan, Role
from aitransparency.deid.techniques import (
    Drop,
    Generalize,
    Keep,
    Mask,
    Pseudonymize,
    Redact,
    Scan,
    Technique,
)
from aitransparency.deid.text import as_text, has_text_form, is_text
from aitransparency.errors import InputTypeError
from aitransparency.frames import is_frame, to_table

_TECHNIQUES: dict[str, type[Technique]] = {
    "Generalize": Generalize,
    "Keep": Keep,
    "Mask": Mask,
    "Pseudonymize": Pseudonymize,
    "Redact": Redact,
    "Scan": Scan,
}
# What a column is worth doing where its values speak; one that is not here is pseudonymised.
_MASKED = frozenset(
    {"CN_MOBILE_PHONE", "CN_LANDLINE_PHONE", "CN_BANK_CARD", "EMAIL_ADDRESS", "PERSON"}
)
_GENERALIZED = frozenset({"CN_ADDRESS", "DATE_OF_BIRTH", "GEO_COORDINATE"})  # to the usual class
_REDACTED = frozenset({"URL"})
_ENOUGH = 0.5  # share of values that must match for the values to decide
_FEW = 50  # distinct texts of a column that can be a list of categories
_SHORT = 12  # characters of a category's name, at most
_PART = re.compile(r'("(?:[^"\\]|\\.)*")|([^."]+)')  # a key of a path, in quotes or bare


@dataclass(frozen=True, slots=True)
class _Kind:
    role: Role
    technique: str
    entity: str | None
    terms: tuple[str, ...]
    endings: tuple[str, ...]


@cache
def _kinds() -> tuple[_Kind, ...]:
    text = files("aitransparency.deid").joinpath("headers.toml").read_text("utf-8")
    return tuple(
        _Kind(
            kind["role"],
            kind["technique"],
            kind.get("entity"),
            tuple(kind["terms"]),
            tuple(kind.get("endings", ())),
        )
        for kind in tomllib.loads(text)["kind"]
    )


def sample_of(data: object, rows: int) -> pa.Table:
    """Return rows spread evenly over a frame, or the first of a file or folder."""
    if isinstance(data, str | os.PathLike):
        return _first_rows(Path(data), rows)
    if not is_frame(data):
        raise InputTypeError(
            "plan takes a pandas, Polars or Arrow frame or the path of a file, "
            f"got {type(data).__qualname__}"
        )
    table = to_table(data)
    if table.num_rows <= rows:
        return table
    return table.take(pa.array(np.linspace(0, table.num_rows - 1, rows).astype(np.int64)))


def _first_rows(path: Path, rows: int) -> pa.Table:
    from aitransparency.deid.files.sample import first_rows

    return first_rows(path, rows)


def propose(table: pa.Table) -> Plan:
    """Return a plan that names every column of a sample."""
    return Plan({name: _column(name, table[name]) for name in table.column_names})


def _column(name: str, values: pa.ChunkedArray) -> ColumnPlan:
    if not has_text_form(values.type):
        return ColumnPlan(
            Drop(), reason=f"a column of type {values.type} is not looked into; 未检查的嵌套列"
        )
    flat = values.combine_chunks()
    text = as_text(flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat)
    known = text.filter(pc.not_equal(pc.fill_null(text, ""), ""))
    entity, share, loose = _spoken(known)
    kind = _kind_of(name)
    if entity is not None:
        expected = kind.entity if kind and kind.role == "direct" else None
        agreed = "" if expected in (None, entity) else f"; the header says {expected}"
        return ColumnPlan(
            _technique_for(entity),
            role="quasi" if entity == "DATE_OF_BIRTH" else "direct",
            entity=entity,
            reason=f"{share:.0%} of the values are {entity}{agreed}",
            share=round(share, 4),
            on_mismatch="redact" if share < 1 else None,
        )
    if kind is not None:
        return _by_header(kind, known, is_text(values.type), loose)
    look = looks_like(known, loose)
    if look is not None:
        return _by_look(look, is_text(values.type))
    if not is_text(values.type):
        return ColumnPlan(Keep(), reason="numbers or dates that look like no identifier")
    return _unknown_text(known, loose)


def _by_header(kind: _Kind, known: pa.Array, textual: bool, loose: float) -> ColumnPlan:
    reason = "by its header"
    technique = _TECHNIQUES[kind.technique]()
    if kind.technique == "Keep" and textual and (loose or not _are_categories(known)):
        return ColumnPlan(
            Scan(), role="text", reason="by its header it could be kept, but its text varies"
        )
    if kind.technique == "Scan" and not textual:
        return ColumnPlan(Keep(), reason="numbers or dates under the header of a text")
    on_mismatch: OnMismatch | None = None
    if kind.role in ("direct", "quasi") and kind.technique in ("Mask", "Generalize"):
        on_mismatch = "redact"
    return ColumnPlan(
        technique,
        role=kind.role,
        entity=kind.entity,
        reason=reason,
        on_mismatch=on_mismatch,
    )


def _by_look(look: Look, textual: bool) -> ColumnPlan:
    if look == "name":
        reason = "nearly all values have a Chinese surname and the length of a name"
        return ColumnPlan(Mask(), "direct", "PERSON", reason, on_mismatch="redact")
    if look == "date":
        return ColumnPlan(Keep(), "quasi", reason="dates; with others they may point to a person")
    if textual:
        reason = "a code of its own in nearly every row: it may be the number of a person"
        return ColumnPlan(Pseudonymize(), "direct", reason=reason)
    return ColumnPlan(Keep(), reason="numbers, nearly all different, that look like no identifier")


def _unknown_text(known: pa.Array, loose: float) -> ColumnPlan:
    if not loose and _are_categories(known):
        return ColumnPlan(Keep(), reason="few different short texts: a list of categories")
    reason = (
        f"{loose:.0%} of the values hold an identifier"
        if loose
        else "text that nothing is known of"
    )
    return ColumnPlan(Scan(), role="text", reason=reason)


def _are_categories(known: pa.Array) -> bool:
    if not len(known):
        return True
    distinct = pc.unique(known)
    longest = pc.max(pc.utf8_length(distinct)).as_py()
    return len(distinct) <= min(_FEW, max(len(known) // 3, 2)) and longest <= _SHORT


def _technique_for(entity: str) -> Technique:
    if entity in _MASKED:
        return Mask()
    if entity in _GENERALIZED:
        return Generalize()
    return Redact() if entity in _REDACTED else Pseudonymize()


def _spoken(known: pa.Array) -> tuple[str | None, float, float]:
    """Return the entity that most cells are as a whole, its share, and the share holding any."""
    from aitransparency.deid.find import find_column

    if not len(known):
        return None, 0.0, 0.0
    column = TextColumn.from_arrow(known)
    found = find_column(column)
    if not len(found):
        return None, 0.0, 0.0
    rows = column.row_of(found.start)
    offsets = column.offsets
    size = offsets[rows + 1] - offsets[rows]
    whole = (found.end - found.start) >= 0.8 * size
    counts = np.bincount(found.entity[whole], minlength=len(ENTITIES))
    best = int(np.argmax(counts))
    share = float(counts[best]) / len(known)
    loose = len(np.unique(rows)) / len(known)
    return (ENTITIES[best] if share >= _ENOUGH else None), share, loose


def _kind_of(header: str) -> _Kind | None:
    """Return what a header says.

    Of a path (``联系人[].备注``) the last part speaks first, for it names the value and the others
    name what it belongs to; with the part before where a term needs both (``company.name``).
    """
    *above, last = _parts(header)
    before = _padded(above[-1]) if above else " "
    together = before + _padded(last).lstrip()
    for kind in _kinds():
        across = (f" {term} " for term in kind.terms if " " in term)
        if _says(last, kind) or any(one in together and one not in before for one in across):
            return kind
    return next((kind for kind in _kinds() if _says(header, kind)), None) if above else None


def _says(header: str, kind: _Kind) -> bool:
    padded, plain = _padded(header), header.lower()
    for term in kind.terms:
        if f" {term} " in padded if term.isascii() else term in plain:
            return True
    # 经办人, xsxm
    return any(plain.endswith(one) and len(plain) > len(one) for one in kind.endings)


def _parts(path: str) -> list[str]:
    """Return the keys of a path; a header without dots is one."""
    parts = []
    for quoted, bare in _PART.findall(path):
        try:
            parts.append(json.loads(quoted) if quoted else bare.replace("[]", ""))
        except ValueError:  # a header that happens to hold quotes
            parts.append(quoted)
    return [part for part in parts if part.strip()] or [path]


def _padded(header: str) -> str:
    """Return the words of a header, each between blanks."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header)
    return f" {' '.join(re.findall(r'[a-z0-9]+', split.lower()))} "
