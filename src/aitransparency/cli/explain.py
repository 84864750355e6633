"""``aitransparency explain``: features, card, batch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aitransparency.errors import FileFormatError, InputError, MissingDependencyError

if TYPE_CHECKING:
    from aitransparency.explain import Explainer

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

Model = Annotated[
    Path,
    typer.Argument(help="A model file: skops, LightGBM, XGBoost, CatBoost or ONNX. No pickle."),
]
Background = Annotated[
    Path, typer.Argument(help="Ordinary cases to compare with: .csv or .parquet.")
]
People = Annotated[Path, typer.Argument(help="The people to explain: .csv or .parquet.")]
Catalogue = Annotated[
    Path | None, typer.Option("--features", help="The registry, from `features init`.")
]
DecisionFile = Annotated[
    Path | None,
    typer.Option("--decision", help="TOML with labels of the classes, favourable, threshold."),
]
ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="TOML with what the operator says (notices).")
]
Trusted = Annotated[
    list[str] | None,
    typer.Option("--trust", help="A type in a skops file that you have read; repeatable."),
]
Language = Annotated[Literal["zh", "en"], typer.Option(help="Language of the sentences.")]


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
    drafted = Features.from_frame(_table(table))
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
    names = tuple(_table(table).column_names) if table else tuple(features.entries)
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
    table = _table(people)
    if row >= table.num_rows:
        raise InputError(f"--row {row:,}: {people} has {table.num_rows:,} rows")
    explainer = _explainer((model, background), (features, decision, profile), trust)
    made = explainer.explain(_frame(table.slice(row, 1)), language=language)
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

    explainer = _explainer((model, background), (features, decision, profile), trust)
    pieces = (_frame(piece) for piece in _pieces(people))
    rows = explain.write_batch(explainer, pieces, out, top=top, language=language)
    print(f"{rows:,} rows written to {out}")


def _explainer(
    files: tuple[Path, Path], words: tuple[Path | None, Path | None, Path | None], trust: Any
) -> Explainer:
    from aitransparency.explain import Explainer, Features
    from aitransparency.explain.decisionfile import load_decision
    from aitransparency.explain.loading import load_model
    from aitransparency.explain.notice.profile import Profile

    model, (features, decision, profile) = load_model(files[0], trusted_types=trust or ()), words
    return Explainer(
        model,
        _frame(_table(files[1])),
        features=Features.load(features) if features else None,
        decision=load_decision(decision, model) if decision else None,
        system=Profile.load(profile).system() if profile else None,
    )


def _frame(table: Any) -> Any:  # a pandas frame: what scikit-learn's pipelines take by name
    try:
        import pandas  # noqa: F401  pyarrow makes the frame
    except ImportError:
        raise MissingDependencyError.of("pandas", "pandas") from None
    return table.to_pandas()


def _table(path: Path) -> Any:  # a pyarrow.Table
    import pyarrow as pa

    pieces = list(_pieces(path))
    return pa.concat_tables(pieces)


def _pieces(path: Path) -> Any:  # an iterator of pyarrow.Table
    """Yield a file's rows in pieces, at least one."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        if path.suffix.lower() == ".parquet":
            opened = pyarrow.parquet.ParquetFile(path)
            batches, schema = opened.iter_batches(131_072), opened.schema_arrow
        elif path.suffix.lower() in (".csv", ".tsv"):
            parse = pyarrow.csv.ParseOptions(delimiter="\t" if path.suffix == ".tsv" else ",")
            batches = opened = pyarrow.csv.open_csv(path, parse_options=parse)
            schema = opened.schema
        else:
            raise InputError(f"{path}: expected .csv, .tsv or .parquet")
        yield pa.Table.from_batches([], schema)
        for batch in batches:
            yield pa.Table.from_batches([batch])
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFormatError(f"{path}: {type(error).__name__}: is the file whole?") from None
