"""What verification found, and the error where an original is left.

>>> demand_clean(Verification(values=3, columns=2))
>>> demand_clean(Verification(values=3, columns=2, leaks={"note": 1}))
Traceback (most recent call last):
aitransparency.errors.LeakError: column 'note': 1 value of the output is an original identifier; ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aitransparency.errors import LeakError


@dataclass(frozen=True, slots=True)
class Verification:
    """What the search of the output found, in counts.

    Parameters
    ----------
    values
        Distinct original values looked for in every searched column and row.
    columns
        Output columns searched.
    leaks
        Column to the number of its cells that hold an original; empty where nothing is left.
    rows
        Rows compared.
    own_row_cells
        Cells whose value is too short to be looked for everywhere (names of two characters,
        numbers under 11 digits): each was looked for in its own row.
    unsearched_cells
        Cells whose value is too short even for that, and addresses without a number.
    unsearched_columns
        Output columns that have no text to search, such as lists.
    doubts
        Column to the number of its cells that hold the name of somebody in the table, where the
        column is kept and the cell belongs to somebody else: a name, or a word that is one too.
    seen_again
        Column to entity to the number of finds when the output was scanned again. Surrogates are
        found too: they are well-formed.
    rescanned_rows
        Cells of the output that were scanned again: the first 1,000 rows of each column, and
        of the others one in eight where it is free text, else one in 64.
    collisions
        Column to the number of pseudonyms that stand for more than one original.
    redacted
        Column to the number of cells that an original was taken out of (``on_leak="redact"``).
    """

    values: int
    columns: int
    leaks: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    own_row_cells: int = 0
    unsearched_cells: int = 0
    unsearched_columns: tuple[str, ...] = ()
    doubts: Mapping[str, int] = field(default_factory=dict)
    seen_again: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rescanned_rows: int = 0
    collisions: Mapping[str, int] = field(default_factory=dict)
    redacted: Mapping[str, int] = field(default_factory=dict)


def demand_clean(found: Verification) -> None:
    """Raise where an original value is left or two people share a pseudonym.

    Raises
    ------
    LeakError
        Names the column and the number of values.
    """
    for name, count in found.leaks.items():
        values = (
            "1 value of the output is an original identifier"
            if count == 1
            else f"{count:,} values of the output are original identifiers"
        )
        raise LeakError(
            f"column {name!r}: {values}; nothing is returned. Give the column a technique, such "
            f"as plan[{name!r}] = deid.Scan(), or set on_leak='redact'"
        )
    for name, count in found.collisions.items():
        raise LeakError(
            f"column {name!r}: {count:,} pseudonyms stand for more than one original; nothing is "
            "returned. Give the technique more characters"
        )
