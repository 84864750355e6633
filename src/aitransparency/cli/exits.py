"""From an error to an exit code and to one line.

>>> from aitransparency.errors import InputError, LeakError
>>> exit_code(InputError("column 'x' does not exist")), exit_code(LeakError("1 value left"))
(2, 1)
"""

from __future__ import annotations

from aitransparency.errors import (
    AitransparencyError,
    FileAccessError,
    FileFormatError,
    LeakError,
    NotReversibleError,
    ValueMismatchError,
)

REFUSED = (
    FileAccessError,
    FileFormatError,
    LeakError,
    NotReversibleError,
    ValueMismatchError,
)


def exit_code(error: AitransparencyError) -> int:
    """Return 1 for a job that was refused, 2 for wrong use."""
    return 1 if isinstance(error, REFUSED) else 2


def one_line(error: AitransparencyError) -> str:
    """Return the message without line breaks."""
    return " ".join(str(error).split())
