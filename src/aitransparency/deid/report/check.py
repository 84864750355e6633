"""Check a report later: whether it is whole, and speaks of this plan, key and source.

>>> import pyarrow as pa
>>> from aitransparency import deid
>>> result = deid.deidentify(pa.table({"note": ["请回拨13800138000"]}))
>>> [one.result for one in check_report(result.report.to_json()) if one.what == "whole"]
['same']
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.report.digest import FILES, SourceDigest, file_digest, files_digest
from aitransparency.deid.report.model import SCHEMA, fingerprint, plan_fingerprint, seal
from aitransparency.errors import FileAccessError, FileFormatError
from aitransparency.frames import to_table

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "schema": str,
    "version": str,
    "rows": int,
    "columns": list,
    "key_id": (str, type(None)),
    "plan_sha256": str,
    "source": (dict, type(None)),
    "verification": (dict, type(None)),
    "risk": (dict, type(None)),
    "grade": (dict, type(None)),
    "attacks": dict,
    "report_sha256": str,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was checked.

    Parameters
    ----------
    what
        "whole" (the report's own hash), "seal", "plan", "key", "source", "leaks".
    result
        "same", "differs", or "unknown" where there is nothing to compare with.
    """

    what: str
    result: Literal["same", "differs", "unknown"]


def check_report(
    report: str,
    *,
    plan: Plan | None = None,
    key: Key | None = None,
    source: object = None,
) -> list[Checked]:
    """Check a report in JSON.

    Parameters
    ----------
    report
        The text that `Report.to_json` gave.
    plan
        The plan that it should speak of.
    key
        The key: its id is compared, and the seal where there is one.
    source
        The frame that was de-identified; of a job over files the path of the file or folder.

    Raises
    ------
    FileFormatError
        The text is no report of this package.
    """
    known = _read(report)
    checks = [Checked("whole", _verdict(known["report_sha256"] == fingerprint(known)))]
    found = known["verification"]
    if found is not None:
        checks.append(Checked("leaks", _verdict(not found.get("leaks"))))
    if "report_hmac" in known:
        good = key and hmac.compare_digest(str(known["report_hmac"]), seal(known, key))
        checks.append(Checked("seal", "unknown" if key is None else _verdict(bool(good))))
    if plan is not None:
        checks.append(Checked("plan", _verdict(known["plan_sha256"] == plan_fingerprint(plan))))
    if key is not None:
        checks.append(Checked("key", _verdict(known["key_id"] == key.id)))
    if source is not None:
        checks.append(Checked("source", _source(known, source, key)))
    return checks


def read_report_file(path: str | os.PathLike[str]) -> str:
    """Return the text of a report file.

    Raises
    ------
    FileFormatError
        It cannot be read or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileFormatError(f"{path} is not UTF-8 text") from None


def _read(report: str) -> dict[str, Any]:
    try:
        known = json.loads(report)
    except ValueError:
        raise FileFormatError("the report is not JSON") from None
    if not isinstance(known, dict) or known.get("schema") != SCHEMA:
        raise FileFormatError(f"this is no report of schema {SCHEMA!r}")
    for name, kind in _FIELDS.items():
        if name not in known or not isinstance(known[name], kind):
            raise FileFormatError(f"the report's field {name!r} is missing or of another type")
    return known


def speaks_of_files(report: str) -> bool:
    """Return whether a report has the fingerprint of files, which a table cannot be held against.

    Raises
    ------
    FileFormatError
        The text is no report of this package.
    """
    return _of_files(_read(report)["source"])


def _of_files(stated: Any) -> bool:  # what JSON holds
    return stated is not None and str(stated.get("algorithm")).endswith(FILES)


def _source(
    known: Mapping[str, Any], source: object, key: Key | None
) -> Literal["same", "differs", "unknown"]:
    stated = known["source"]
    is_path = isinstance(source, str | os.PathLike)
    if stated is None or _of_files(stated) != is_path:
        return "unknown"
    if stated["algorithm"].startswith("hmac-sha256") and key is None:
        return "unknown"
    if isinstance(source, str | os.PathLike):
        key = key if stated["algorithm"].startswith("hmac-sha256") else None
        return _verdict(_digest_of_files(Path(source), known.get("files", ()), key) == stated)
    digest = SourceDigest(key if stated["algorithm"] == "hmac-sha256" else None)
    table: pa.Table = to_table(source)
    for batch in table.to_batches():
        digest.update(batch)
    return _verdict(digest.result() == stated)


def _digest_of_files(path: Path, files: Any, key: Key | None) -> dict[str, str] | None:
    """Return the fingerprint of the files that a report names; None where one is missing."""
    try:
        names = [str(one["source"]) for one in files]
        paths = [path / name for name in names] if path.is_dir() else [path] * len(names)
        return files_digest(
            [(name, file_digest(one, key)) for name, one in zip(names, paths, strict=True)], key
        )
    except (FileAccessError, LookupError, TypeError):
        return None


def _verdict(same: bool) -> Literal["same", "differs"]:
    return "same" if same else "differs"
