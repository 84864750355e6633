"""De-identify a file of any size into another: streamed, verified, and all or nothing.

Chunks are worked on by two threads and written in order under a private name; the target appears
when the last chunk is verified. See `SafeOutput` for what a kill leaves, `checkpoint` for going on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from aitransparency.deid.files.base import Format
from aitransparency.deid.files.checkpoint import Progressed
from aitransparency.deid.files.file_report import FileReport
from aitransparency.deid.files.formats import kind_of, open_source
from aitransparency.deid.files.one_file import (
    Finished,
    Order,
    begun,
    facts_of,
    named,
    proposed,
    report_of,
    settled,
    treat_file,
)
from aitransparency.deid.files.options import FileOptions, Progress
from aitransparency.deid.files.reading_back import Rewritten, SecondPass
from aitransparency.deid.files.safe_output import access_errors
from aitransparency.deid.files.treat import Treatment
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.verify import Across
from aitransparency.errors import FileAccessError, InputError


def deidentify_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    plan: Plan | None = None,
    key: Key | None = None,
    verify: bool = True,
    options: FileOptions | None = None,
    progress: Progress | None = None,
) -> FileReport:
    """De-identify a file into another of the same format.

    Parameters
    ----------
    source
        A file: CSV and TSV, JSON Lines, text, Parquet, Feather, XLSX, SQLite or DuckDB, the first
        three also in gzip or Zstandard. Or a folder of such files, or a pattern such as
        ``data/*.csv``, which become a folder.
    target
        The file to write, readable by its owner only (mode 0600); one that exists keeps its mode
        and is replaced at the end. For a folder, a folder that does not exist yet or is empty.
    plan
        What is done to each column; None takes the proposal of `deid.plan`.
    key
        Needed where the plan has a keyed technique.
    verify
        Search the output for original values, and write nothing if one is left.
    options
        How to read and write; see `FileOptions`.
    progress
        Called after every chunk with rows done, the place in the source and its end, or None.

    Raises
    ------
    PlanError, ColumnNotFoundError, KeyMaterialError
        Plan, columns and key do not go together; raised before any row is read.
    FileFormatError
        The source is damaged, or has bad rows.
    FileAccessError
        A file cannot be read or written, or the source changed meanwhile.
    ValueMismatchError, LeakError
        As `deidentify` raises them.
    """
    order = Order(plan, key, verify, options or FileOptions(), progress)
    source_path, target_path = Path(source), Path(target)
    if source_path.is_dir() or (_is_pattern(source_path) and not source_path.exists()):
        from aitransparency.deid.files.folder import treat_folder

        return treat_folder(source_path, target_path, order)
    _check_paths(source_path, target_path)
    return report_of(order, [treat_file(source_path, target_path, order)])


def deidentify_stream(
    source: IO[bytes],
    target: IO[bytes],
    *,
    plan: Plan | None = None,
    key: Key | None = None,
    verify: bool = True,
    options: FileOptions | None = None,
) -> FileReport:
    """De-identify a stream of text into another, such as standard input into standard output.

    Nothing is written to `target` before the last chunk is verified; until then the output waits in
    an unnamed file of the system's temporary folder. The source is held in memory only, a few
    chunks of it.

    Parameters
    ----------
    source, target
        Binary streams; CSV, JSON Lines or text, as ``options.format`` says ("csv" by default).
    plan, key, verify, options
        As `deidentify_file` takes them. Bad rows cannot be set aside here.

    Raises
    ------
    AitransparencyError
        As `deidentify_file` raises them.
    """
    chosen = options or FileOptions()
    if chosen.bad_rows != "error" or chosen.resume:
        raise InputError("a stream has no place for a quarantine file or for going on; use files")
    order = Order(plan, key, verify, chosen)
    with named("standard input"):
        opened = open_source(source, "standard input", chosen)
        decided = plan if plan is not None else proposed(opened)
        treatment = Treatment(
            opened, decided, key, verify, False, opened.compression, chosen.on_leak
        )
        treatment.check()
        state = begun(opened, decided)
        with tempfile.TemporaryFile() as waiting, access_errors("standard output"):
            waiting.write(treatment.packed(opened.head(decided)))
            across = Across(limit=chosen.limits.originals)
            for done in settled(treatment, state, chosen.workers, across):
                waiting.write(done.payload)
            if verify:
                _read_back(treatment, state, waiting, (across, chosen.workers))
            waiting.seek(0)
            shutil.copyfileobj(waiting, target)
            target.flush()
        facts = facts_of(opened, "standard input", "standard output", state)
        return report_of(order, [Finished(decided, state, facts)])


def _read_back(
    treatment: Treatment,
    state: Progressed,
    waiting: IO[bytes],
    learned: tuple[Across, int],
) -> None:
    """Search what waits for the originals of the whole source."""
    source, plan = treatment.source, treatment.plan

    def reopen() -> Format:
        waiting.seek(0)
        return source.reopened(waiting, plan)

    def rewrite(opened: Format, chunks: Iterator[Rewritten], kept: Plan) -> None:
        with tempfile.TemporaryFile() as anew:
            anew.write(treatment.packed(opened.head(kept)))
            for chunk in chunks:
                anew.write(treatment.packed(chunk.payload))
            anew.seek(0)
            waiting.seek(0)
            waiting.truncate()
            shutil.copyfileobj(anew, waiting)

    across, workers = learned
    search = SecondPass(plan, across, treatment.on_leak == "redact", workers, state.written)
    state.verification = search(state.verification, reopen, rewrite)


def _check_paths(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve():
        raise InputError("source and target are one file; write to another name")
    if target.is_dir():
        raise InputError(f"{target} is a folder; name the file to write")
    if not target.parent.is_dir():
        raise FileAccessError(f"{target} cannot be written: its folder does not exist")
    wanted, given = kind_of(target.name), kind_of(source.name)
    if wanted is not None and given is not None and wanted != given:
        raise InputError(
            f"{source.name} is {given} and {target.name} would be {wanted}; formats are kept, "
            "convert before or after"
        )


def _is_pattern(path: Path) -> bool:
    return any(mark in str(path) for mark in "*?[")
