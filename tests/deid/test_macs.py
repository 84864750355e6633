"""Codes over columns: published vectors and, on random text, the cryptography package."""

from __future__ import annotations

import hmac

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.macs import cmac_of, constants, hmac_of, over_distinct

TEXTS = st.lists(st.none() | st.text(max_size=60), min_size=1, max_size=40)


def column(values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.large_string())


def test_hmac_sha256_of_rfc_4231() -> None:
    """RFC 4231, test case 2."""
    made = hmac_of(column(["what do ya want for nothing?"]), b"Jefe", "sha256")
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert made[0].tobytes().hex() == expected


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every column through the compiled loops."""
    monkeypatch.setattr("aitransparency.deid.macs.pays", lambda size: True)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (b"\x0b" * 20, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)  # fmt: skip
def test_compiled_hmac_sha256_of_rfc_4231(key: bytes, message: str, expected: str) -> None:
    """RFC 4231, test cases 1 and 2."""
    assert hmac_of(column([message]), key, "sha256")[0].tobytes().hex() == expected


def test_constants_are_those_printed_in_fips_180_4() -> None:
    start, rounds = constants("sha256")
    assert [f"{word:08x}" for word in start[:3]] == ["6a09e667", "bb67ae85", "3c6ef372"]
    assert f"{start[7]:08x}" == "5be0cd19"
    assert [f"{word:08x}" for word in rounds[:3]] == ["428a2f98", "71374491", "b5c0fbcf"]
    assert f"{rounds[63]:08x}" == "c67178f2"


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("key", [b"", b"k" * 32, bytes(range(64))], ids=len)
def test_compiled_codes_of_every_length_and_place(key: bytes) -> None:
    """Lengths around the edges of a block, in every lane, nulls between, and a slice."""
    values = [
        None if size % 7 == 3 else "é" * (size // 2) + "x" * (size % 2) for size in range(200)
    ]
    sliced = column([*values, *reversed(values)]).slice(5)
    sha256, sm3 = (hmac_of(sliced, key, one) for one in ("sha256", "sm3"))
    for row, value in enumerate(sliced.to_pylist()):
        if value is None:
            assert not sha256[row].any()
            assert not sm3[row].any()
            continue
        peer = HMAC(key or b"\0", SM3())  # a key is filled up with zeros; theirs may not be empty
        peer.update(value.encode())
        assert sm3[row].tobytes() == peer.finalize()
        assert sha256[row].tobytes() == hmac.digest(key, value.encode(), "sha256")


@pytest.mark.usefixtures("compiled")
@settings(max_examples=60, deadline=None)
@given(values=TEXTS, key=st.binary(min_size=32, max_size=32))
def test_compiled_codes_are_the_others(values: list[str | None], key: bytes) -> None:
    for algorithm in ("sha256", "sm3"):
        quick = hmac_of(column(values), key, algorithm)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("aitransparency.deid.macs.pays", lambda size: False)
            assert (hmac_of(column(values), key, algorithm) == quick).all()


def test_cmac_of_rfc_4493() -> None:
    """RFC 4493, example 1: the empty message."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    made = cmac_of(column([""]), key, "aes")
    assert made[0].tobytes().hex() == "bb1d6929e95937287fa37d129b756746"


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(0, 3), st.binary(min_size=32, max_size=32))
def test_codes_are_those_of_the_cryptography_package(
    values: list[str | None], skip: int, key: bytes
) -> None:
    sliced = column(values).slice(skip)
    ours = {
        "hmac sha256": hmac_of(sliced, key, "sha256"),
        "hmac sm3": hmac_of(sliced, key, "sm3"),
        "cmac aes": cmac_of(sliced, key, "aes"),
        "cmac sm4": cmac_of(sliced, key[:16], "sm4"),
    }
    for row, value in enumerate(sliced.to_pylist()):
        if value is None:
            assert not any(codes[row].any() for codes in ours.values())
            continue
        peers = {"hmac sm3": HMAC(key, SM3()), "cmac aes": CMAC(AES(key))}
        peers["cmac sm4"] = CMAC(SM4(key[:16]))
        for name, peer in peers.items():
            peer.update(value.encode())
            assert ours[name][row].tobytes() == peer.finalize(), name
        expected = hmac.digest(key, value.encode(), "sha256")
        assert ours["hmac sha256"][row].tobytes() == expected


@pytest.mark.parametrize("repeats", [1, 40], ids=["all differ", "many repeat"])
def test_over_distinct_changes_nothing_but_the_work(repeats: int) -> None:
    values = column([f"v{n}" for n in range(50)] * repeats + [None])
    made = over_distinct(values, lambda one: one)
    assert made.equals(values)
