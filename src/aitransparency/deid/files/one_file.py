"""One file on its way to another: chunks in order, a private output, checkpoints, a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aitransparency.deid.apply import Tally
from aitransparency.deid.files import checkpoint
from aitransparency.deid.files.base import Chunk, Format, Sink
from aitransparency.deid.files.checkpoint import Progressed
from aitransparency.deid.files.compression import by_suffix
from aitransparency.deid.files.file_report import FileFacts, FileReport
from aitransparency.deid.files.formats import open_source
from aitransparency.deid.files.in_order import in_order
from aitransparency.deid.files.options import FileOptions, Progress
from aitransparency.deid.files.reading_back import Rewritten, SecondPass
from aitransparency.deid.files.safe_output import SafeOutput, access_errors
from aitransparency.deid.files.sample import sample_of_source
from aitransparency.deid.files.source_digest import digesting
from aitransparency.deid.files.spool import Spooled, spool_target
from aitransparency.deid.files.treat import Done, Treatment
from aitransparency.deid.files.verified import total
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.report.digest import files_digest
from aitransparency.deid.verify import Across
from aitransparency.errors import AitransparencyError, FileAccessError, LeakError

PART = 16  # chunks between two checkpoints

Outputs = tuple[SafeOutput, SafeOutput, SafeOutput]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done to files.

    Parameters
    ----------
    plan
        None takes the proposal for the first file.
    key, verify, options, progress
        As `deidentify_file` takes them.
    """

    plan: Plan | None
    key: Key | None
    verify: bool
    options: FileOptions
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of one file."""

    plan: Plan
    state: Progressed
    facts: FileFacts
    digest: str = ""  # of the source's bytes; none of a stream


def quarantine_path(target: Path) -> Path:
    """Return where the bad rows of a target's source go."""
    return target.with_name(target.name + ".quarantine.jsonl")


def treat_file(source: Path, target: Path, order: Order, aside: Path | None = None) -> Finished:
    """De-identify one file into another; see `deidentify_file`.

    Parameters
    ----------
    source, target
        Paths of files.
    order
        What is to be done.
    aside
        Where bad rows go; beside the target where None.
    """
    with named(source.name):
        before = _state(source)
        opened = open_source(source, source.name, order.options)
        try:
            treatment = Treatment(
                opened,
                order.plan if order.plan is not None else proposed(opened),
                order.key,
                order.verify,
                quarantine=order.options.bad_rows == "quarantine",
                compression=by_suffix(target),
                on_leak=order.options.on_leak,
            )
            job = _Job(opened, (source, target, aside or quarantine_path(target)), treatment, order)
            with digesting(source, order.key) as digest:
                return job.run(before, digest)
        finally:
            opened.close()


class _Job:
    """One file on its way to another."""

    def __init__(
        self,
        opened: Format,
        paths: tuple[Path, Path, Path],
        treatment: Treatment,
        order: Order,
    ) -> None:
        self._opened = opened
        self._source, self._target, self._aside = paths
        self._treatment = treatment
        self._options = order.options
        self._progress = order.progress

    def run(self, before: tuple[int, int, int], digest: Future[str]) -> Finished:
        self._treatment.check()
        plan, key = self._treatment.plan, self._treatment.key
        fingerprint = checkpoint.fingerprint_of(
            self._source,
            *checkpoint.meaning_of(plan, key, self._options, verify=self._treatment.verify),
            repr(self._opened.options_used()),
        )
        state = checkpoint.load(self._target, fingerprint) if self._options.resume else None
        with self._outputs(state) as (output, aside, kept):
            if state and (kept.size, aside.size) != (state.output_bytes, state.quarantine_bytes):
                state = None
                kept.restart()
                aside.restart()
            if state is None:
                checkpoint.clear(self._target)  # it speaks of bytes that are gone
            resumed_at = state.rows if state else 0
            state = state or begun(self._opened, plan)
            try:
                across = self._across()
                if resumed_at and self._treatment.verify:
                    learn_again(self._treatment, state, self._options.workers, across)
                self._fill(state, (output, aside, kept), across, fingerprint)
                if self._treatment.verify:
                    self._read_back(state, output, across)
                digest.result()
                if _state(self._source) != before:
                    raise FileAccessError("the source changed while it was read; run it again")
                self._finish(state, output, aside)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt) and self._options.resume:
                    for one in (output, aside, kept):
                        one.leave()
                else:
                    checkpoint.clear(self._target)
                raise
        facts = facts_of(self._opened, self._source.name, self._target.name, state)
        return Finished(plan, state, replace(facts, resumed_at=resumed_at), digest.result())

    @contextmanager
    def _outputs(self, state: Progressed | None) -> Iterator[Outputs]:
        """Open the output, the place of bad rows, and what holds finished parts of the output."""
        at, bad = (state.output_bytes, state.quarantine_bytes) if state else (None, None)
        pieces = self._opened.in_pieces
        with (
            SafeOutput(self._target, keep=at if pieces else None) as output,
            SafeOutput(self._aside, keep=bad) as aside,
        ):
            if pieces:
                yield output, aside, output
                return
            with SafeOutput(spool_target(self._target), keep=at) as kept:
                yield output, aside, kept

    def _fill(
        self,
        state: Progressed,
        outputs: Outputs,
        across: Across,
        fingerprint: str,
    ) -> None:
        output, aside, kept = outputs
        keeps = self._opened.in_pieces or self._options.resume
        sink = self._sink(output, kept)
        end = self._opened.end()
        try:
            for number, done in enumerate(
                settled(self._treatment, state, self._options.workers, across), 1
            ):
                sink.write(done.payload)
                for line in done.bad:
                    aside.write(line)
                state.output_bytes, state.quarantine_bytes = kept.size, aside.size
                if keeps and number % PART == 0:
                    kept.sync()
                    aside.sync()
                    checkpoint.save(self._target, state, fingerprint)
                if self._progress is not None:
                    self._progress(state.rows, state.position, end)
            counted = sink.close()
        except BaseException:
            sink.abandon()
            raise
        if counted is not None and counted != state.written:
            raise LeakError(
                f"{state.written:,} rows were written and {counted:,} are in the file; nothing "
                "is kept"
            )

    def _across(self) -> Across:
        return Across(limit=self._options.limits.originals, folder=self._target.parent)

    def _read_back(self, state: Progressed, output: SafeOutput, across: Across) -> None:
        """Search the finished output for the originals of the whole source."""
        plan, key = self._treatment.plan, self._treatment.key

        def rewrite(opened: Format, chunks: Iterator[Rewritten], kept: Plan) -> None:
            checkpoint.clear(self._target)  # it speaks of other bytes
            with SafeOutput(self._target, again=True) as anew:
                if opened.in_pieces:
                    anew.write(self._treatment.packed(opened.head(kept)))
                    sink: Sink = _Bytes(anew)
                else:
                    sink = opened.sink(anew, kept, key)
                try:
                    for chunk in chunks:
                        sink.write(self._treatment.packed(chunk.payload))
                    sink.close()
                except BaseException:
                    sink.abandon()
                    raise
                output.become(anew)

        search = SecondPass(
            plan, across, self._options.on_leak == "redact", self._options.workers, state.written
        )
        state.verification = search(
            state.verification, lambda: self._opened.reopened(output.path, plan), rewrite
        )

    def _sink(self, output: SafeOutput, kept: SafeOutput) -> Sink:
        if not self._opened.in_pieces:
            made = self._opened.sink(output, self._treatment.plan, self._treatment.key)
            return Spooled(made, kept) if self._options.resume else made
        if not output.size:
            output.write(self._treatment.packed(self._opened.head(self._treatment.plan)))
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


def settled(
    treatment: Treatment, state: Progressed, workers: int, across: Across
) -> Iterator[Done]:
    """Yield what each chunk became, in order, and add it to the state."""
    chunks = treatment.source.chunks(state.position, state.line)
    for made in _treated(treatment, chunks, workers, begins=not state.position):
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
        for learned in made.learned:
            across.add(learned)
        yield made


def learn_again(treatment: Treatment, state: Progressed, workers: int, across: Across) -> None:
    """Take in the originals of the part of a source that an earlier job finished.

    They are kept nowhere, so the part is treated once more and not written.
    """
    before = _up_to(treatment.source.chunks(), state.position)
    for made in _treated(treatment, before, workers, begins=True):
        if not isinstance(made, Done):
            raise made[1]
        for learned in made.learned:
            across.add(learned)


def _up_to(chunks: Iterable[Chunk], position: int) -> Iterator[Chunk]:
    """Yield chunks up to the one that reaches a position."""
    for chunk in chunks:
        yield chunk
        if chunk.position >= position:
            return


def _treated(
    treatment: Treatment, chunks: Iterable[Chunk], workers: int, *, begins: bool
) -> Iterator[Done | tuple[Chunk, AitransparencyError]]:
    """Yield what chunks became, in order, or the error of one."""

    def attempt(numbered: tuple[int, Chunk]) -> Done | tuple[Chunk, AitransparencyError]:
        number, chunk = numbered
        try:
            return treatment(chunk, begins=begins and not number)
        except AitransparencyError as error:
            return chunk, error

    return in_order(attempt, enumerate(chunks), workers=workers)


def begun(opened: Format, plan: Plan) -> Progressed:
    """Return the state of a job that has done nothing yet."""
    names = [name for schema in opened.schemas() for name in schema.names]
    names += [name for name in plan if opened.open_columns]
    return Progressed(tallies={name: Tally() for name in names})


def proposed(opened: Format) -> Plan:
    """Return the plan that is proposed for a source."""
    from aitransparency.deid.propose import propose

    return propose(sample_of_source(opened, 10_000))


def facts_of(opened: Format, source: str, target: str, state: Progressed) -> FileFacts:
    """Return what happened to a file."""
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


def report_of(order: Order, finished: list[Finished]) -> FileReport:
    """Return the report of a job over files under one plan."""
    plan = finished[0].plan
    plan.note_key(order.key)
    tallies: dict[str, Tally] = {}
    for one in finished:
        for name, tally in one.state.tallies.items():
            tallies[name] = tallies.get(name, Tally()) + tally
    found = total(one.state.verification for one in finished) if order.verify else None
    rows = sum(one.state.rows for one in finished)
    source = None
    if all(one.digest for one in finished):
        digests = [(one.facts.source, one.digest) for one in finished]
        source = files_digest(digests, order.key, rows)
    made = FileReport.of(plan, tallies, rows=rows, key=order.key, verification=found, source=source)
    assert isinstance(made, FileReport)  # `of` is a class method
    return replace(made, files=tuple(one.facts for one in finished))


def _state(source: Path) -> tuple[int, int, int]:
    try:
        return checkpoint.source_state(source)
    except OSError as error:
        raise FileAccessError(f"{source} cannot be read: {error.strerror}") from None


@contextmanager
def named(name: str) -> Iterator[None]:
    """Put the file's name before messages that lack it."""
    try:
        yield
    except AitransparencyError as error:
        if name in str(error):
            raise
        raise type(error)(f"{name}: {error}") from None
