"""A file that appears under its name only when it is complete.

It is written beside its target under a private name (mode 0600, the target's name hashed, so that
no personal value in a file name is repeated), flushed to disk, and renamed. A process that dies
leaves the old target or none. What it leaves under the private name is either taken up again or
deleted by the next job for the same target; two jobs cannot write one target at a time.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from aitransparency.errors import FileAccessError

_PREFIX = ".deid-"


def private_path(target: Path, suffix: str) -> Path:
    """Return the private name beside a target."""
    code = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    return target.with_name(f"{_PREFIX}{code}.{suffix}")


@contextmanager
def access_errors(what: str, do: str = "written") -> Iterator[None]:
    """Turn an OSError into a FileAccessError that says what could not be done, and why."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader has enough: that is no fault
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "; free some space and run it again"
        raise FileAccessError(f"{what} cannot be {do}: {reason}{hint}") from None


class SafeOutput:
    """Bytes on their way to a target; see the head of this file.

    Parameters
    ----------
    target
        The name that the file gets in the end.
    keep
        Bytes of an earlier job's file that are taken up; None deletes them.
    again
        Whether this is written anew from another for the same target; see `become`.

    Raises
    ------
    FileAccessError
        The folder cannot be written, or another job is writing the target.
    """

    def __init__(self, target: Path, *, keep: int | None = None, again: bool = False) -> None:
        self.target = target
        self.path = private_path(target, "again" if again else "tmp")
        with access_errors(str(target)):
            if not again:
                private_path(target, "again").unlink(missing_ok=True)  # a killed job's
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self.path, flags, 0o600)
            try:
                _own(descriptor, target)
                size = os.fstat(descriptor).st_size
                self.size = keep if keep is not None and keep <= size else 0
                os.ftruncate(descriptor, self.size)
                os.lseek(descriptor, self.size, os.SEEK_SET)
            except BaseException:
                os.close(descriptor)
                raise
            self._descriptor: int | None = descriptor

    @property
    def open(self) -> bool:
        """Whether the file was neither committed nor discarded nor left."""
        return self._descriptor is not None

    def write(self, data: bytes) -> None:
        """Append bytes."""
        assert self._descriptor is not None  # not after commit or discard
        view = memoryview(data)
        with access_errors(str(self.target)):
            while view:
                view = view[os.write(self._descriptor, view) :]
        self.size += len(data)

    def restart(self) -> None:
        """Throw away what was taken up or written, and begin anew."""
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self.size = 0

    def sync(self) -> None:
        """Return when what was written is on the disk."""
        assert self._descriptor is not None
        with access_errors(str(self.target)):
            os.fsync(self._descriptor)

    def become(self, other: SafeOutput) -> None:
        """Take the place and the bytes of another for the same target, which is let go."""
        assert self._descriptor is not None
        assert other._descriptor is not None
        with access_errors(str(self.target)):
            other.path.replace(self.path)
        os.close(self._descriptor)
        self._descriptor, other._descriptor = other._descriptor, None
        self.size = other.size

    def commit(self) -> None:
        """Give the file its name; a target that it replaces leaves it its mode."""
        assert self._descriptor is not None
        self.sync()
        with access_errors(str(self.target)):
            if self.target.exists():
                self.path.chmod(stat.S_IMODE(self.target.stat().st_mode))
            self.path.replace(self.target)
            sync_folder(self.target.parent)
        os.close(self._descriptor)
        self._descriptor = None

    def discard(self) -> None:
        """Delete what was written."""
        if self._descriptor is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def leave(self) -> None:
        """Let go of the file but leave it for a later job to take up."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def as_file(self) -> Any:  # a binary file object for libraries that write through one
        """Return an object with write, tell and flush that appends here."""
        return _Appending(self)

    def __enter__(self) -> SafeOutput:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()


class _Appending:
    closed = False

    def __init__(self, output: SafeOutput) -> None:
        self._output = output

    def write(self, data: Any) -> int:  # bytes, or a buffer of Arrow's
        taken = bytes(data)
        if self._output.open:  # a writer that is let go writes its footer to nowhere
            self._output.write(taken)
        return len(taken)

    def tell(self) -> int:
        return self._output.size

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def _own(descriptor: int, target: Path) -> None:
    """Raise unless the open file is ours alone, and make it private."""
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        raise FileAccessError(f"{target} cannot be written: its private name is no plain file")
    if os.name == "posix":
        import fcntl

        if state.st_uid != os.geteuid():
            raise FileAccessError(
                f"{target} cannot be written: another user's job left a file at its private name"
            )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileAccessError(f"{target} is being written by another job") from None
        os.fchmod(descriptor, 0o600)


def sync_folder(folder: Path) -> None:
    """Put a rename on the disk, where the system lets folders be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, data: bytes) -> None:
    """Write a small file at once: private, complete or not at all."""
    beside = path.with_name(path.name + ".new")
    with access_errors(str(path)):
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(path)
