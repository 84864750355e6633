"""``aitransparency explain notice``: init, write, check."""

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
    Trusted,
    explainer_of,
    frame_of,
    table_of,
)
from aitransparency.errors import ColumnNotFoundError, FileFormatError, InputError

notice_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The public notice of a whole algorithm (算法公示).",
)

Templates = Annotated[
    list[str] | None,
    typer.Option(
        "--template",
        help="Whose missing items to list: shenzhen-71, filing, jrt-0287, pipl, uk-atrs, eu-86; "
        "repeatable.",
    ),
]


@notice_app.command()
def init(
    out: Annotated[Path, typer.Option("--out", help="File to write; must not exist.")] = Path(
        "profile.toml"
    ),
) -> None:
    """Draft a profile: everything an operator may say, each line to be filled in."""
    from aitransparency.explain.notice import draft

    if out.exists():
        raise InputError(f"{out} exists; a reviewed profile is never written over")
    out.write_text(draft(), encoding="utf-8")
    print(f"profile drafted in {out}")


@notice_app.command()
def write(
    model: Model,
    background: Background,
    people: People,
    profile: Annotated[Path, typer.Option("--profile", help="TOML, from `notice init`.")],
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="The column of PEOPLE that holds what became of them."),
    ] = None,
    features: Catalogue = None,
    decision: DecisionFile = None,
    language: Language = "zh",
    form: Annotated[
        Literal["html", "fragment", "markdown", "text", "json"],
        typer.Option("--format", help="What to write."),
    ] = "text",
    template: Templates = None,
    out: Annotated[Path | None, typer.Option("--out", help="File; else standard output.")] = None,
    trust: Trusted = None,
) -> None:
    """Measure the algorithm on PEOPLE and write its notice."""
    from aitransparency.explain.notice.value import DEFAULT_TEMPLATES

    table = table_of(people)
    if outcome is not None and outcome not in table.column_names:
        raise ColumnNotFoundError.among(outcome, table.column_names)
    recorded = None if outcome is None else table[outcome]
    explainer = explainer_of((model, background), (features, decision, profile), trust)
    made = explainer.notice(profile, frame_of(table), recorded)
    chosen = template or DEFAULT_TEMPLATES
    text = {
        "html": lambda: made.to_html(language, templates=chosen),
        "fragment": lambda: made.to_fragment(language, templates=chosen),
        "markdown": lambda: made.to_markdown(language, templates=chosen),
        "text": lambda: made.to_text(language, templates=chosen),
        "json": made.to_json,
    }[form]()
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"notice {made.hash[:12]} written to {out}")


@notice_app.command()
def check(
    notice: Annotated[Path, typer.Argument(help="A notice, .json.")],
    cards: Annotated[
        list[Path] | None, typer.Argument(help="Cards of the same system, .json.")
    ] = None,
    template: Templates = None,
) -> None:
    """Say what a notice lacks, and where it and cards differ. Exit code 1 where they do.

    A notice or card that was changed after it was written does not read back.
    """
    from aitransparency.explain.card import Card
    from aitransparency.explain.notice import Notice
    from aitransparency.explain.notice.value import DEFAULT_TEMPLATES

    made, differ = Notice.from_json(_text(notice)), False
    for key in template or DEFAULT_TEMPLATES:
        for item, path in made.missing(key):
            print(f"{key}: {item.label['en']}: {path} is missing")
    for file in cards or ():
        card = Card.from_json(_text(file))
        if not card.is_intact():
            raise FileFormatError(f"{file}: its checksum does not fit its content; it was changed")
        for line in made.disagreements(card):
            differ = True
            print(f"{file}: {line}")
    if differ:
        raise typer.Exit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileFormatError(f"{path}: not UTF-8 text") from None
