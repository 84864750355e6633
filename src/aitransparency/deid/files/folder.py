"""A folder of files into a folder: the same tree, one plan, all or nothing.

The output is built in a private folder (mode 0700) beside the target and gets its name when the
last file is verified. A job that goes on skips the files that are finished, and the finished parts
of the one that is not. Names of partitions (``city=.../``) are looked into; those that hold
identifiers are refused, for paths are handed on as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from aitransparency.deid.files import checkpoint
from aitransparency.deid.files.checkpoint import Progressed
from aitransparency.deid.files.file_report import FileFacts, FileReport
from aitransparency.deid.files.formats import kind_of, open_source
from aitransparency.deid.files.one_file import Finished, Order, proposed, report_of, treat_file
from aitransparency.deid.files.safe_output import (
    SafeOutput,
    access_errors,
    private_path,
    sync_folder,
    write_private,
)
from aitransparency.deid.plan import Plan
from aitransparency.errors import FileFormatError, InputError


def treat_folder(source: Path, target: Path, order: Order) -> FileReport:
    """De-identify all files of a folder, or those that a pattern names.

    Raises
    ------
    InputError
        The target exists and is not empty, or the source holds nothing.
    FileFormatError
        A file is of no format known here: it would be lost without a word.
    """
    base, files = _listed(source)
    aside = target.with_name(target.name + ".quarantine")
    for made in (target, aside):
        if made.exists() and (not made.is_dir() or any(made.iterdir())):
            raise InputError(f"{made} exists; a folder is never written over")
    _refuse_names(files, base)
    plan = order.plan if order.plan is not None else _proposed(files[0], order)
    order = replace(order, plan=plan)
    work = _Work(target, base, order)
    with SafeOutput(private_path(target, "lock")), work.kept_on_interrupt():
        work.begin()
        finished = [work.treat(file) for file in files]
        work.finish(aside)
    return report_of(order, finished)


def _listed(source: Path) -> tuple[Path, list[Path]]:
    if source.is_dir():
        base = source
        found = [path for path in sorted(source.rglob("*")) if path.is_file()]
    else:
        parts = source.parts
        first = next(at for at, part in enumerate(parts) if any(mark in part for mark in "*?["))
        base = Path(*parts[:first])
        found = [path for path in sorted(base.glob(str(Path(*parts[first:])))) if path.is_file()]
    files = []
    for path in found:
        names = path.relative_to(base).parts
        if any(name.startswith((".", "_")) for name in names):
            continue  # what Spark and Hadoop leave: _SUCCESS, .crc
        if kind_of(path.name) is None:
            raise FileFormatError(
                f"{path.relative_to(base)} is of no format known here; take it out of the folder, "
                "or name the files with a pattern"
            )
        files.append(path)
    if not files:
        raise InputError(f"{source} holds no file that could be read")
    return base, files


def _refuse_names(files: list[Path], base: Path) -> None:
    from aitransparency.deid.find import find

    folders = {part for file in files for part in file.relative_to(base).parts[:-1]}
    values = sorted(part.partition("=")[2] or part for part in folders)
    found = len(find(values)) if values else 0
    if found:
        raise InputError(
            f"the names of {found} folders hold identifiers, and paths are handed on as they "
            "are; rename them"
        )


def _proposed(file: Path, order: Order) -> Plan:
    opened = open_source(file, file.name, order.options)
    try:
        return proposed(opened)
    finally:
        opened.close()


class _Work:
    """The private folders in which the output of a folder is built."""

    def __init__(self, target: Path, base: Path, order: Order) -> None:
        self._target, self._base, self._order = target, base, order
        self._made = private_path(target, "folder")
        self._aside = private_path(target, "aside")
        self._done = private_path(target, "done")

    def begin(self) -> None:
        """Make the folders; those of an earlier job are taken up only to go on with it."""
        with access_errors(str(self._target)):
            if not self._order.options.resume:
                self.remove()
            for folder in (self._made, self._aside, self._done):
                folder.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def kept_on_interrupt(self) -> Iterator[None]:
        """Delete the folders when something fails, but not when a job that can go on is stopped."""
        try:
            yield
        except BaseException as error:
            if not (isinstance(error, KeyboardInterrupt) and self._order.options.resume):
                self.remove()
            raise

    def treat(self, file: Path) -> Finished:
        """De-identify one file, or take it as it was finished before."""
        inner = file.relative_to(self._base)
        note = self._done / hashlib.sha256(os.fsencode(str(inner))).hexdigest()[:32]
        assert self._order.plan is not None  # decided before the first file
        fingerprint = checkpoint.fingerprint_of(
            file,
            *checkpoint.meaning_of(
                self._order.plan, self._order.key, self._order.options, verify=self._order.verify
            ),
        )
        known = _read_note(note, fingerprint, self._order.plan)
        if known is not None and (self._made / inner).exists():
            return known
        target = self._made / inner
        aside = self._aside / (str(inner) + ".quarantine.jsonl")
        for path in (target, aside):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = treat_file(file, target, self._order, aside)
        done = replace(done, facts=replace(done.facts, source=str(inner), target=str(inner)))
        state = json.loads(done.state.dumps(fingerprint))
        note_state = {**state, "facts": asdict(done.facts), "digest": done.digest}
        write_private(note, json.dumps(note_state).encode())
        return done

    def finish(self, aside: Path) -> None:
        """Give the folders their names."""
        with access_errors(str(self._target)):
            if any(path.is_file() for path in self._aside.rglob("*")):
                self._aside.replace(aside)
            self._made.replace(self._target)
            sync_folder(self._target.parent)
        self.remove()

    def remove(self) -> None:
        """Delete the folders."""
        for folder in (self._made, self._aside, self._done):
            shutil.rmtree(folder, ignore_errors=True)


def _read_note(note: Path, fingerprint: str, plan: Plan) -> Finished | None:
    try:
        text = note.read_bytes()
        state = Progressed.loads(text, fingerprint)
        told = json.loads(text)
        facts, digest = FileFacts(**told["facts"]), str(told["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if state is None:
        return None
    return Finished(plan, state, replace(facts, resumed_at=facts.rows_in), digest)
