"""``aitransparency deid risk`` and ``check-report``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aitransparency.errors import FileFormatError, InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from aitransparency.deid.risk import Risk, Suggestion


Language = Literal["zh", "en"]


def risk(
    source: Annotated[Path, typer.Argument(help="A table in any format that deid run reads.")],
    quasi: Annotated[
        list[str],
        typer.Option("--quasi", "-q", help="Column that others may know; repeatable."),
    ],
    sensitive: Annotated[
        list[str] | None,
        typer.Option("--sensitive", "-s", help="Column that nobody should learn; repeatable."),
    ] = None,
    population: Annotated[
        str | None,
        typer.Option(help="How many people the records come from, or a file with all of them."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Column that says how many people a record stands for.")
    ] = None,
    k: Annotated[int | None, typer.Option("--k", help="Suggest how to reach this k.")] = None,
    max_suppressed: Annotated[
        float, typer.Option(help="With --k: share of records of which cells may be emptied.")
    ] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    language: Annotated[Language, typer.Option(help="Of the printed text.")] = "en",
) -> None:
    """Print what risk of re-identification remains in a table, in figures.

    With --k also which columns to generalise, and how far, to reach it with the least loss.
    """
    from aitransparency import deid

    found = deid.risk(
        _read(source),
        quasi_identifiers=quasi,
        sensitive=sensitive or (),
        population=_population(population),
        weights=weights,
    )
    suggestion = None if k is None else found.suggest(k=k, max_suppressed=max_suppressed)
    if as_json:
        print(json.dumps(_plain(found, suggestion), ensure_ascii=False, indent=2))
    else:
        _print(found, suggestion, language)


def check_report(
    report: Annotated[Path, typer.Argument(help="A report in JSON.")],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="The plan it should speak of.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of the job.")] = None,
    source: Annotated[
        Path | None, typer.Option("--source", help="The file or folder that was de-identified.")
    ] = None,
) -> None:
    """Check that a report is whole and speaks of this plan, key and source.

    Prints one line for each; exits with 1 where one differs.
    """
    from aitransparency import deid
    from aitransparency.deid.report import check_report as check
    from aitransparency.deid.report.check import read_report_file, speaks_of_files

    text = read_report_file(report)
    if source is not None and not source.exists():
        raise InputError(f"{source} does not exist")
    given: object = source
    if source is not None and not speaks_of_files(text):
        given = _read(source)
    checked = check(
        text,
        plan=deid.Plan.load(plan) if plan else None,
        key=deid.Key.load(key) if key else None,
        source=given,
    )
    for one in checked:
        print(f"{one.what}\t{one.result}")
    if any(one.result == "differs" for one in checked):
        sys.exit(1)


def _population(given: str | None) -> int | pa.Table | None:
    if given is None:
        return None
    return int(given) if given.isdecimal() else _read(Path(given))


def _read(path: Path) -> pa.Table:
    """Return a file as a table: text that reads as numbers or days throughout as such."""
    import pyarrow as pa

    from aitransparency.deid.files.formats import open_source
    from aitransparency.deid.files.options import FileOptions
    from aitransparency.deid.files.typed import typed

    if not path.exists():
        raise InputError(f"{path} does not exist")
    opened = open_source(path, path.name, FileOptions())
    batches = []
    try:
        for chunk in opened.chunks():
            records = opened.read(chunk)
            for bad in records.bad:
                raise FileFormatError(f"{path.name}, line {bad.line:,}: {bad.reason}")
            batches.append(records.groups[0])
    finally:
        opened.close()
    if not batches:
        raise InputError(f"{path.name} holds no record")
    return typed(pa.Table.from_batches(batches))


def _plain(found: Risk, suggestion: Suggestion | None) -> dict[str, Any]:  # for JSON
    from aitransparency.deid.report.model import risk_figures

    made = risk_figures(found)
    return made if suggestion is None else {**made, "suggestion": suggestion.to_dict()}


def _print(found: Risk, suggestion: Suggestion | None, language: Language) -> None:
    from aitransparency.deid.report.risk_content import risk_lines, suggestion_lines

    lines = risk_lines(found, language)
    if suggestion is not None:
        lines += ["", *suggestion_lines(suggestion, language)]
    print("\n".join(lines))
