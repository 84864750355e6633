"""``aitransparency deid``: find, plan, run, key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aitransparency.cli import deid_plan, deid_risk
from aitransparency.cli.deid_run import run
from aitransparency.errors import InputError

deid_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="De-identify personal data (去标识化, Article 33): find, plan, run, check.",
)
deid_app.command()(deid_plan.plan)
deid_app.command()(run)
deid_app.command()(deid_plan.reidentify)
deid_app.command()(deid_plan.key)
deid_app.command()(deid_risk.risk)
deid_app.command()(deid_risk.check_report)


def read_text(source: str) -> list[str]:
    """Return the lines of a UTF-8 file, or of standard input for '-'."""
    try:
        if source == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig").splitlines()
        return Path(source).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not UTF-8 at byte {error.start:,}") from None
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}") from None


@deid_app.command()
def find(
    source: Annotated[str, typer.Argument(help="A UTF-8 text file, or - for standard input.")],
    entity: Annotated[
        list[str] | None, typer.Option("--entity", help="Look for this entity only; repeatable.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0.0, max=1.0, help="Lowest score kept.")] = 0.5,
) -> None:
    """Print where personal data stand, one tab-separated line per find.

    Columns: line (from 1), start and end (characters, end exclusive), entity, score. The values
    themselves are not printed.
    """
    from aitransparency import deid

    spans = deid.find(read_text(source), entities=entity, min_score=min_score)
    print("line\tstart\tend\tentity\tscore")
    for span in spans:
        print(f"{span.row + 1}\t{span.start}\t{span.end}\t{span.entity}\t{span.score:.2f}")
