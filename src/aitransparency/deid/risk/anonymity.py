"""One figure alone, where the others are not wanted: k, l or t of a table.

`risk` gives all of them from one pass; these are for a check in a loop over large tables.

>>> table = pa.table({"sex": ["F", "F", "M", "M"], "ill": ["a", "b", "a", "a"]})
>>> k_anonymity(table, ["sex"]), l_diversity(table, ["sex"], "ill")
(2, 1)
>>> t_closeness(table, ["sex"], "ill")
0.25
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from aitransparency.deid.risk.classes import (
    Classes,
    Encoded,
    classes_of,
    encode,
    fewest_values,
    sizes_of,
)
from aitransparency.deid.risk.diversity import closeness, distinct
from aitransparency.errors import ColumnNotFoundError, InputError
from aitransparency.frames import to_table


def k_anonymity(frame: object, quasi_identifiers: Sequence[str]) -> int:
    """Return the records of the smallest equivalence class.

    Parameters
    ----------
    frame
        A pandas, Polars or Arrow frame, n rows; a null is a value of its own.
    quasi_identifiers
        Columns that somebody who looks for a person may know.

    Raises
    ------
    ColumnNotFoundError
        A column is not in the frame.
    InputError
        There is no row or no quasi-identifier.
    """
    table = to_table(frame)
    return int(sizes_of(table.select(columns_of(table, quasi_identifiers))).min())


def l_diversity(frame: object, quasi_identifiers: Sequence[str], sensitive: str) -> int:
    """Return the least number of different sensitive values in a class (distinct l-diversity).

    Parameters and errors are those of `k_anonymity`; `sensitive` is the column that nobody should
    learn. Source: Machanavajjhala et al., ACM TKDD 1(1), 2007.
    """
    table = to_table(frame)
    known = columns_of(table, quasi_identifiers)
    columns_of(table, [sensitive])
    found = fewest_values(table.select(known), table[sensitive])
    if isinstance(found, int):
        return found
    return distinct(*found, encode(table[sensitive]))


def t_closeness(
    frame: object, quasi_identifiers: Sequence[str], sensitive: str, *, ordered: bool | None = None
) -> float:
    """Return the largest distance of a class's sensitive values from the table's, 0 to 1.

    Parameters and errors are those of `k_anonymity`. `ordered` says whether values have an order;
    numbers and dates have where None. Source: Li, Li and Venkatasubramanian, ICDE 2007.
    """
    classes, values = _both(frame, quasi_identifiers, sensitive)
    return closeness(classes.ids, len(classes.sizes), values, ordered=ordered)


def columns_of(table: pa.Table, names: Sequence[str]) -> list[str]:
    """Return names of columns, each once, after checking that a risk can be measured by them."""
    if isinstance(names, str):
        raise InputError("quasi_identifiers is a list of columns, got one string")
    for name in names:
        if name not in table.column_names:
            raise ColumnNotFoundError.among(name, table.column_names)
    if not names:
        raise InputError("give at least one quasi-identifier: the columns that others may know")
    if not table.num_rows:
        raise InputError("a table without rows has no risk to measure")
    return list(dict.fromkeys(names))


def _both(frame: object, names: Sequence[str], sensitive: str) -> tuple[Classes, Encoded]:
    table = to_table(frame)
    known = columns_of(table, names)
    columns_of(table, [sensitive])
    return classes_of(table.select(known)), encode(table[sensitive])
