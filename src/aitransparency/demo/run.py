"""The demonstration itself: two flows, each a few calls of the public API, and where to look.

`run` writes the same bytes every time: the seed is fixed, and so is the key. Never use this key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aitransparency.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console


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

    from aitransparency.demo import article33, article71

    try:
        for folder in (out / "deid", out / "explain"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: {error.strerror}") from None

    console = Console(quiet=quiet)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    flows: tuple[tuple[str, Iterator[str]], ...] = (
        ("Article 33", article33.steps(out / "deid")),
        ("Article 71", article71.steps(out / "explain")),
    )
    with Progress(*columns, console=console, disable=quiet) as progress:
        for name, steps in flows:
            task = progress.add_task(name, total=None)
            done = 0
            for description in steps:
                progress.update(task, description=f"{name}: {description:<46}", completed=done)
                done += 1
            progress.update(task, description=f"{name}: {'done':<46}", completed=done, total=done)
    _print_where_to_look(console, out)


def _print_where_to_look(console: Console, out: Path) -> None:
    from rich.table import Table

    table = Table(title=f"written to {out}", title_justify="left", show_header=False, box=None)
    for name, meaning in (
        ("deid/people-before.csv", "10,000 made-up customers"),
        ("deid/people-after.csv", "the same rows, de-identified"),
        ("deid/plan.toml", "the plan that did it: read it, change it, run it again"),
        ("deid/notes-before.txt", "a page of service notes with the mistakes people make"),
        ("deid/notes-after.txt", "the same page, de-identified"),
        ("deid/report.html", "what was done and what was not checked; .json and .md beside it"),
        ("explain/card-zh.html", "why one real loan application was decided as it was"),
        ("explain/card-en.html", "the same card in English; .md, .txt and .json beside it"),
        (
            "explain/notice-zh.html",
            "the public notice of the whole model; notice-en.html beside it",
        ),
    ):
        table.add_row(name, meaning)
    console.print(table)
