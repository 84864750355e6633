"""FF1, format-preserving encryption, over arrays (NIST SP 800-38G, algorithms 7 and 8).

A Feistel network of ten rounds over numerals: a number of `length` digits in base `radix` becomes
another. The cipher is AES of the cryptography package; ours is only that one round of a whole
column is one call of AES. The second draft of SP 800-38G Rev. 1 (February 2025; known from its
summary, not read) asks for at least a million possible values, and less is refused.

NIST's sample 1, key 2B7E1516 28AED2A6 ABF71588 09CF4F3C, no tweak, 0123456789:

>>> cipher = FF1(bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"), radix=10, length=10)
>>> left, right = cipher.encrypt(np.array([1234], np.uint64), np.array([56789], np.uint64))
>>> int(left[0]), int(right[0])
(24334, 77484)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

Numbers = npt.NDArray[np.uint64]

LEAST = 1_000_000  # possible values
MOST = 2**62
_ROUNDS = 10
_HALF_BITS = 56  # of the longer half: NUM(B) then stands in the last eight bytes of a block
_ROWS = 16_384  # of one pass: temporaries stay in the cache
_BIG = np.dtype(">u8")


@dataclass(frozen=True)
class FF1:
    """The cipher for numerals of one length.

    Parameters
    ----------
    key
        16, 24 or 32 bytes.
    radix
        2 to 65,536.
    length
        Numerals of a value, 2 or more; the longer half must be below 2**56.
    tweak
        Public bytes that make another permutation of it.

    Raises
    ------
    ValueError
        A length or a radix is out of range, or fewer than a million values are possible.
    """

    key: bytes = field(repr=False)
    radix: int
    length: int
    tweak: bytes = b""

    def __post_init__(self) -> None:
        if not 2 <= self.radix <= 65_536 or self.length < 2:
            raise ValueError("FF1 takes a radix from 2 to 65,536 and two numerals or more")
        if self.radix**self.length < LEAST:
            raise ValueError(f"FF1 takes a domain of {LEAST:,} values or more")
        if (self._modulus_of(1) - 1).bit_length() > _HALF_BITS:
            raise ValueError(f"a half of a value is beyond {_HALF_BITS} bits")

    @property
    def left(self) -> int:
        """Numerals of the left half, u; the right half has the others, v = length - u."""
        return self.length // 2

    def _modulus_of(self, turn: int) -> int:
        """Return radix to the u in even rounds, to the v in odd ones."""
        return int(self.radix ** (self.left if turn % 2 == 0 else self.length - self.left))

    def encrypt(self, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
        """Encrypt values given by their halves, uint64 (n,) below radix**u and radix**v."""
        return self._over(left, right, forward=True)

    def decrypt(self, left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
        """Undo `encrypt`."""
        return self._over(left, right, forward=False)

    def _over(self, left: Numbers, right: Numbers, *, forward: bool) -> tuple[Numbers, Numbers]:
        made = np.empty((2, len(left)), np.uint64)
        rounds = _Rounds(self, min(len(left), _ROWS))
        for first in range(0, len(left), _ROWS):
            part = slice(first, first + _ROWS)
            made[:, part] = rounds.run(left[part], right[part], forward=forward)
        return made[0], made[1]


class _Rounds:
    """The round function with its buffers."""

    def __init__(self, cipher: FF1, rows: int) -> None:
        self._moduli = (cipher._modulus_of(0), cipher._modulus_of(1))
        width = ((self._moduli[1] - 1).bit_length() + 7) // 8  # b, bytes of NUM(B)
        self._wide = width > 4  # d = 4 * ceil(b / 4) + 4 bytes of R are taken: 12, or 8
        self._turn_shift = 8 * width
        # P, the tweak and the zeros of Q are the same in every row: their CBC-MAC is made once.
        head = bytes([1, 2, 1]) + cipher.radix.to_bytes(3, "big") + bytes([10, cipher.left % 256])
        head += cipher.length.to_bytes(4, "big") + len(cipher.tweak).to_bytes(4, "big")
        head += cipher.tweak + bytes(-(len(cipher.tweak) + width + 1) % 16)
        whole = len(head) // 16 * 16
        chained = Cipher(AES(cipher.key), CBC(bytes(16))).encryptor().update(head[:whole])[-16:]
        last = head[whole:] + bytes(width + 1)
        self._high, self._low = (
            int.from_bytes(chained[half], "big") ^ int.from_bytes(last[half], "big")
            for half in (slice(8), slice(8, 16))
        )
        self._aes = Cipher(AES(cipher.key), ECB()).encryptor()
        self._blocks = np.empty((rows, 2), _BIG)
        self._output = bytearray(16 * rows + 15)  # update_into wants room for a block more

    def run(self, left: Numbers, right: Numbers, *, forward: bool) -> tuple[Numbers, Numbers]:
        self._blocks[:, 0] = self._high
        for turn in range(_ROUNDS) if forward else reversed(range(_ROUNDS)):
            modulus = self._moduli[turn % 2]
            if forward:
                left, right = right, _add(left, self._hashed(right, turn, modulus), modulus)
            else:
                left, right = _subtract(right, self._hashed(left, turn, modulus), modulus), left
        return left, right

    def _hashed(self, half: Numbers, turn: int, modulus: int) -> Numbers:
        """Return the number of the first d bytes of R, modulo radix to the m."""
        count = len(half)
        self._blocks[:count, 1] = half ^ np.uint64(self._low ^ turn << self._turn_shift)
        self._aes.update_into(self._blocks[:count].view(np.uint8).data, self._output)
        made = np.frombuffer(self._output, _BIG, 2 * count).reshape(count, 2)
        number = _modulo(made[:, 0].astype(np.uint64), modulus)
        if not self._wide:
            return number
        rest = made[:, 1].astype(np.uint64) >> np.uint64(32)
        step = 64 - (modulus - 1).bit_length()  # bits that fit above a remainder
        step = next(size for size in (32, 16, 8) if size <= step)
        for shift in range(32 - step, -1, -step):
            piece = rest >> np.uint64(shift) & np.uint64((1 << step) - 1)
            number = _modulo(number << np.uint64(step) | piece, modulus)
        return number


def _modulo(numbers: Numbers, modulus: int) -> Numbers:
    by = np.uint64(modulus)
    remainder: Numbers = numbers - numbers // by * by  # numpy divides by a constant faster
    return remainder


def _add(one: Numbers, other: Numbers, modulus: int) -> Numbers:
    total = one + other
    made: Numbers = np.minimum(total, total - np.uint64(modulus))  # below zero wraps to the top
    return made


def _subtract(one: Numbers, other: Numbers, modulus: int) -> Numbers:
    rest = one - other
    made: Numbers = np.minimum(rest, rest + np.uint64(modulus))
    return made


def permute(
    numbers: Numbers, size: int, key: bytes, tweak: bytes, *, decrypt: bool = False
) -> Numbers:
    """Permute the numbers below `size` under a key: FF1, and cycle walking where it oversteps.

    The radix is the least whose power reaches `size`, so that nearly no value has to walk.

    Parameters
    ----------
    numbers
        uint64 (n,), below `size`.
    size
        1,000,000 to 2**62.
    key, tweak
        As for `FF1`.
    decrypt
        Undo instead.
    """
    if not LEAST <= size <= MOST:
        raise ValueError(f"a domain has {LEAST:,} to 2**62 values")
    radix, length = base_of(size)
    cipher = FF1(key, radix, length, tweak)
    cut = np.uint64(radix ** (length - cipher.left))
    turn = cipher.decrypt if decrypt else cipher.encrypt
    made = numbers.copy()
    walking = np.arange(len(numbers))
    while len(walking):
        now = made[walking]
        left = now // cut
        left, right = turn(left, now - left * cut)
        now = left * cut + right
        made[walking] = now
        walking = walking[now >= np.uint64(size)]
    return made


def base_of(size: int) -> tuple[int, int]:
    """Return the radix and length of the shortest numerals that count up to a size, least radix.

    >>> base_of(10**8), base_of(10**9)
    ((10000, 2), (31623, 2))
    """
    for length in range(2, 5):
        radix = max(2, round(size ** (1 / length)) - 1)
        while radix**length < size:
            radix += 1
        if radix <= 65_536:
            return radix, length
    raise ValueError("a domain is beyond 2**64")


def halves(digits: npt.NDArray[np.uint8], radix: int) -> tuple[Numbers, Numbers]:
    """Return numerals, uint8 (n, length), as the halves that `FF1` takes."""
    left = digits.shape[1] // 2
    return number_of(digits[:, :left], radix), number_of(digits[:, left:], radix)


def number_of(digits: npt.NDArray[np.uint8], radix: int) -> Numbers:
    """Return numerals, uint8 (n, width), most significant first, as numbers, uint64 (n,)."""
    number = np.zeros(len(digits), np.uint64)
    for column in range(digits.shape[1]):
        number *= np.uint64(radix)
        number += digits[:, column]
    return number


def digits_of(numbers: Numbers, radix: int, width: int) -> npt.NDArray[np.uint8]:
    """Undo `number_of`."""
    digits = np.empty((width, len(numbers)), np.uint8)
    step = 1  # digits of a piece below 2**32: dividing those is faster
    while radix ** (step + 1) < 2**32:
        step += 1
    rest = numbers
    for last in range(width, 0, -step):
        above = rest // np.uint64(radix**step)
        piece = (rest - above * np.uint64(radix**step)).astype(np.uint32)
        for column in reversed(range(max(last - step, 0), last)):
            shorter = piece // np.uint32(radix)
            digits[column] = piece - shorter * np.uint32(radix)
            piece = shorter
        rest = above
    return digits.T
