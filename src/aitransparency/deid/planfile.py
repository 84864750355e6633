r"""A plan as a TOML file (toml.io, v1.0.0) and as a table for a terminal or a notebook.

Errors name the line and the key, so that a person who edits a plan by hand finds the place.

>>> from aitransparency.deid.plan import Plan
>>> Plan.loads('version = 1\n[columns.phone]\ntechnique = "Mask"\nroll = "direct"\n')
Traceback (most recent call last):
aitransparency.errors.PlanError: plan, line 4: columns.phone.roll: no such key; did you mean 'role'?
"""

from __future__ import annotations

import difflib
import html
import json
import math
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from aitransparency.deid.techniques import Technique, from_settings
from aitransparency.errors import InputError, PlanError

if TYPE_CHECKING:
    from aitransparency.deid.plan import ColumnPlan, Plan

_VERSION = 1
_HEAD = """\
# De-identification plan (去标识化方案). Edit what you disagree with, then run it again.
# role: direct 直接标识符, quasi 准标识符, sensitive 敏感属性, text 自由文本, other 其他
# on_mismatch, for values that do not fit their technique: error, redact or scan
"""
_TOP_KEYS = ("version", "key_id", "on_mismatch", "others", "columns")
_COLUMN_KEYS = ("role", "entity", "technique", "share", "reason", "on_mismatch")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write(plan: Plan) -> str:
    """Return a plan as TOML text."""
    lines = [_HEAD + f"version = {_VERSION}", f"on_mismatch = {_value(plan.on_mismatch)}"]
    if plan.key_id is not None:
        lines.append(f"key_id = {_value(plan.key_id)}")
    if plan.others is not None:
        lines.append(f"others = {_value(plan.others.settings())}")
    for name, line in plan.items():
        lines += ["", f"[columns.{_key(name)}]", *_column_lines(line)]
        settings = line.technique.settings()
        nested = any(isinstance(value, Mapping) for value in settings.values())
        if not nested:
            lines.append(f"technique = {_short(settings)}")
        else:
            lines += _tables(f"columns.{_key(name)}.technique", settings)
    return "\n".join(lines) + "\n"


def _column_lines(line: ColumnPlan) -> list[str]:
    parts: dict[str, Any] = {"role": line.role}
    for key in ("entity", "share", "reason", "on_mismatch"):
        value = getattr(line, key)
        if value not in (None, ""):
            parts[key] = value
    return [f"{key} = {_value(value)}" for key, value in parts.items()]


def _short(settings: Mapping[str, Any]) -> str:
    return _value(settings["name"] if len(settings) == 1 else settings)


def _tables(path: str, settings: Mapping[str, Any]) -> list[str]:
    lines = [f"[{path}]"]
    later = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values()):
            later[key] = value
        else:
            shown = _short(value) if isinstance(value, Mapping) and "name" in value else None
            lines.append(f"{_key(key)} = {shown or _value(value)}")
    for key, value in later.items():
        lines.append(f"[{path}.{_key(key)}]")
        lines += [f"{_key(name)} = {_short(inner)}" for name, inner in value.items()]
    return lines


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:  # text, number, truth, list or table
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes are TOML's, but for DEL, which TOML wants escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return str(value)


def read(text: str, source: str) -> Plan:
    """Read TOML text as a plan."""
    from aitransparency.deid.plan import Plan

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{source} is not TOML: {error}") from None
    where = _Where(text, source)
    where.known((), table, _TOP_KEYS)
    if table.get("version") != _VERSION:
        where.fail(("version",), f"this package reads version {_VERSION}")
    columns = table.get("columns", {})
    if not isinstance(columns, dict):
        where.fail(("columns",), "is a table of columns")
    lines = {name: _column(where, name, entry) for name, entry in columns.items()}
    rest: dict[str, Any] = {key: table[key] for key in ("on_mismatch", "key_id") if key in table}
    if not isinstance(rest.get("key_id", ""), str):
        where.fail(("key_id",), "is text")
    if "others" in table:
        rest["others"] = _technique(where, ("others",), table["others"])
    try:
        return Plan(lines, **rest)
    except PlanError as error:
        where.fail(("on_mismatch",), str(error))


def with_key_id(text: str, key_id: str) -> str:
    r"""Return the text of a plan that names no key, with one; nothing else of it changes.

    >>> with_key_id("# reviewed\nversion = 1 # of the format\n[columns.a]\n", "k-0")
    '# reviewed\nversion = 1 # of the format\nkey_id = "k-0"\n[columns.a]\n'
    """
    lines = text.splitlines(keepends=True)
    number = _Where(text, "plan").line_of(("version",))
    assert number is not None  # the text was read as a plan
    end = "\r\n" if lines[number - 1].endswith("\r\n") else "\n"
    lines[number - 1] = lines[number - 1].rstrip("\r\n") + end
    lines.insert(number, f"key_id = {_value(key_id)}{end}")
    return "".join(lines)


def note_key_id(path: Path, used: Plan) -> None:
    """Write the key id that a job noted in a plan into the file that the plan came from.

    The rest of the file stays byte for byte, comments included, and its mode.

    Raises
    ------
    PlanError
        The file cannot be written, or says something else by now.
    """
    from aitransparency.deid.plan import Plan

    by_hand = f'; write the line key_id = "{used.key_id}" into it, so that no other key is taken'
    file = path.resolve()
    try:
        text = file.read_bytes().decode()
        now = Plan.loads(text, source=str(path))
        if now.key_id == used.key_id:
            return
        if now.key_id is not None or with_key(now, used.key_id) != used:
            raise PlanError(f"plan file {path} was changed while its job ran{by_hand}")
        _replace(file, with_key_id(text, str(used.key_id)).encode())
    except OSError as error:
        raise PlanError(f"plan file {path} cannot be written: {error.strerror}{by_hand}") from None


def with_key(plan: Plan, key_id: str | None) -> Plan:
    """Return a plan that notes another key, or none."""
    from aitransparency.deid.plan import Plan

    return Plan(dict(plan.items()), on_mismatch=plan.on_mismatch, others=plan.others, key_id=key_id)


def _replace(file: Path, data: bytes) -> None:
    """Write a file anew, complete or not at all, and keep its mode."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(data)
        beside.chmod(stat.S_IMODE(file.stat().st_mode))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _column(where: _Where, name: str, entry: Any) -> ColumnPlan:
    from aitransparency.deid.plan import ColumnPlan

    path = ("columns", name)
    if not isinstance(entry, dict):
        where.fail(path, "is a table")
    where.known(path, entry, _COLUMN_KEYS)
    if "technique" not in entry:
        where.fail(path, "has no technique")
    technique = _technique(where, (*path, "technique"), entry["technique"])
    share = entry.get("share")
    if share is not None and (isinstance(share, bool) or not isinstance(share, int | float)):
        where.fail((*path, "share"), "is a number")
    made = ColumnPlan(technique, share=share)
    for key in ("role", "entity", "reason", "on_mismatch"):
        if key in entry:
            try:
                made = ColumnPlan(**{**_fields(made), key: entry[key]})
            except InputError as error:
                where.fail((*path, key), str(error))
    return made


def _fields(line: ColumnPlan) -> dict[str, Any]:  # the arguments of ColumnPlan
    return {key: getattr(line, key) for key in line.__slots__}


def _technique(where: _Where, path: tuple[str, ...], entry: Any) -> Technique:
    try:
        return from_settings(entry)
    except InputError as error:
        where.fail(path, str(error))


class _Where:
    """Finds the line of a key in TOML text, for messages."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.lines = text.splitlines()

    def known(self, path: tuple[str, ...], table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1, cutoff=0.4)
                hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(keys)}"
                self.fail((*path, key), f"no such key{hint}")

    def fail(self, path: tuple[str, ...], message: str) -> NoReturn:
        line = self.line_of(path)
        place = f", line {line}" if line else ""
        raise PlanError(f"{self.source}{place}: {'.'.join(path)}: {message}")

    def line_of(self, path: tuple[str, ...]) -> int | None:
        """Return the line, from 1, of the longest front of the path that the text shows."""
        best, depth = None, 0
        table: tuple[str, ...] = ()
        for number, line in enumerate(self.lines, 1):
            stripped = line.strip()
            if stripped.startswith("[") and stripped.endswith("]") and not table_is_value(stripped):
                table = _split(stripped.strip("[]"))
                here = table
            elif "=" in stripped and not stripped.startswith("#"):
                here = (*table, *_split(stripped.partition("=")[0]))
            else:
                continue
            if len(here) > depth and here == path[: len(here)]:
                best, depth = number, len(here)
        return best


def table_is_value(line: str) -> bool:
    """Return whether a line in brackets is a list that goes on from the line above."""
    return "," in line


def _split(dotted: str) -> tuple[str, ...]:
    """Split a dotted TOML key; a part that does not read as one stays as it is."""
    try:
        table = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return (dotted.strip(),)
    parts = []
    level: Any = table
    while isinstance(level, dict):
        name, level = next(iter(level.items()))
        parts.append(name)
    return tuple(parts)


_COLUMNS = ("column", "role", "entity", "technique", "matches", "reason")


def _rows(plan: Plan) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, line in plan.items():
        share = "" if line.share is None else f"{line.share:.0%}"
        technique = _call(line.technique.settings())
        rows.append((name, line.role, line.entity or "", technique, share, line.reason))
    return rows


def _call(settings: Mapping[str, Any]) -> str:
    parts = []
    for key, value in settings.items():
        if key != "name":
            inner = _call(value) if isinstance(value, Mapping) and "name" in value else repr(value)
            if isinstance(value, Mapping) and "name" not in value:
                inner = ", ".join(f"{one}: {_call(two)}" for one, two in value.items())
            parts.append(f"{key}={inner}")
    return f"{settings['name']}({', '.join(parts)})"


def as_text_table(plan: Plan) -> str:
    """Return a plan as aligned text."""
    rows = [_COLUMNS, *_rows(plan)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = []
    for row in rows:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def as_html_table(plan: Plan) -> str:
    """Return a plan as an HTML table, escaped."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _COLUMNS)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in _rows(plan)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
