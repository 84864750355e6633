"""Every technique on a table of made-up customers passes the verification of the output."""

from __future__ import annotations

import pytest

from aitransparency import deid
from aitransparency.demo.people import people

KEY = deid.Key(bytes(range(32)))
TABLE = people(400)
DIRECT = {
    "姓名": "PERSON",
    "身份证号": "CN_RESIDENT_ID",
    "手机号": "CN_MOBILE_PHONE",
    "银行卡号": "CN_BANK_CARD",
}


@pytest.mark.parametrize(
    "technique",
    [
        deid.Redact(),
        deid.Mask(),
        deid.Pseudonymize(),
        deid.Pseudonymize(algorithm="aes"),
        deid.Surrogate(),
        deid.Encrypt(),
        deid.Encrypt(cipher="aes-siv"),
        deid.Encrypt(cipher="sm4"),
        deid.Drop(),
    ],
    ids=lambda one: f"{type(one).__name__} {getattr(one, 'cipher', '')}",
)
def test_nothing_is_left(technique: deid.Mask) -> None:
    plan = deid.Plan(others=deid.Drop())
    for name, entity in DIRECT.items():
        plan[name] = deid.ColumnPlan(technique, "direct", entity)
    if technique == deid.Encrypt():
        plan["姓名"] = deid.Encrypt(cipher="aes-siv")
    plan["备注"] = deid.ColumnPlan(deid.Scan(), "text")
    plan["出生日期"] = deid.ColumnPlan(deid.Generalize("decade"), "quasi", "DATE_OF_BIRTH")
    plan["月收入"] = deid.ColumnPlan(deid.Microaggregate(), "sensitive")
    plan["性别"] = deid.ColumnPlan(deid.Permute(), "quasi")
    result = deid.deidentify(TABLE, plan, key=KEY)
    assert result.data.num_rows == 400
    for name in set(DIRECT) & set(result.data.column_names):
        pairs = zip(result.data[name].to_pylist(), TABLE[name].to_pylist(), strict=True)
        assert not any(made == original for made, original in pairs)
