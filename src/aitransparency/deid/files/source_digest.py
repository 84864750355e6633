"""The fingerprint of a source, made by a thread of its own while the job runs.

SHA-256 lets go of Python's lock, and the file is in the system's cache for the job reads it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from aitransparency.deid.keys import Key
from aitransparency.deid.report.digest import file_digest


@contextmanager
def digesting(path: Path, key: Key | None) -> Iterator[Future[str]]:
    """Give the fingerprint to come; leaving stops the work on one that nobody waited for."""
    stop = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="deid-digest") as pool:
        try:
            yield pool.submit(file_digest, path, key, stop.is_set)
        finally:
            stop.set()
