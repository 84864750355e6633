"""What the commands of ``aitransparency explain`` read: models, tables and the words for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aitransparency.errors import FileFormatError, InputError, MissingDependencyError

if TYPE_CHECKING:
    from aitransparency.explain import Explainer

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


def explainer_of(
    files: tuple[Path, Path], words: tuple[Path | None, Path | None, Path | None], trust: Any
) -> Explainer:
    """Return an explainer of a model file over a background file.

    Parameters
    ----------
    files
        Model and background.
    words
        Registry, decision and profile, each or None.
    trust
        Types in a skops file that were read.
    """
    from aitransparency.explain import Explainer, Features
    from aitransparency.explain.decisionfile import load_decision
    from aitransparency.explain.loading import load_model
    from aitransparency.explain.notice.profile import Profile

    model, (features, decision, profile) = load_model(files[0], trusted_types=trust or ()), words
    return Explainer(
        model,
        frame_of(table_of(files[1])),
        features=Features.load(features) if features else None,
        decision=load_decision(decision, model) if decision else None,
        system=Profile.load(profile).system() if profile else None,
    )


def frame_of(table: Any) -> Any:  # a pandas frame: what scikit-learn's pipelines take by name
    """Return an Arrow table as the frame that models take."""
    try:
        import pandas  # noqa: F401  pyarrow makes the frame
    except ImportError:
        raise MissingDependencyError.of("pandas", "pandas") from None
    return table.to_pandas()


def table_of(path: Path) -> Any:  # a pyarrow.Table
    """Return a file's rows as one table."""
    import pyarrow as pa

    pieces = list(pieces_of(path))
    return pa.concat_tables(pieces)


def pieces_of(path: Path) -> Any:  # an iterator of pyarrow.Table
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
