"""``aitransparency deid risk`` and ``check-report``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aitransparency.errors import FileFormatError, InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from aitransparency.deid.risk import Risk, Suggestion


def risk(
    source: Annotated[Path, typer.Argument(help="A CSV (UTF-8) or Parquet file.")],
    quasi: Annotated[
        list[str],
        typer.Option("--quasi", "-q", help="Column that others may know; repeatable."),
    ],
    sensitive: Annotated[
        list[str] | None,
        typer.Option("--sensitive", "-s", help="Column that nobody should learn; repeatable."),
    ] = None,
    population: Annotated[
        int | None, typer.Option(help="How many people the records come from.")
    ] = None,
    k: Annotated[int | None, typer.Option("--k", help="Suggest how to reach this k.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what risk of re-identification remains in a table, in figures.

    With --k also which columns to generalise, and how far, to reach it with the least loss.
    """
    from aitransparency import deid

    table = _read(source)
    found = deid.risk(
        table, quasi_identifiers=quasi, sensitive=sensitive or (), population=population
    )
    suggestion = found.suggest(k=k) if k is not None else None
    if as_json:
        print(json.dumps(_plain(found, suggestion), ensure_ascii=False, indent=2))
    else:
        _print(found, suggestion)


def check_report(
    report: Annotated[Path, typer.Argument(help="A report in JSON.")],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="The plan it should speak of.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of the job.")] = None,
    source: Annotated[
        Path | None, typer.Option("--source", help="The table that was de-identified.")
    ] = None,
) -> None:
    """Check that a report is whole and speaks of this plan, key and source.

    Prints one line for each; exits with 1 where one differs.
    """
    from aitransparency import deid
    from aitransparency.deid.report import check_report as check
    from aitransparency.deid.report.check import read_report_file

    checked = check(
        read_report_file(report),
        plan=deid.Plan.load(plan) if plan else None,
        key=deid.Key.load(key) if key else None,
        source=_read(source) if source else None,
    )
    for one in checked:
        print(f"{one.what}\t{one.result}")
    if any(one.result == "differs" for one in checked):
        sys.exit(1)


def _read(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    try:
        if path.suffix.lower() == ".parquet":
            return pyarrow.parquet.read_table(path)
        return pyarrow.csv.read_csv(path)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except (pa.ArrowInvalid, OSError):
        raise FileFormatError(f"{path.name} is neither CSV in UTF-8 nor Parquet") from None


def _plain(found: Risk, suggestion: Suggestion | None) -> dict[str, Any]:  # for JSON
    from aitransparency.deid.report.model import risk_figures

    made = risk_figures(found)
    return made if suggestion is None else {**made, "suggestion": suggestion.to_dict()}


def _print(found: Risk, suggestion: Suggestion | None) -> None:
    from aitransparency.deid.report.content import risk_lines, suggestion_lines

    lines = risk_lines(found, "en")
    if suggestion is not None:
        lines += ["", *suggestion_lines(suggestion, "en")]
    print("\n".join(lines))
