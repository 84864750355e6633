"""Progress on standard error: one line that moves on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

_TERMINAL_EVERY = 0.2  # seconds
_LOG_EVERY = 10.0


class Bar:
    """Says how many rows are done, how fast, and how long it will take.

    Parameters
    ----------
    quiet
        Say nothing.
    stream
        Where to; standard error where None.

    >>> import io
    >>> with Bar(quiet=False, stream=io.StringIO()) as bar:
    ...     bar(10, 50, 100)
    """

    def __init__(self, *, quiet: bool, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._quiet = quiet
        self._terminal = self._stream.isatty()
        self._began = self._last = time.monotonic()
        self._width = 0

    def __call__(self, rows: int, position: int, end: int | None) -> None:
        """Take note of the progress; see `aitransparency.deid.files.options.Progress`."""
        now = time.monotonic()
        if self._quiet or now - self._last < (_TERMINAL_EVERY if self._terminal else _LOG_EVERY):
            return
        self._last = now
        text = line(rows, position, end, now - self._began)
        if self._terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()


def line(rows: int, position: int, end: int | None, seconds: float) -> str:
    """Return one line of progress.

    >>> line(2_000_000, 50, 200, 10.0)
    '2,000,000 rows, 200,000 rows/s, 25%, 0:30 left'
    >>> line(5, 7, None, 1.0)
    '5 rows, 5 rows/s'
    """
    text = f"{rows:,} rows, {rows / max(seconds, 1e-9):,.0f} rows/s"
    if not end:
        return text
    share = min(position / end, 1.0)
    left = seconds * (1 - share) / max(share, 1e-9)
    return f"{text}, {share:.0%}, {int(left) // 60}:{int(left) % 60:02d} left"
