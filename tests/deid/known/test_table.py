"""The identities of all rows in every text, where the plan asks for it."""

import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.deid.apply import apply
from aitransparency.deid.known.table import collect
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Redact, Scan
from aitransparency.errors import PlanError

TABLE = pa.table(
    {
        "name": ["王伟", "李秀英", "阿依古丽", None],
        "phone": ["13800138000", "13900139000", "", "13700137000"],
        "note": [
            "与李秀英同住，备用13900139000",
            "王 伟代办；王先生已到，尾号8000",
            "王伟、李秀英、阿依古丽",
            "139-0013-9000机主李秀英英",
        ],
    }
)
N, P = "<PERSON>", "<CN_MOBILE_PHONE>"


def plan(known):
    return Plan(
        {
            "name": ColumnPlan(Redact(), "direct", "PERSON"),
            "phone": ColumnPlan(Redact(), "direct", "CN_MOBILE_PHONE"),
            "note": Scan(known=known),
        }
    )


def test_all_rows():
    made = deid.deidentify(TABLE, plan("table")).data["note"].to_pylist()
    assert made == [
        f"与{N}同住，备用{P}",
        f"{N}代办；王先生已到，尾号8000",  # somebody else's surname and digits say nothing
        f"{N}、{N}、{N}",
        f"{P}机主{N}英",
    ]


def test_the_row_alone():
    made = deid.deidentify(TABLE, plan("row"), verify=False).data["note"].to_pylist()
    assert made[2] == f"王伟、李秀英、{N}"


def test_order_and_batches_change_nothing():
    whole = deid.deidentify(TABLE, plan("table")).data["note"].to_pylist()
    turned = TABLE.take([3, 1, 2, 0])
    assert deid.deidentify(turned, plan("table")).data["note"].to_pylist() == [
        whole[row] for row in (3, 1, 2, 0)
    ]


def test_a_batch_alone_does_not_know_the_table():
    with pytest.raises(PlanError, match="needs the identities of all rows"):
        apply(TABLE.to_batches()[0], plan("table"), None)


def test_what_is_known_is_not_shown():
    known = collect(TABLE.to_batches(), plan("table"))
    assert repr(known) == "KnownValues(6 values of name, phone)"


def test_known_is_one_of_three():
    with pytest.raises(PlanError, match="known is one of row, table, none"):
        Scan(known="all")
