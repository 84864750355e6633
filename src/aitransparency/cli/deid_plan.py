"""``aitransparency deid plan | reidentify | key``: what is decided, the way back, the secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aitransparency.cli.deid_run import key_of
from aitransparency.errors import InputError


def plan(
    source: Annotated[Path, typer.Argument(help="The file to look at: CSV, Parquet, Excel, ...")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the plan as TOML; must not exist.")
    ] = None,
    sample_rows: Annotated[int, typer.Option(min=1, help="Rows that are looked at.")] = 10_000,
    key: Annotated[
        Path | None, typer.Option("--key", help="Note this key file's id: no other is taken then.")
    ] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", help="The same, of an environment variable's key.")
    ] = None,
) -> None:
    """Propose a role and a technique for every column, for a person to review.

    Without --out the plan is printed as a table. With it, edit the file, then give it to
    `aitransparency deid run --plan`. Values are not printed.
    """
    from aitransparency import deid

    if out is not None and out.exists():
        raise InputError(f"{out} exists; a plan that someone may have edited is not written over")
    secret = key_of(key, key_env)
    made = deid.plan(source, sample_rows=sample_rows)
    made.note_key(secret)
    if out is None:
        print(made)
        return
    made.save(out)
    direct = sum(line.role == "direct" for line in made.values())
    print(f"{out}: {len(made)} columns, {direct} of them direct identifiers; review it, then run")


def reidentify(
    source: Annotated[Path, typer.Argument(help="A file that `deid run` wrote.")],
    target: Annotated[Path, typer.Argument(help="The file to write, mode 0600.")],
    plan: Annotated[Path, typer.Option("--plan", help="The plan it was de-identified with.")],
    key: Annotated[Path | None, typer.Option("--key", help="The key file.")] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", help="Environment variable that holds the key.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="Only this column; repeatable.")
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", help="The key id of the report, where the plan does not note it."),
    ] = None,
) -> None:
    """Bring encrypted columns back, for whoever holds plan and key.

    A wrong key is an error. Columns that were masked, redacted, pseudonymised or generalised stay
    as they are.
    """
    from aitransparency import deid

    if (key is None) == (key_env is None):
        raise InputError("give the key: --key FILE or --key-env NAME")
    secret = deid.Key.load(key) if key is not None else deid.Key.from_env(key_env or "")
    decided = deid.Plan.load(plan)
    if decided.key_id is None:
        decided.key_id = key_id
    rows = deid.reidentify_file(source, target, decided, key=secret, columns=column)
    print(f"{target}: {rows:,} rows")


def key(
    path: Annotated[Path, typer.Argument(help="File to write, mode 0600; must not exist.")],
) -> None:
    """Make a key and save it. Keep it apart from the data: who has both can undo pseudonyms."""
    from aitransparency import deid

    if path.exists():
        raise InputError(f"{path} exists; a key is never written over")
    new = deid.Key.generate()
    new.save(path)
    print(f"key {new.id} written to {path}")
