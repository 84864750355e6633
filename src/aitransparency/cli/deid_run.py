"""``aitransparency deid run``: files in, de-identified files out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aitransparency.cli.exits import one_line
from aitransparency.errors import InputError, PlanError

if TYPE_CHECKING:
    from aitransparency import deid as api


def run(
    source: Annotated[
        str, typer.Argument(help="A file, a folder, a pattern in quotes, or - for standard input.")
    ],
    target: Annotated[
        str, typer.Argument(help="The file or folder to write, or - for standard output.")
    ],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="A plan (TOML); without one it is proposed.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key file.")] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", help="An environment variable that holds the key.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Also write the report: .html, .md or .json."),
    ] = None,
    bad_rows: Annotated[
        str,
        typer.Option("--bad-rows", help="error, or quarantine: set aside, sealed with the key."),
    ] = "error",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted job was.")
    ] = False,
    formulas: Annotated[
        bool,
        typer.Option("--neutralise-formulas", help="Put ' before cells a spreadsheet would run."),
    ] = False,
    file_format: Annotated[
        str | None, typer.Option("--format", help="csv, jsonl, text, parquet and so on.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of text files; detected without it.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Of CSV; detected without it.")
    ] = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The CSV has no header; columns are c1, c2 ...")
    ] = False,
    on_leak: Annotated[
        str,
        typer.Option("--on-leak", help="error, or redact: take out originals that are left."),
    ] = "error",
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not search the output for original values.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    r"""De-identify a file, a folder or standard input.

    The target appears only when all of it is verified; whatever happens before leaves the old
    target, or none. CSV, JSON Lines, text, Parquet, Feather, XLSX, SQLite and DuckDB; the first
    three also in gzip and Zstandard.

    A plan that names no key gets the line key_id when the job is done; another key is then refused.
    """
    from aitransparency import deid

    options = deid.FileOptions(
        format=file_format,
        encoding=encoding,
        delimiter={"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter),
        header=not no_header,
        bad_rows=bad_rows,  # type: ignore[arg-type]  # checked there
        on_leak=on_leak,  # type: ignore[arg-type]  # checked there
        neutralise_formulas=formulas,
        resume=resume,
    )
    decided = deid.Plan.load(plan) if plan is not None else None
    noted = decided.key_id if decided is not None else None
    secret = key_of(key, key_env)
    made = _run(source, target, (decided, secret), options, verify=not no_verify, quiet=quiet)
    if plan is not None and decided is not None and decided.key_id != noted:
        _note_key(plan, decided)
    if report is not None:
        _write_report(made, report)
    if not quiet:
        _summary(made)


def _note_key(path: Path, used: api.Plan) -> None:
    """Write the key's id into the plan file; the job is done, so failing is a line and no more."""
    from aitransparency.deid.planfile import note_key_id

    try:
        note_key_id(path, used)
    except PlanError as error:
        print(one_line(error), file=sys.stderr)


def key_of(path: Path | None, variable: str | None) -> api.Key | None:
    """Return the key of a file or of an environment variable, None where neither is given."""
    from aitransparency import deid

    if path is not None and variable is not None:
        raise InputError("give the key by --key or by --key-env, not both")
    if path is not None:
        return deid.Key.load(path)
    return deid.Key.from_env(variable) if variable is not None else None


def _run(
    source: str,
    target: str,
    secret: tuple[api.Plan | None, api.Key | None],
    options: api.FileOptions,
    *,
    verify: bool,
    quiet: bool,
) -> api.FileReport:
    from aitransparency import deid
    from aitransparency.cli.progress import Bar
    from aitransparency.deid.files.job import deidentify_stream

    plan, key = secret
    if (source == "-") != (target == "-"):
        raise InputError("standard input goes to standard output: deid run - -")
    if source == "-":
        return deidentify_stream(
            sys.stdin.buffer, sys.stdout.buffer, plan=plan, key=key, verify=verify, options=options
        )
    with Bar(quiet=quiet) as bar:
        return deid.deidentify_file(
            source, target, plan=plan, key=key, verify=verify, options=options, progress=bar
        )


def _write_report(made: api.FileReport, path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix == ".json":
        text = made.to_json()
    elif suffix == ".md":
        text = made.to_markdown()
    elif suffix in (".html", ".htm"):
        text = made.to_html()
    else:
        raise InputError(f"{path}: a report is .html, .md or .json")
    path.write_text(text, encoding="utf-8")


def _summary(made: api.FileReport) -> None:
    for one in made.files:
        parts = [f"{one.source} -> {one.target}: {one.rows_in:,} rows in, {one.rows_out:,} out"]
        if one.quarantined:
            parts.append(f"{one.quarantined:,} quarantined")
        if one.formulas:
            parts.append(f"{one.formulas:,} formulas neutralised")
        if one.resumed_at:
            parts.append(f"went on at row {one.resumed_at:,}")
        detail = "; ".join(
            part
            for part in (one.format, one.encoding, one.dialect, one.compression)
            if part and part != "none"
        )
        print(f"{', '.join(parts)} ({detail})", file=sys.stderr)
    state = "verified" if made.verification is not None else "not verified"
    print(f"{state}; key {made.key_id or 'none'}", file=sys.stderr)
