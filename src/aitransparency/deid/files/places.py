"""The private files of a job: its output, its bad rows, and what another job needs to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aitransparency.deid.files.checkpoint import Progressed
from aitransparency.deid.files.safe_output import SafeOutput


@dataclass(frozen=True, slots=True)
class Places:
    """Where a job writes.

    Parameters
    ----------
    output
        The output.
    aside
        Bad rows.
    parts
        What is finished of the output: itself where it is a sequence of pieces, else its chunks.
    lessons
        What verification learned of the source, sealed.
    """

    output: SafeOutput
    aside: SafeOutput
    parts: SafeOutput
    lessons: SafeOutput

    def hold(self, state: Progressed) -> bool:
        """Return whether the files are as long as a checkpoint says."""
        return (self.parts.size, self.aside.size, self.lessons.size) == (
            state.output_bytes,
            state.quarantine_bytes,
            state.lesson_bytes,
        )

    def note(self, state: Progressed) -> None:
        """Put into a checkpoint how long the files are."""
        state.output_bytes, state.quarantine_bytes = self.parts.size, self.aside.size
        state.lesson_bytes = self.lessons.size

    def restart(self) -> None:
        """Throw away what was taken up."""
        for one in (self.parts, self.aside, self.lessons):
            one.restart()

    def sync(self) -> None:
        """Return when what another job needs is on the disk."""
        for one in (self.parts, self.aside, self.lessons):
            one.sync()

    def leave(self) -> None:
        """Let go of the files but leave them for another job."""
        for one in (self.output, self.aside, self.parts, self.lessons):
            one.leave()


@contextmanager
def opened_places(
    target: Path, aside: Path, state: Progressed | None, *, in_pieces: bool
) -> Iterator[Places]:
    """Open the files of a job, with what a checkpoint says of them; delete what has no name then.

    Parameters
    ----------
    target, aside
        The names of the output and of the file of bad rows.
    state
        The checkpoint of the job to go on with; None begins anew.
    in_pieces
        Whether the output is a sequence of pieces of bytes.
    """
    at = state.output_bytes if state else None
    with ExitStack() as stack:

        def opened(name: Path, keep: int | None) -> SafeOutput:
            return stack.enter_context(SafeOutput(name, keep=keep))

        output = opened(target, at if in_pieces else None)
        yield Places(
            output,
            opened(aside, state.quarantine_bytes if state else None),
            output if in_pieces else opened(target.with_name(target.name + ".chunks"), at),
            opened(
                target.with_name(target.name + ".lessons"), state.lesson_bytes if state else None
            ),
        )
