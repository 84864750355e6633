"""Spark: the kernel on every partition through mapInArrow, without a shuffle.

The bytes are those of one machine. Needs Spark 4 and the extra ``aitransparency[spark]``, on the
executors too. Plan and key travel to the executors inside the task; a key that must not travel is
read there from an environment variable by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from aitransparency.deid.apply import check
from aitransparency.deid.files.batches import deidentify_batch, fitted, output_schema
from aitransparency.deid.files.nested import flat_schemas
from aitransparency.deid.files.plan_part import demand_known, part_of
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.errors import (
    InputTypeError,
    KeyMaterialError,
    MissingDependencyError,
    PlanError,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PLACEHOLDER = Key(bytes(32))  # for types only: no value is ever treated with it


def deidentify(
    frame: DataFrame, plan: Plan, *, key: Key | str | None = None, verify: bool = True
) -> DataFrame:
    """Return a Spark frame that is de-identified when it is computed.

    Parameters
    ----------
    frame
        Columns of any type; a path such as ``contact.phones[]`` names what is nested.
    plan
        What is done to each column.
    key
        A `Key`, which travels to the executors inside the task; or the name of an environment
        variable that holds one there, which does not.
    verify
        Search each batch of the output for the originals of that batch.

    Raises
    ------
    MissingDependencyError
        pyspark is not installed.
    PlanError, ColumnNotFoundError, KeyMaterialError
        Plan, columns and key do not go together; raised at once, before anything is computed.
    """
    try:
        import pyspark.sql  # noqa: F401
    except ImportError:
        raise MissingDependencyError.of("pyspark", "spark") from None
    if not hasattr(frame, "mapInArrow"):
        raise InputTypeError(f"expected a Spark frame, got {type(frame).__qualname__}")
    known: Any = frame  # its methods are not all in pyspark's stubs
    before: pa.Schema = known.limit(0).toArrow().schema
    here, secret = (_any_key(plan), _PLACEHOLDER) if isinstance(key, str) else (plan, key)
    _check(here, before, secret)
    after = output_schema(before, here, secret)
    types = known.sparkSession.createDataFrame(after.empty_table()).schema
    made: DataFrame = known.mapInArrow(_work(plan, key, after, verify=verify), types)
    return made


def _check(plan: Plan, schema: pa.Schema, key: Key | None) -> None:
    groups = flat_schemas(schema)
    names = [name for group in groups for name in group.names]
    demand_known(plan, names)
    for name, line in plan.for_columns(names).items():
        if line.technique.whole_column:
            raise PlanError(
                f"column {name!r}: {type(line.technique).__name__} needs the whole column at once, "
                "and Spark gives a part of it; choose another technique"
            )
    for group in groups:
        check(part_of(plan, group.names), group, key)


def _any_key(plan: Plan) -> Plan:
    """Return the plan for checks where its key is not at hand."""
    made = part_of(plan, list(plan))
    made.key_id = None
    return made


def _work(
    plan: Plan, key: Key | str | None, schema: pa.Schema, *, verify: bool
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        secret = Key.from_env(key) if isinstance(key, str) else key
        if secret is None and plan.keyed:
            raise KeyMaterialError("the plan needs a key")
        row = 1
        for batch in batches:
            made = deidentify_batch(batch, plan, secret, verify=verify, first_row=row)
            row += batch.num_rows
            yield fitted(made, schema)

    return work
