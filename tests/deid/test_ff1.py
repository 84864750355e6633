"""FF1: NIST's samples, a second reading of the standard with Python's integers, and bijections."""

from __future__ import annotations

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid.ff1 import FF1, base_of, digits_of, halves, permute

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
AES_256 = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
TEN, MANY = "39383736353433323130", "3737373770717273373737"

# NIST, "Examples with intermediate values", SP 800-38G, FF1 samples 1 to 9.
SAMPLES = [
    (16, "", 10, "0123456789", "2433477484"),
    (16, TEN, 10, "0123456789", "6124200773"),
    (16, MANY, 36, "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (24, "", 10, "0123456789", "2830668132"),
    (24, TEN, 10, "0123456789", "2496655549"),
    (24, MANY, 36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (32, "", 10, "0123456789", "6657667009"),
    (32, TEN, 10, "0123456789", "1001623463"),
    (32, MANY, 36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]


def encrypted(cipher: FF1, numerals: list[int], *, decrypt: bool = False) -> list[int]:
    cells = np.array([numerals], np.uint8)
    turn = cipher.decrypt if decrypt else cipher.encrypt
    left, right = turn(*halves(cells, cipher.radix))
    width = cipher.left
    parts = (
        digits_of(left, cipher.radix, width),
        digits_of(right, cipher.radix, len(numerals) - width),
    )
    return [int(one) for one in np.hstack(parts)[0]]


def by_the_book(key: bytes, radix: int, tweak: bytes, numerals: list[int]) -> list[int]:
    """Algorithm 7 of SP 800-38G, step by step, for one value."""
    n, t = len(numerals), len(tweak)
    u = n // 2
    v = n - u

    def num(digits: list[int]) -> int:
        number = 0
        for digit in digits:
            number = number * radix + digit
        return number

    def string(number: int, size: int) -> list[int]:
        digits = []
        for _ in range(size):
            number, digit = divmod(number, radix)
            digits.append(digit)
        return digits[::-1]

    a, b = numerals[:u], numerals[u:]
    width = -(-(radix**v - 1).bit_length() // 8)
    d = 4 * -(-width // 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256])
    p += n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in range(10):
        q = tweak + bytes((-t - width - 1) % 16) + bytes([i]) + num(b).to_bytes(width, "big")
        r = Cipher(AES(key), CBC(bytes(16))).encryptor().update(p + q)[-16:]
        y = int.from_bytes(r[:d], "big")
        m = u if i % 2 == 0 else v
        a, b = b, string((num(a) + y) % radix**m, m)
    return a + b


@pytest.mark.parametrize(("size", "tweak", "radix", "plain", "sealed"), SAMPLES)
def test_nist_samples(size: int, tweak: str, radix: int, plain: str, sealed: str) -> None:
    key = bytes.fromhex(AES_256)[:size]
    cipher = FF1(key, radix, len(plain), bytes.fromhex(tweak))
    numerals = [LETTERS.index(letter) for letter in plain]
    made = encrypted(cipher, numerals)
    assert "".join(LETTERS[one] for one in made) == sealed
    assert encrypted(cipher, made, decrypt=True) == numerals


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_arrays_agree_with_the_standard_read_step_by_step(data: st.DataObject) -> None:
    radix = data.draw(st.integers(2, 256))
    least = next(n for n in range(2, 64) if radix**n >= 10**6)
    most = max(n for n in range(2, 64) if radix ** (n - n // 2) <= 2**56)
    length = data.draw(st.integers(least, most))
    numerals = data.draw(st.lists(st.integers(0, radix - 1), min_size=length, max_size=length))
    key = data.draw(st.binary(min_size=32, max_size=32))
    tweak = data.draw(st.binary(max_size=40))
    assert encrypted(FF1(key, radix, length, tweak), numerals) == by_the_book(
        key, radix, tweak, numerals
    )


@pytest.mark.parametrize("size", [1_000_000, 1_000_003, 7**8], ids=["a power", "a prime", "7^8"])
def test_a_whole_domain_is_permuted(size: int) -> None:
    numbers = np.arange(size, dtype=np.uint64)
    made = permute(numbers, size, bytes(32), b"")
    assert np.array_equal(np.sort(made), numbers)
    assert np.array_equal(permute(made, size, bytes(32), b"", decrypt=True), numbers)
    assert (made == numbers).sum() < 20  # a random permutation has one fixed point on average


def test_key_and_tweak_make_another_permutation() -> None:
    numbers = np.arange(1_000, dtype=np.uint64)
    first = permute(numbers, 10**9, bytes(32), b"")
    for key, tweak in ((b"k" * 32, b""), (bytes(32), b"t")):
        assert not (permute(numbers, 10**9, key, tweak) == first).any()


@pytest.mark.parametrize(
    ("radix", "length"),
    [(10, 5), (1, 30), (65_537, 2), (10, 1), (10, 40)],
    ids=["100,000 values", "radix 1", "radix beyond 2^16", "one numeral", "half beyond 2^56"],
)
def test_what_the_standard_does_not_allow_is_refused(radix: int, length: int) -> None:
    with pytest.raises(ValueError, match=r"FF1|half"):
        FF1(bytes(32), radix, length)


def test_fewer_than_a_million_values_are_refused() -> None:
    with pytest.raises(ValueError, match="1,000,000"):
        permute(np.zeros(1, np.uint64), 999_999, bytes(32), b"")


@given(st.integers(10**6, 2**62))
def test_the_base_is_the_least_that_counts_so_far(size: int) -> None:
    radix, length = base_of(size)
    assert (radix - 1) ** length < size <= radix**length
