"""The demonstration itself: two flows, each a few calls of the public API, and where to look.

`run` writes the same bytes every time: the seed is fixed, and so is the key. Never use this key.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from aitransparency.errors import InputError

DEMO_KEY = b"aitransparency demo: not secret!"  # 32 bytes, published on purpose


def run(out: Path, *, quiet: bool = False) -> None:
    """Run both flows and write their files.

    Parameters
    ----------
    out
        Folder to write into; made if it is missing. Files of an earlier run are written over.
    quiet
        Print neither progress nor summary.

    Raises
    ------
    InputError
        The folder cannot be made.
    MissingDependencyError
        The extra ``[demo]`` is not installed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(quiet=quiet)
    try:
        for folder in (out / "deid", out / "explain"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: {error.strerror}") from None

    state: dict[str, object] = {}
    steps = _steps(out, state)
    columns = (TextColumn("{task.description:<52}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet) as progress:
        task = progress.add_task("", total=len(steps))
        for description, step in steps:
            progress.update(task, description=description)
            step()
            progress.advance(task)
        progress.update(task, description="done")
    console.print(_where_to_look(out, state))


Step = tuple[str, Callable[[], None]]


def _steps(out: Path, state: dict[str, object]) -> list[Step]:
    from aitransparency.demo import article33, article71

    return [
        ("making 10,000 people", lambda: article33.make(out, state)),
        ("proposing a plan", lambda: article33.propose(out, state)),
        ("de-identifying the table", lambda: article33.table(out, state)),
        ("de-identifying the page of notes", lambda: article33.notes(out, state)),
        ("training a model of 1,989 mortgage decisions", lambda: article71.train(state)),
        ("explaining one decision in Chinese and English", lambda: article71.card(out, state)),
    ]
