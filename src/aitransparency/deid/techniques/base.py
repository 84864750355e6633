"""What every technique is: a frozen value that turns a column of values into another.

A technique sees whole arrays and never a row. It says of itself what GB/T 37964-2019 calls it, what
it preserves and whether it can be undone; the words are in ``words/techniques.toml``.

>>> from aitransparency.deid.techniques import Mask, from_settings
>>> Mask(keep_start=3).settings()
{'name': 'Mask', 'keep_start': 3}
>>> from_settings({"name": "Mask", "keep_start": 3})
Mask(keep_start=3, keep_end=None, character='*')
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.keys import Key
from aitransparency.errors import KeyMaterialError, NotReversibleError, PlanError

if TYPE_CHECKING:
    from aitransparency.deid.known.table import KnownValues


@dataclass(frozen=True, slots=True)
class Place:
    """Where a technique is at work: the column, what it holds, the key and the rest of the row.

    Parameters
    ----------
    column
        Name of the column, for messages.
    entity
        One of `ENTITIES`, or None where the column holds nothing that the finder knows.
    key
        The key of the call, or None.
    batch
        The batch as it came in, for techniques that look at another column of the same row.
    first_row
        Place of the batch's first row in the table, from 0.
    identities
        The columns that say whose row it is, and the entity of each, or None.
    known
        The identities of all rows of the table, where the plan asks for them.
    """

    column: str
    entity: str | None = None
    key: Key | None = None
    batch: pa.RecordBatch | None = None
    first_row: int = 0
    identities: Mapping[str, str | None] = field(default_factory=dict)
    known: KnownValues | None = None

    def subkey(self, technique: str, *purpose: str, length: int = 32) -> bytes:
        """Return the sub-key of a technique for this place's entity.

        Raises
        ------
        KeyMaterialError
            The call has no key.
        """
        if self.key is None:
            raise KeyMaterialError(
                f"column {self.column!r}: {technique} needs a key; pass key=deid.Key.generate() "
                "and keep it"
            )
        return self.key.derive(technique, self.entity or "", *purpose, length=length)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a technique made of one column of a batch.

    Parameters
    ----------
    values
        Array (n,), null where the input was null.
    misfit
        bool (n,), true where the value does not fit the technique, so that `values` means nothing;
        None where all fit.
    finds
        How often each entity was found, for techniques that search.
    removed
        The texts that were found and replaced, by entity; verification looks for them.
    linked
        How often a value of each identity column was found in the text, by column.
    """

    values: pa.Array
    misfit: npt.NDArray[np.bool_] | None = None
    finds: Counter[str] = field(default_factory=Counter)
    removed: tuple[tuple[str, pa.Array], ...] = ()
    linked: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Technique(ABC):
    """One way to de-identify a column."""

    keyed: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    # Equal values of one column always get equal results, so a dictionary is enough to work on.
    by_value: ClassVar[bool] = True
    # Takes more than a batch to compute: see `deid.whole`.
    whole_column: ClassVar[bool] = False

    @abstractmethod
    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """De-identify the values of one column of a batch."""

    def check_column(self, entity: str | None, kind: pa.DataType) -> None:  # noqa: B027 a choice
        """Raise PlanError where the technique has no answer for an entity or a type."""

    def undo(self, values: pa.Array, place: Place) -> pa.Array:
        """Return the original values.

        Raises
        ------
        NotReversibleError
            The technique cannot be undone.
        """
        raise NotReversibleError(
            f"column {place.column!r}: {type(self).__name__} cannot be undone: "
            f"{self.why_not_reversible}"
        )

    why_not_reversible: ClassVar[str] = "the original is not in its result"

    def settings(self) -> dict[str, Any]:  # what TOML holds: text, numbers, truth, tables
        """Return the name and the parameters that differ from their defaults, for TOML."""
        named: dict[str, Any] = {"name": type(self).__name__}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                named[one.name] = list(value) if isinstance(value, tuple) else value
        return named

    def columns_used(self) -> tuple[str, ...]:
        """Return the other columns of the row that the technique looks at."""
        return ()


def expect(technique: Technique, condition: bool, message: str) -> None:
    """Raise PlanError with the technique's name where a parameter is wrong."""
    if not condition:
        raise PlanError(f"{type(technique).__name__}: {message}")


def expect_whole(technique: Technique, name: str, least: int, *, optional: bool = False) -> None:
    """Raise PlanError unless a parameter is a whole number of at least `least`."""
    value = getattr(technique, name)
    if optional and value is None:
        return
    good = isinstance(value, int) and not isinstance(value, bool) and value >= least
    expect(technique, good, f"{name} is a whole number from {least}, got {value!r}")
