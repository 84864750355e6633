"""What each column is called in front of the public: the reason registry.

Every word that a card uses for a column comes from here, so that people can review it: a stable
code, a label, a unit, the meaning of each category, reviewed wording for each direction, and
whether a person can change it (actionable), never can (immutable), or may not be judged by it
(protected).

>>> features = Features.of(Feature("dti", code="D1", label={"zh": "负债比", "en": "debt share"}))
>>> features["dti"].label_in("zh"), features["other"].label_in("zh")
('负债比', 'other')
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from aitransparency.errors import ColumnNotFoundError, FileFormatError, InputError, InputTypeError
from aitransparency.frames import to_table

Text = Mapping[str, str]
Actionable = Literal["no", "yes", "up", "down"]

LANGUAGES = ("zh", "en")
_MOST_CATEGORIES = 30  # a column of more texts than that is not a list of categories
_SHARED = 5  # rows that must share a text before it is written into a catalogue


@dataclass(frozen=True, slots=True)
class Feature:
    """One column, as the public reads it.

    Parameters
    ----------
    name
        Column of the model.
    code
        Stable code for systems that read cards; the name where it is empty.
    label, unit
        By language, "zh" and "en". A unit may give two forms: "dollar|dollars" for one and for
        several in English; "元|万元" for amounts under and from 10,000 in Chinese.
    scale
        What is shown is the value times this.
    decimals
        Decimals shown; None for as many as three digits need.
    categories
        Value, as `category_key` writes it, to its label by language; in order where there is one.
    actionable
        Whether the person can change it, and in which direction a proposal may go.
    immutable
        Never proposed for a change, whatever `actionable` says.
    protected
        One of the grounds of Article 72 (race, sex, nationality, ethnicity, religion) or another
        ground people may not be treated differently by.
    group
        Name of the group that this column is summed into where a card groups reasons.
    wording
        "for" and "against" to a reviewed first half of the sentence, by language; "{value}" and
        "{typical}" are filled in.
    source
        Where the data come from, by language.
    """

    name: str
    code: str = ""
    label: Text = field(default_factory=dict)
    unit: Text = field(default_factory=dict)
    scale: float = 1.0
    decimals: int | None = None
    categories: Mapping[str, Text] = field(default_factory=dict)
    actionable: Actionable = "no"
    immutable: bool = False
    protected: bool = False
    group: str = ""
    wording: Mapping[str, Text] = field(default_factory=dict)
    source: Text = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.actionable not in ("no", "yes", "up", "down"):
            raise InputError(
                f"feature {self.name!r}: actionable is 'no', 'yes', 'up' or 'down', "
                f"got {self.actionable!r}"
            )
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise InputError(f"feature {self.name!r}: scale must be above 0, got {self.scale}")
        if self.decimals is not None and not 0 <= self.decimals <= 12:
            raise InputError(f"feature {self.name!r}: decimals lie between 0 and 12")
        if not set(self.wording) <= {"for", "against"}:
            raise InputError(f"feature {self.name!r}: wording has 'for' and 'against' only")

    @property
    def key(self) -> str:
        """The code, or the name where there is none."""
        return self.code or self.name

    def label_in(self, language: str) -> str:
        """Return the label in a language, in any other where it lacks one, or the name."""
        return in_language(self.label, language) or self.name


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The catalogue of a model's columns.

    Parameters
    ----------
    entries
        Name to `Feature`, in order.
    groups
        Name of a group to its label by language.
    strict
        Whether a column that is not in the catalogue, or lacks a code, a label or the label of a
        category in a language, is refused. Without it such a column goes by its own name.
    """

    entries: Mapping[str, Feature] = field(default_factory=dict)
    groups: Mapping[str, Text] = field(default_factory=dict)
    strict: bool = False

    @classmethod
    def of(cls, *features: Feature, strict: bool = False) -> Features:
        """Collect features into a catalogue.

        Raises
        ------
        InputError
            A name or a code stands twice.
        """
        entries = {entry.name: entry for entry in features}
        _refuse_twice("name", [entry.name for entry in features])
        _refuse_twice("code", [entry.code for entry in features if entry.code])
        return cls(entries, strict=strict)

    @classmethod
    def from_frame(cls, frame: Any) -> Features:
        """Draft a catalogue from a frame; labels are the columns' names until people write better.

        Texts that several rows share become categories; a column of many different texts gets none,
        so that no person's data enter the catalogue.

        Parameters
        ----------
        frame
            pandas, Polars or Arrow frame, or numpy array (columns x0, x1, ...).
        """
        if isinstance(frame, np.ndarray):
            if frame.ndim != 2:
                raise InputTypeError(f"frame has {frame.ndim} dimensions; expected 2")
            names = [f"x{j}" for j in range(frame.shape[1])]
            frame = pa.table([pa.array(frame[:, j]) for j in range(frame.shape[1])], names=names)
        table = to_table(frame)
        width = max(2, len(str(table.num_columns)))
        return cls.of(
            *(
                _drafted(name, f"F{at:0{width}d}", table[name])
                for at, name in enumerate(table.column_names, 1)
            )
        )

    @classmethod
    def loads(cls, text: str, *, where: str = "features") -> Features:
        """Read a catalogue from TOML text; `where` names it in errors."""
        from aitransparency.explain.featuresfile import read

        return read(text, where)

    @classmethod
    def load(cls, path: str | Path) -> Features:
        """Read a catalogue from a TOML file.

        Raises
        ------
        FileFormatError
            The file is not UTF-8 or not TOML.
        InputError
            A key is unknown or a value is of the wrong kind.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise FileFormatError(f"{path}: not UTF-8 at byte {error.start:,}") from None
        return cls.loads(text, where=str(path))

    def dumps(self) -> str:
        """Return the catalogue as TOML."""
        from aitransparency.explain.featuresfile import write

        return write(self)

    def save(self, path: str | Path) -> None:
        """Write the catalogue to a TOML file."""
        Path(path).write_text(self.dumps(), encoding="utf-8")

    def replace(self, name: str, **changes: Any) -> Features:
        """Return a catalogue in which some fields of one feature are others.

        Raises
        ------
        ColumnNotFoundError
            There is no such feature.
        InputError
            There is no such field.
        """
        if name not in self.entries:
            raise ColumnNotFoundError.among(name, self.entries)
        known = {one.name for one in dataclasses.fields(Feature)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise InputError(f"a feature has no field {unknown[0]!r}; it has {sorted(known)}")
        entry = dataclasses.replace(self.entries[name], **changes)
        entries = [entry if old == name else kept for old, kept in self.entries.items()]
        made = type(self).of(*entries, strict=self.strict)
        return dataclasses.replace(made, groups=self.groups)

    def __getitem__(self, name: str) -> Feature:
        entry = self.entries.get(name)
        if entry is not None:
            return entry
        if self.strict:
            raise ColumnNotFoundError.among(name, self.entries)
        return Feature(name)

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"Features({len(self)} features{', strict' if self.strict else ''})"


def in_language(text: Text, language: str) -> str:
    """Return a text in a language, or in another where it lacks that one; empty where it has none.

    >>> in_language({"zh": "收入"}, "en")
    '收入'
    """
    return text.get(language) or next((text[one] for one in LANGUAGES if text.get(one)), "")


def category_key(value: Any) -> str:
    """Return how a catalogue names a category.

    >>> category_key(True), category_key(1.0), category_key("own")
    ('true', '1', 'own')
    """
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _refuse_twice(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InputError(f"two features have the {what} {value!r}")
        seen.add(value)


def _drafted(name: str, code: str, column: pa.ChunkedArray) -> Feature:
    label = dict.fromkeys(LANGUAGES, name)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_boolean(kind):
        words = {"false": {"zh": "否", "en": "no"}, "true": {"zh": "是", "en": "yes"}}
        return Feature(name, code, label, categories=words)
    if pa.types.is_floating(kind):
        return Feature(name, code, label, decimals=_decimals(column))
    if pa.types.is_integer(kind):
        return Feature(name, code, label, decimals=0)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Feature(name, code, label, categories=_categories(column))
    return Feature(name, code, label)


def _decimals(column: pa.ChunkedArray) -> int:
    numbers = column.drop_null().to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers) or (numbers == np.round(numbers)).all():
        return 0
    low, high = np.quantile(numbers, (0.1, 0.9))
    span = float(high - low) or float(np.abs(numbers).max())
    return int(np.clip(2 - np.floor(np.log10(span)), 0, 6))


def _categories(column: pa.ChunkedArray) -> dict[str, Text]:
    counted = column.drop_null().value_counts()
    counts = dict(
        zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    )
    shared = sorted(value for value, count in counts.items() if count >= _SHARED)
    if len(counts) > _MOST_CATEGORIES:
        return {}
    return {value: dict.fromkeys(LANGUAGES, value) for value in shared}
