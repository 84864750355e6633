"""De-identify a file of any size into another: streamed, verified, and all or nothing.

Chunks are worked on by two threads and written in order under a private name; the target appears
when the last chunk is verified. See `SafeOutput` for what a kill leaves, `checkpoint` for going on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from aitransparency.deid.apply import Tally
from aitransparency.deid.files import checkpoint
from aitransparency.deid.files.base import Chunk, Format, Sink
from aitransparency.deid.files.checkpoint import Progressed
from aitransparency.deid.files.compression import by_suffix
from aitransparency.deid.files.file_report import FileFacts, FileReport
from aitransparency.deid.files.formats import kind_of, open_source
from aitransparency.deid.files.in_order import in_order
from aitransparency.deid.files.options import FileOptions, Progress
from aitransparency.deid.files.safe_output import SafeOutput, access_errors
from aitransparency.deid.files.sample import sample_of_source
from aitransparency.deid.files.treat import Done, Treatment
from aitransparency.deid.files.verified import total
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.errors import (
    AitransparencyError,
    FileAccessError,
    InputError,
    LeakError,
)

_PART = 16  # chunks between two checkpoints


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
        A file; CSV and TSV, JSON Lines, text, Parquet, Feather, XLSX, SQLite or DuckDB, the first
        three also in gzip or Zstandard.
    target
        The file to write, readable by its owner only (mode 0600); one that exists keeps its mode
        and is replaced at the end.
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
    chosen = options or FileOptions()
    source_path, target_path = Path(source), Path(target)
    _check_paths(source_path, target_path)
    with _named(source_path.name):
        before = _state(source_path)
        opened = open_source(source_path, source_path.name, chosen)
        try:
            treatment = Treatment(
                opened,
                plan if plan is not None else _proposed(opened),
                key,
                verify,
                quarantine=chosen.bad_rows == "quarantine",
                compression=by_suffix(target_path),
                on_leak=chosen.on_leak,
            )
            job = _Job(opened, (source_path, target_path), treatment, chosen)
            return job.run(before, progress)
        finally:
            opened.close()


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
    import shutil
    import tempfile

    chosen = options or FileOptions()
    if chosen.bad_rows != "error" or chosen.resume:
        raise InputError("a stream has no place for a quarantine file or for going on; use files")
    with _named("standard input"):
        opened = open_source(source, "standard input", chosen)
        decided = plan if plan is not None else _proposed(opened)
        treatment = Treatment(
            opened, decided, key, verify, False, opened.compression, chosen.on_leak
        )
        treatment.check()
        state = _begun(opened, decided)
        with tempfile.TemporaryFile() as waiting, access_errors("standard output"):
            waiting.write(opened.compression.compress(opened.head(decided)))
            for done in _settled(treatment, state, chosen.workers):
                waiting.write(done.payload)
            waiting.seek(0)
            shutil.copyfileobj(waiting, target)
            target.flush()
        facts = _facts(opened, "standard input", "standard output", state)
        return _report(decided, key, verify, state, facts)


class _Job:
    """One file on its way to another."""

    def __init__(
        self,
        opened: Format,
        paths: tuple[Path, Path],
        treatment: Treatment,
        options: FileOptions,
    ) -> None:
        self._opened = opened
        self._source, self._target = paths
        self._aside = self._target.with_name(self._target.name + ".quarantine.jsonl")
        self._treatment = treatment
        self._options = options

    def run(self, before: tuple[int, int, int], progress: Progress | None) -> FileReport:
        self._treatment.check()
        plan, key = self._treatment.plan, self._treatment.key
        fingerprint = checkpoint.fingerprint_of(
            self._source,
            plan.dumps(),
            key.id if key else "",
            self._options.meaning() + str(self._treatment.verify),
            repr(self._opened.options_used()),
        )
        state = None
        if self._options.resume and self._opened.resumable:
            state = checkpoint.load(self._target, fingerprint)
        output = SafeOutput(self._target, keep=state.output_bytes if state else None)
        aside = SafeOutput(self._aside, keep=state.quarantine_bytes if state else None)
        try:
            kept = (output.size, aside.size)
            if state and kept != (state.output_bytes, state.quarantine_bytes):
                state = None
                output.restart()
                aside.restart()
            resumed_at = state.rows if state else 0
            state = state or _begun(self._opened, plan)
            self._fill(state, output, aside, fingerprint, progress)
            if _state(self._source) != before:
                raise FileAccessError("the source changed while it was read; run it again")
            self._finish(state, output, aside)
        except KeyboardInterrupt:
            if self._options.resume:
                output.leave()
                aside.leave()
            raise
        finally:
            if output.open:
                checkpoint.clear(self._target)
            output.discard()
            aside.discard()
        facts = _facts(self._opened, self._source.name, self._target.name, state)
        facts = replace(facts, resumed_at=resumed_at)
        plan.note_key(key)
        return _report(plan, key, self._treatment.verify, state, facts)

    def _fill(
        self,
        state: Progressed,
        output: SafeOutput,
        aside: SafeOutput,
        fingerprint: str,
        progress: Progress | None,
    ) -> None:
        sink = self._sink(output, state)
        end = self._opened.end()
        try:
            for number, done in enumerate(
                _settled(self._treatment, state, self._options.workers), 1
            ):
                sink.write(done.payload)
                for line in done.bad:
                    aside.write(line)
                state.output_bytes, state.quarantine_bytes = output.size, aside.size
                if self._opened.resumable and number % _PART == 0:
                    output.sync()
                    aside.sync()
                    checkpoint.save(self._target, state, fingerprint)
                if progress is not None:
                    progress(state.rows, state.position, end)
            counted = sink.close()
        except BaseException:
            sink.abandon()
            raise
        if counted is not None and counted != state.written:
            raise LeakError(
                f"{state.written:,} rows were written and {counted:,} are in the file; nothing "
                "is kept"
            )

    def _sink(self, output: SafeOutput, state: Progressed) -> Sink:
        if not self._opened.resumable:
            return self._opened.sink(output, self._treatment.plan, self._treatment.key)
        if not output.size:
            head = self._opened.head(self._treatment.plan)
            output.write(self._treatment.compression.compress(head) if head else b"")
        return _Bytes(output)

    def _finish(self, state: Progressed, output: SafeOutput, aside: SafeOutput) -> None:
        if state.quarantined:
            aside.commit()
        output.commit()
        with access_errors(str(self._target)):
            if not state.quarantined:
                self._aside.unlink(missing_ok=True)  # an earlier job's: it is not this target's
            checkpoint.clear(self._target)


class _Bytes:
    """The sink of formats whose output is a sequence of bytes."""

    def __init__(self, output: SafeOutput) -> None:
        self._output = output

    def write(self, payload: Any) -> None:
        self._output.write(payload)

    def close(self) -> int | None:
        return None

    def abandon(self) -> None:
        pass


def _settled(treatment: Treatment, state: Progressed, workers: int) -> Iterator[Done]:
    """Yield what each chunk became, in order, and add it to the state."""

    def attempt(chunk: Chunk) -> Done | tuple[Chunk, AitransparencyError]:
        try:
            return treatment(chunk)
        except AitransparencyError as error:
            return chunk, error

    chunks = treatment.source.chunks(state.position, state.line)
    for made in in_order(attempt, chunks, workers=workers):
        if not isinstance(made, Done):
            chunk, error = made
            treatment(chunk, state.rows + 1)  # raises again, now with the number of the row
            raise error
        state.position = made.chunk.position
        state.line = made.chunk.line + made.chunk.lines
        state.rows += made.rows
        state.written += made.written
        state.quarantined += len(made.bad)
        state.formulas += made.formulas
        state.verification = total([state.verification, made.verification])
        for name, tally in made.tallies.items():
            state.tallies[name] = state.tallies.get(name, Tally()) + tally
        yield made


def _begun(opened: Format, plan: Plan) -> Progressed:
    names = [name for schema in opened.schemas() for name in schema.names]
    names += [name for name in plan if opened.open_columns]
    return Progressed(tallies={name: Tally() for name in names})


def _proposed(opened: Format) -> Plan:
    from aitransparency.deid.propose import propose

    return propose(sample_of_source(opened, 10_000))


def _facts(opened: Format, source: str, target: str, state: Progressed) -> FileFacts:
    return FileFacts(
        source,
        target,
        opened.name,
        rows_in=state.rows + state.quarantined,
        rows_out=state.written,
        quarantined=state.quarantined,
        formulas=state.formulas,
        encoding=opened.encoding,
        dialect=opened.dialect,
        compression=opened.compression.name,
    )


def _report(
    plan: Plan, key: Key | None, verify: bool, state: Progressed, facts: FileFacts
) -> FileReport:
    found = state.verification if verify else None
    made = FileReport.of(plan, state.tallies, rows=state.rows, key=key, verification=found)
    assert isinstance(made, FileReport)  # `of` is a class method
    return replace(made, files=(facts,))


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


def _state(source: Path) -> tuple[int, int, int]:
    try:
        return checkpoint.source_state(source)
    except OSError as error:
        raise FileAccessError(f"{source} cannot be read: {error.strerror}") from None


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Put the file's name before messages that lack it."""
    try:
        yield
    except AitransparencyError as error:
        if name in str(error):
            raise
        raise type(error)(f"{name}: {error}") from None
