"""Where a job was when it last put its output on the disk, so that another can go on from there.

A checkpoint holds counts, places and fingerprints, never a value; mode 0600, replaced atomically.
It is valid for the same source, plan, key, options and version of this package, and for no other.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

from aitransparency import __version__
from aitransparency.deid.apply import Tally
from aitransparency.deid.files.options import FileOptions
from aitransparency.deid.files.safe_output import private_path, write_private
from aitransparency.deid.files.verified import as_plain, from_plain
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.planfile import with_key
from aitransparency.deid.verify import Verification

_EDGE = 1 << 20


@dataclass
class Progressed:
    """How far a job is; the one thing that changes while it runs."""

    position: int = 0
    line: int = 0
    rows: int = 0
    written: int = 0
    quarantined: int = 0
    formulas: int = 0
    output_bytes: int = 0
    quarantine_bytes: int = 0
    lesson_bytes: int = 0
    verification: Verification = field(default_factory=lambda: Verification(0, 0))
    tallies: dict[str, Tally] = field(default_factory=dict)

    def dumps(self, fingerprint: str) -> bytes:
        """Return this as JSON, with what it is valid for."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        state["verification"] = as_plain(self.verification)
        state["tallies"] = {
            name: {"rows": one.rows, "nulls": one.nulls, "misfits": one.misfits,
                   "finds": dict(one.finds)}
            for name, one in self.tallies.items()
        }  # fmt: skip
        return json.dumps({"fingerprint": fingerprint, "state": state}).encode()

    @classmethod
    def loads(cls, text: bytes, fingerprint: str) -> Progressed | None:
        """Read a checkpoint; None where it is damaged or of another job."""
        try:
            read = json.loads(text)
            if read["fingerprint"] != fingerprint:
                return None
            state = read["state"]
            tallies = {
                name: Tally(one["rows"], one["nulls"], one["misfits"], Counter(one["finds"]))
                for name, one in state.pop("tallies").items()
            }
            state["verification"] = from_plain(state["verification"])
            return cls(**state, tallies=tallies)
        except (ValueError, KeyError, TypeError):
            return None


def source_state(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is changed: size, time of change and inode."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def fingerprint_of(path: Path, *parts: str) -> str:
    """Return a hash of a source (size, time, both ends) and of what is done to it."""
    size, changed, _ = source_state(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(_EDGE))
        file.seek(max(size - _EDGE, 0))
        digest.update(file.read(_EDGE))
    for part in (str(size), str(changed), __version__, *parts):
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()


def meaning_of(
    plan: Plan, key: Key | None, options: FileOptions, *, verify: bool
) -> tuple[str, ...]:
    """Return what is done to a source, for its fingerprint.

    The key counts, and not whether the plan notes its id: another job may have noted it meanwhile.
    """
    noted = with_key(plan, None).dumps()
    return noted, key.id if key else "", options.meaning() + str(verify)


def checkpoint_path(target: Path) -> Path:
    """Return where the checkpoint of a target is kept while its job runs."""
    return private_path(target, "checkpoint")


def save(target: Path, state: Progressed, fingerprint: str) -> None:
    """Write the checkpoint of a target."""
    write_private(checkpoint_path(target), state.dumps(fingerprint))


def load(target: Path, fingerprint: str) -> Progressed | None:
    """Read the checkpoint of a target; None where there is none for this job."""
    try:
        text = checkpoint_path(target).read_bytes()
    except OSError:
        return None
    return Progressed.loads(text, fingerprint)


def clear(target: Path) -> None:
    """Delete the checkpoint of a target, and one that was being written."""
    path = checkpoint_path(target)
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".new").unlink(missing_ok=True)
