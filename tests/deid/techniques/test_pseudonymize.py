"""Pseudonymize: tokens are the published codes, one for a person, another for each recipient."""

from __future__ import annotations

import base64
import hmac
import re

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import PlanError

KEY = deid.Key(bytes(range(32)))
PHONE = "13800138000"


def tokens(technique: deid.Pseudonymize, entity: str | None, *values: str | None) -> list[str]:
    array = pa.array(values, pa.string())
    return technique.apply(array, Place("c", entity, KEY)).values.to_pylist()


def test_a_token_is_the_code_in_base32() -> None:
    """RFC 4648 in small letters over RFC 2104 and RFC 4493, by the standard library and a peer."""
    sub = KEY.derive("pseudonymize", "CN_MOBILE_PHONE", "sha256", "")
    code = hmac.digest(sub, PHONE.encode(), "sha256")
    expected = base64.b32encode(code).decode().lower()
    assert tokens(deid.Pseudonymize(), "CN_MOBILE_PHONE", PHONE) == [expected[:16]]
    assert tokens(deid.Pseudonymize(length=51), "CN_MOBILE_PHONE", PHONE) == [expected[:51]]
    peer = CMAC(AES(KEY.derive("pseudonymize", "CN_MOBILE_PHONE", "aes", "")))
    peer.update(PHONE.encode())
    expected = base64.b32encode(peer.finalize()).decode().lower()
    made = tokens(deid.Pseudonymize(algorithm="aes", length=25), "CN_MOBILE_PHONE", PHONE)
    assert made == [expected[:25]]


@pytest.mark.parametrize(
    ("entity", "spellings"),
    [
        (
            "CN_MOBILE_PHONE",
            [PHONE, "138 0013 8000", "+86-138-0013-8000", "１３８００１３８０００"],
        ),
        ("CN_RESIDENT_ID", ["11010519491231002X", "11010519491231002x", "110105491231002"]),
        ("PERSON", ["张三", "张 三", " 张三 "]),
        ("EMAIL_ADDRESS", ["A@Example.com", "a@example.com "]),
        ("CN_BANK_CARD", ["6222021234567894", "6222 0212 3456 7894"]),
    ],
)
def test_spellings_of_one_person_are_one_token(entity: str, spellings: list[str]) -> None:
    assert len(set(tokens(deid.Pseudonymize(), entity, *spellings))) == 1


def test_types_of_one_number_are_one_token() -> None:
    made = {
        deid.Pseudonymize().apply(array, Place("c", "CN_MOBILE_PHONE", KEY)).values[0].as_py()
        for array in (
            pa.array([PHONE]),
            pa.array([int(PHONE)]),
            pa.array([float(PHONE)]),
            pa.array([PHONE]).dictionary_encode(),
            pa.array([PHONE], pa.string_view()),
        )
    }
    assert len(made) == 1


def test_columns_tables_and_notes_share_tokens_by_entity() -> None:
    line = deid.ColumnPlan(deid.Pseudonymize(), "direct", "CN_MOBILE_PHONE")
    note = deid.ColumnPlan(deid.Scan(entities={"CN_MOBILE_PHONE": deid.Pseudonymize()}), "text")
    plan = deid.Plan({"home": line, "work": line, "note": note})
    table = pa.table({"home": [PHONE], "work": [PHONE], "note": [f"请回拨{PHONE}。"]})
    made = deid.deidentify(table, plan, key=KEY, verify=False).data.to_pylist()[0]
    assert made["home"] == made["work"]
    assert made["note"] == f"请回拨{made['home']}。"


def test_recipients_algorithms_and_keys_share_none() -> None:
    kinds = [
        deid.Pseudonymize(algorithm=one, recipient=to)  # type: ignore[arg-type]
        for one in ("sha256", "sm3", "aes", "sm4")
        for to in ("", "A", "B")
    ]
    made = {tokens(kind, "CN_MOBILE_PHONE", PHONE)[0] for kind in kinds}
    other = Place("c", "CN_MOBILE_PHONE", deid.Key(bytes(32)))
    made.add(deid.Pseudonymize().apply(pa.array([PHONE]), other).values[0].as_py())
    assert len(made) == len(kinds) + 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.none() | st.integers(0, 99).map(str), max_size=300))
def test_tokens_are_one_to_one_and_look_like_nothing_else(values: list[str | None]) -> None:
    made = tokens(deid.Pseudonymize(prefix="p_"), None, *values)
    assert len(set(made)) == len(set(values))
    for value, token in zip(values, made, strict=True):
        assert (token is None) == (value is None)
        assert token is None or re.fullmatch("p_[a-z2-7]{16}", token)
    assert len(deid.find([token for token in made if token])) == 0


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"algorithm": "md5"}, "algorithm"),
        ({"length": 7}, "length"),
        ({"length": 52}, "51"),
        ({"algorithm": "aes", "length": 26}, "25"),
        ({"recipient": None}, "recipient"),
        ({"prefix": 3}, "prefix"),
    ],
)
def test_wrong_parameters(parameters: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        deid.Pseudonymize(**parameters)  # type: ignore[arg-type]
