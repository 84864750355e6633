"""Encrypt: valid stays valid, the key brings it back, another key is noticed."""

from __future__ import annotations

import datetime
import re
import unicodedata
from base64 import urlsafe_b64encode

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from aitransparency import deid
from aitransparency.deid.siv import WHOLE, Whole, _stream, seal
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import KeyMaterialError, PlanError, ValueMismatchError

KEY = deid.Key(bytes(range(32)))


def place(entity: str | None, key: deid.Key = KEY) -> Place:
    return Place("c", entity, key)


def there(technique: deid.Encrypt, entity: str | None, *values: str | None) -> list[str | None]:
    outcome = technique.apply(pa.array(values, pa.string()), place(entity))
    assert outcome.misfit is None or not outcome.misfit.any()
    return outcome.values.to_pylist()


def back(technique: deid.Encrypt, entity: str | None, *values: str | None) -> list[str | None]:
    return technique.undo(pa.array(values, pa.string()), place(entity)).to_pylist()


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    """An ID by GB 11643: a known division, a day of a life, an order, its check character."""
    code = draw(st.sampled_from(["110105", "440305", "659001", "310101", "820000", "513426"]))
    day = draw(st.dates(min_value=datetime.date(1900, 1, 1)))
    day = day.replace(year=1900 + day.year % 150, day=min(day.day, 28))
    body = f"{code}{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + ric.calc_check_digit(body + "0")


@settings(max_examples=60, deadline=None)
@given(st.lists(resident_ids(), min_size=1, max_size=20))
def test_an_id_becomes_another_valid_id(ids: list[str]) -> None:
    made = there(deid.Encrypt(), "CN_RESIDENT_ID", *ids)
    for number in made:
        assert number is not None
        assert len(number) == 18
        assert ric.calc_check_digit(number) == number[17]
    found = deid.find([f"身份证号：{number}" for number in made], entities=["CN_RESIDENT_ID"])
    assert {span.row for span in found} == set(range(len(made)))
    assert back(deid.Encrypt(), "CN_RESIDENT_ID", *made) == ids
    assert len(set(made)) == len(set(ids))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), min_size=1, max_size=20))
def test_a_phone_becomes_a_phone(phones: list[str]) -> None:
    made = there(deid.Encrypt(), "CN_MOBILE_PHONE", *phones)
    assert all(re.fullmatch(r"1[3-9][0-9]{9}", str(one)) for one in made)
    assert back(deid.Encrypt(), "CN_MOBILE_PHONE", *made) == phones


def test_a_phone_in_use_becomes_a_phone_in_use() -> None:
    phones = [f"138{n:08d}" for n in range(500)]
    made = there(deid.Encrypt(), "CN_MOBILE_PHONE", *phones)
    assert len(deid.find([str(one) for one in made], entities=["CN_MOBILE_PHONE"])) == 500


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"\A[1-9][0-9]{12,18}\Z"), min_size=1, max_size=12), st.booleans())
def test_cards_keep_what_luhn_says_of_them(cards: list[str], full: bool) -> None:
    technique = deid.Encrypt(keep_start=0 if full else None)
    cards = [card for card in cards if full or len(card) >= 14]
    cards = [card for card in cards if len(card) < 19 or not full]
    cards += [card[:-1] + luhn.calc_check_digit(card[:-1]) for card in cards]
    made = there(technique, "CN_BANK_CARD", *cards)
    for card, one in zip(cards, made, strict=True):
        assert one is not None
        assert len(one) == len(card)
        assert full or one[:6] == card[:6]
        assert luhn.is_valid(one) == luhn.is_valid(card)
    assert back(technique, "CN_BANK_CARD", *made) == cards


def test_a_card_may_lose_its_check() -> None:
    cards = [f"62220212345{n:05d}" for n in range(200)]
    made = there(deid.Encrypt(check=False), "CN_BANK_CARD", *cards)
    valid = sum(luhn.is_valid(str(one)) for one in made)
    assert 5 < valid < 40  # one in ten by chance
    assert back(deid.Encrypt(check=False), "CN_BANK_CARD", *made) == cards


def test_a_credit_code_becomes_one_with_a_right_check() -> None:
    # python-stdnum's documented example.
    [made] = there(deid.Encrypt(), "CN_USCC", "91110000600037341L")
    assert uscc.calc_check_digit(str(made)[:17]) == str(made)[17]
    assert back(deid.Encrypt(), "CN_USCC", made) == ["91110000600037341L"]


@pytest.mark.parametrize(
    ("entity", "value", "pattern"),
    [
        (None, "C2023-000123", r"[A-Z]\d{4}-\d{6}"),
        (None, "ab12cd34", r"[a-z]{2}\d\d[a-z]{2}\d\d"),
        (None, "000000", r"\d{6}"),
        (None, "1" * 32, r"\d{32}"),
        ("CN_PASSPORT", "E12345678", r"[A-Z]\d{8}"),
        ("CN_LICENSE_PLATE", "粤B12345", r"粤[A-Z]\d{5}"),
        (None, "abcdefgh", r"[a-z]{8}"),
    ],
)
def test_elsewhere_digits_stay_digits_and_letters_letters(
    entity: str | None, value: str, pattern: str
) -> None:
    [made] = there(deid.Encrypt(), entity, value)
    assert re.fullmatch(pattern, str(made))
    assert made != value
    assert back(deid.Encrypt(), entity, made) == [value]


@pytest.mark.parametrize(
    ("entity", "value", "reason"),
    [
        ("CN_RESIDENT_ID", "110105194912310021", "its check character is wrong"),
        ("CN_RESIDENT_ID", "990105194912310021", "its division is not known"),
        ("CN_MOBILE_PHONE", "张三", "a name in a column of phones"),
        (None, "12345", "fewer than a million possibilities"),
        (None, "张三", "nothing of it would move"),
        ("EMAIL_ADDRESS", "li.na@example.com", "more letters than the cipher takes"),
        ("CN_MOBILE_PHONE", "call me at 12345678", "digits enough, but no phone"),
        (None, "1" * 33, "longer than the cipher takes"),
        ("CN_BANK_CARD", "622202123456", "five digits are left between issuer and check"),
    ],
)
def test_what_has_no_format_does_not_fit(entity: str | None, value: str, reason: str) -> None:
    outcome = deid.Encrypt().apply(pa.array([value]), place(entity))
    assert outcome.misfit is not None, reason
    assert outcome.misfit.tolist() == [True], reason
    assert outcome.values.to_pylist() == [None], reason


def test_spellings_of_one_person_are_one_ciphertext() -> None:
    made = there(deid.Encrypt(), "CN_MOBILE_PHONE", "13800138000", "+86 138-0013-8000")
    assert made[0] == made[1]
    # GB 11643-1989 and -1999: the same person, 15 and 18 characters.
    made = there(deid.Encrypt(), "CN_RESIDENT_ID", "110105491231002", "11010519491231002x")
    assert made[0] == made[1]


# Arrow knows a newer Unicode than Python 3.11: of characters that Python does not know the two have
# other normal forms.
KNOWN = st.characters(exclude_categories=["Cs", "Cn"])


@pytest.mark.parametrize("cipher", ["aes-siv", "sm4"])
@settings(max_examples=30, deadline=None)
@given(st.lists(st.none() | st.text(KNOWN, max_size=80).map(lambda t: t.strip()), max_size=20))
def test_whole_values_come_back(cipher: str, values: list[str | None]) -> None:
    technique = deid.Encrypt(cipher=cipher)  # type: ignore[arg-type]
    plain = [None if v is None else unicodedata.normalize("NFKC", v).strip() for v in values]
    made = technique.apply(pa.array(plain, pa.string()), place(None)).values
    assert technique.undo(made, place(None)).to_pylist() == plain


@pytest.mark.parametrize("cipher", ["aes-siv", "sm4"])
def test_a_wrong_key_or_a_damaged_value_is_an_error(cipher: str) -> None:
    technique = deid.Encrypt(cipher=cipher)  # type: ignore[arg-type]
    [made] = there(technique, "PERSON", "张三")
    assert isinstance(made, str)
    with pytest.raises(KeyMaterialError, match="not encrypted with this key"):
        technique.undo(pa.array([made]), place("PERSON", deid.Key(b"w" * 32)))
    damaged = ("B" if made[0] != "B" else "C") + made[1:]
    with pytest.raises(KeyMaterialError) as caught:
        technique.undo(pa.array([damaged]), place("PERSON"))
    assert "张三" not in str(caught.value)
    with pytest.raises(ValueMismatchError, match="no ciphertexts"):
        technique.undo(pa.array(["张三"]), place("PERSON"))


SECRET = st.binary(min_size=64, max_size=64)
LONG = st.none() | st.text(max_size=40) | st.integers(0, 200).map(lambda size: "x" * size)


@settings(max_examples=60, deadline=None)
@given(st.lists(LONG, max_size=20), st.integers(0, 3), SECRET)
def test_aes_siv_of_rfc_5297_is_that_of_the_cryptography_package(
    values: list[str | None], skip: int, key: bytes
) -> None:
    column = pa.array(values, pa.large_string()).slice(skip)
    made = seal(column, key, "aes-siv")
    made.validate(full=True)
    for value, sealed in zip(column.to_pylist(), made.to_pylist(), strict=True):
        if not value:  # no bytes: the tag alone, which the package does not make
            assert (sealed is None) == (value is None)
            continue
        raw = AESSIV(key).encrypt(value.encode(), None)
        assert sealed == urlsafe_b64encode(raw).decode().rstrip("=")


@settings(max_examples=60, deadline=None)
@given(st.lists(LONG, max_size=20), st.integers(0, 3), SECRET)
def test_sm4_is_its_tag_and_counter_mode_of_the_cryptography_package(
    values: list[str | None], skip: int, key: bytes
) -> None:
    column = pa.array(values, pa.large_string()).slice(skip)
    for value, sealed in zip(column.to_pylist(), seal(column, key, "sm4").to_pylist(), strict=True):
        if value is None:
            assert sealed is None
            continue
        code = HMAC(key[:32], SM3())
        code.update(value.encode())
        tag = code.finalize()[:16]
        text = Cipher(SM4(key[32:48]), CTR(tag)).encryptor().update(value.encode())
        assert sealed == urlsafe_b64encode(tag + text).decode().rstrip("=")


@pytest.mark.parametrize("tag", [b"\xff" * 16, b"\0" * 8 + b"\xff" * 8], ids=["all", "low half"])
@pytest.mark.parametrize("cipher", ["aes-siv", "sm4"])
def test_counters_carry_over(tag: bytes, cipher: str) -> None:
    """Tags like these are too rare to be drawn; RFC 5297 clears two bits of the tag first."""
    texts = pa.array(["a" * 50, "b" * 33], pa.large_string())
    key = bytes(range(64))
    tags = np.frombuffer(tag * 2, np.uint8).reshape(2, 16)
    start, block = tag, SM4(key[32:48])
    if cipher == "aes-siv":
        cleared = int.from_bytes(tag, "big") & ~(1 << 63 | 1 << 31)
        start, block = cleared.to_bytes(16, "big"), AES(key[32:])
    expected = [Cipher(block, CTR(start)).encryptor().update(one) for one in (b"a" * 50, b"b" * 33)]
    made = _stream(texts, tags, key, cipher)  # type: ignore[arg-type]
    assert made.tobytes() == b"".join(expected)


@pytest.mark.parametrize("cipher", WHOLE)
@pytest.mark.parametrize("values", [["v"] * 40_000, ["v" * 700_000, None, "w" * 2_000_000, ""]],
                         ids=["many rows", "long rows"])  # fmt: skip
def test_pieces_are_put_together(cipher: Whole, values: list[str | None]) -> None:
    column = pa.array(values, pa.large_string())
    made = seal(column, bytes(64), cipher)
    alone = {v: seal(pa.array([v], pa.large_string()), bytes(64), cipher)[0].as_py()
             for v in set(values)}  # fmt: skip
    assert made.to_pylist() == [alone[value] for value in values]


def test_recipients_and_entities_have_keys_of_their_own() -> None:
    value = "13800138000"
    made = {
        there(technique, entity, value)[0]
        for technique in (deid.Encrypt(), deid.Encrypt(recipient="B"))
        for entity in ("CN_MOBILE_PHONE", None)
    }
    assert len(made) == 4


def test_the_format_of_ciphertexts_never_changes() -> None:
    """Golden: values a person once wrote down; another result means old files cannot be read."""
    key = deid.Key(bytes(32))
    made = [
        deid.Encrypt().apply(pa.array([value]), place(entity, key)).values[0].as_py()
        for entity, value in GOLDEN
    ]
    assert made == list(GOLDEN.values())


GOLDEN: dict[tuple[str | None, str], str] = {
    ("CN_RESIDENT_ID", "11010519491231002X"): "519011189901016392",
    ("CN_MOBILE_PHONE", "13800138000"): "14154159544",
    ("CN_BANK_CARD", "6222021234567894"): "6222025267078414",
    ("CN_USCC", "91110000600037341L"): "6H7GR9GLQMT801A78L",
    (None, "C2023-000123"): "N3766-139023",
    (None, "20231234"): "61503042",
}


def test_labels_of_redacted_misfits_stay_on_the_way_back() -> None:
    assert back(deid.Encrypt(), "CN_MOBILE_PHONE", "<CN_MOBILE_PHONE>", None, "") == [
        "<CN_MOBILE_PHONE>",
        None,
        "",
    ]


@pytest.mark.parametrize(
    ("settings_of", "words"),
    [
        ({"cipher": "aes"}, "cipher"),
        ({"keep_start": -1}, "keep_start"),
        ({"cipher": "sm4", "keep_start": 3}, "keep_start"),
        ({"recipient": 3}, "recipient"),
        ({"check": "yes"}, "check"),
    ],
)
def test_wrong_parameters(settings_of: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        deid.Encrypt(**settings_of)  # type: ignore[arg-type]


def test_a_front_cannot_stay_where_all_is_checked() -> None:
    plan = deid.Plan(
        {"id": deid.ColumnPlan(deid.Encrypt(keep_start=6), "direct", "CN_RESIDENT_ID")}
    )
    with pytest.raises(PlanError, match=r"column 'id'.*keep_start"):
        deid.deidentify(pa.table({"id": ["11010519491231002X"]}), plan, key=KEY)


def test_integers_become_text_that_keeps_leading_zeros() -> None:
    plan = deid.Plan({"n": deid.Encrypt()})
    frame = pa.table({"n": pa.array(np.arange(10_000_000, 10_000_500))})
    made = deid.deidentify(frame, plan, key=KEY).data
    assert all(len(one) == 8 for one in made["n"].to_pylist())
    assert deid.reidentify(made, plan, key=KEY)["n"].to_pylist() == [
        str(n) for n in range(10_000_000, 10_000_500)
    ]
