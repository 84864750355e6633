"""``aitransparency explain``: features, card, batch, notice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from aitransparency.cli.explain_inputs import (
    Background,
    Catalogue,
    DecisionFile,
    Language,
    Model,
    People,
    ProfileFile,
    Trusted,
    explainer_of,
    frame_of,
    pieces_of,
    table_of,
)
from aitransparency.cli.explain_notice import notice_app
from aitransparency.errors import InputError

explain_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Explain decisions (算法说明, Article 71): one card, or reasons for many people.",
)
features_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The reason registry (原因登记表): what the public reads for each column.",
)
explain_app.add_typer(features_app, name="features")
explain_app.add_typer(notice_app, name="notice")


@features_app.command("init")
def features_init(
    table: Annotated[Path, typer.Argument(help="A table with the model's columns.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; must not exist.")] = Path(
        "features.toml"
    ),
) -> None:
    """Draft a registry from a table: codes, kinds, decimals, categories that people share.

    Labels are the columns' names: write better ones, set what a person can change and what is
    protected, have the file reviewed, then set ``strict = true`` at its top.
    """
    from aitransparency.explain import Features

    if out.exists():
        raise InputError(f"{out} exists; a reviewed registry is never written over")
    drafted = Features.from_frame(table_of(table))
    drafted.save(out)
    print(f"{len(drafted)} columns drafted in {out}")


@features_app.command("check")
def features_check(
    path: Annotated[Path, typer.Argument(help="The registry.")],
    table: Annotated[
        Path | None, typer.Option("--table", help="Also ask that it covers this table's columns.")
    ] = None,
) -> None:
    """Hold a registry to the rules of the wording, in both languages, as if it were strict."""
    import dataclasses

    from aitransparency.explain import Features, wording

    features = dataclasses.replace(Features.load(path), strict=True)
    names = tuple(table_of(table).column_names) if table else tuple(features.entries)
    for language in ("zh", "en"):
        wording.check(features, names, language)
    print(f"{path}: {len(names)} columns, both languages, nothing to mend")


@explain_app.command()
def card(
    model: Model,
    background: Background,
    people: People,
    row: Annotated[int, typer.Option(min=0, help="Which row of PEOPLE, from 0.")] = 0,
    features: Catalogue = None,
    decision: DecisionFile = None,
    profile: ProfileFile = None,
    language: Language = "zh",
    form: Annotated[
        Literal["html", "fragment", "markdown", "text", "sms", "json"],
        typer.Option("--format", help="What to write."),
    ] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="File; else standard output.")] = None,
    trust: Trusted = None,
) -> None:
    """Write the explanation card of one person."""
    table = table_of(people)
    if row >= table.num_rows:
        raise InputError(f"--row {row:,}: {people} has {table.num_rows:,} rows")
    explainer = explainer_of((model, background), (features, decision, profile), trust)
    made = explainer.explain(frame_of(table.slice(row, 1)), language=language)
    text = {
        "html": made.to_html,
        "fragment": made.to_fragment,
        "markdown": made.to_markdown,
        "text": made.to_text,
        "sms": made.to_sms,
        "json": made.to_json,
    }[form]()
    if out is None:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    else:
        out.write_text(text, encoding="utf-8")
        print(f"card {made.sha256[:12]} written to {out}")


@explain_app.command()
def batch(
    model: Model,
    background: Background,
    people: People,
    out: Annotated[Path, typer.Option("--out", help="Parquet file to write.")] = Path(
        "reasons.parquet"
    ),
    top: Annotated[int, typer.Option(min=1, help="Reasons a person.")] = 5,
    features: Catalogue = None,
    decision: DecisionFile = None,
    profile: ProfileFile = None,
    language: Language = "zh",
    trust: Trusted = None,
) -> None:
    """Write ranked reasons with their sentences, one line per person, in pieces."""
    from aitransparency import explain

    explainer = explainer_of((model, background), (features, decision, profile), trust)
    pieces = (frame_of(piece) for piece in pieces_of(people))
    rows = explain.write_batch(explainer, pieces, out, top=top, language=language)
    print(f"{rows:,} rows written to {out}")
