"""The errors of the package: one tree under `AitransparencyError`.

A message says what was wrong, where, and what to do next. It never holds a personal value:
errors travel into logs, and a log is read by people who may not see the data.

>>> issubclass(ColumnNotFoundError, AitransparencyError)
True
>>> str(ColumnNotFoundError.among("phon", ["name", "phone"]))
"column 'phon' does not exist; did you mean 'phone'? The columns are: name, phone"
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AitransparencyError(Exception):
    """Base of every error this package raises on purpose."""


class AitransparencyWarning(UserWarning):
    """Base of every warning this package gives."""


class InputError(AitransparencyError, ValueError):
    """An argument has a value that the function cannot work with."""


class InputTypeError(AitransparencyError, TypeError):
    """An argument has a type that the function cannot work with."""


class ColumnNotFoundError(InputError, KeyError):
    """A column that is not in the data was asked for."""

    @classmethod
    def among(cls, column: str, columns: Iterable[str]) -> ColumnNotFoundError:
        """Build the error with the nearest existing name."""
        names = [str(name) for name in columns]
        near = difflib.get_close_matches(column, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        return cls(f"column {column!r} does not exist{hint} The columns are: {', '.join(names)}")

    def __str__(self) -> str:
        # KeyError would show the repr of the message.
        return str(self.args[0]) if self.args else ""


class ValueMismatchError(InputError):
    """Values of a column do not fit the technique that the plan gives it."""


class PlanError(InputError):
    """A plan names something unknown or holds a wrong parameter."""


class KeyMaterialError(InputError):
    """A key is missing, malformed, readable by others, or the wrong one."""


class NotReversibleError(AitransparencyError):
    """Re-identification was asked for where the technique cannot be undone."""


class LeakError(AitransparencyError):
    """Verification found an original value in the output; nothing was written."""


class FileFormatError(InputError):
    """A file is damaged, truncated or not of the format its name says."""


class FileAccessError(AitransparencyError):
    """A file cannot be read or written: no permission, a full disk, or it changed meanwhile."""


class ModelError(InputError):
    """A model cannot be explained as it is."""


class WordingError(InputError):
    """A text that people would read breaks a rule of the wording."""


class MissingDependencyError(AitransparencyError, ImportError):
    """An optional package is needed; the message names the pip extra."""

    @classmethod
    def of(cls, package: str, extra: str) -> MissingDependencyError:
        """Build the error with the command that installs what is missing."""
        return cls(f"{package} is not installed; run: pip install 'aitransparency[{extra}]'")
