"""HMAC of many short messages in compiled loops, sixteen of them abreast.

SHA-256 is FIPS 180-4, SM3 is GB/T 32905-2016, HMAC is RFC 2104. What is looked up depends on the
number of a round alone, never on a key or a message, and there is no branch on either; how long a
message is shows in time.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `macs` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import inlined, kernel

LANES = 16
LONGEST = 55  # bytes of a message that fits one block with its padding
_ROUNDS = 64
_WORDS = 68  # of SM3's longer schedule
_DIGEST_BITS = np.uint32((64 + 32) * 8)  # a block of the key and a digest
_END = np.uint32(0x80000000)


@kernel
def _left(x, n):
    return np.uint32(np.uint32(x << np.uint32(n)) | np.uint32(x >> np.uint32(32 - n)))


@kernel
def _right(x, n):
    return np.uint32(np.uint32(x >> np.uint32(n)) | np.uint32(x << np.uint32(32 - n)))


@inlined
def _sha256_round(w, v, t, constant, a, b, c, d, e, f, g, h):
    """Do one round; which row of `v` holds which variable is known when this is compiled."""
    for lane in range(LANES):
        x, y = v[e, lane], v[a, lane]
        chosen = (x & v[f, lane]) ^ (~x & v[g, lane])
        first = _right(x, 6) ^ _right(x, 11) ^ _right(x, 25)
        one = np.uint32(v[h, lane] + first + chosen + constant + w[t, lane])
        major = (y & v[b, lane]) ^ (y & v[c, lane]) ^ (v[b, lane] & v[c, lane])
        second = _right(y, 2) ^ _right(y, 13) ^ _right(y, 22)
        v[d, lane] = np.uint32(v[d, lane] + one)
        v[h, lane] = np.uint32(one + second + major)


@kernel
def _sha256(w, v, k):
    """Compress one block of every lane: words uint32 (68, LANES), states uint32 (8, LANES)."""
    start = v.copy()
    for t in range(16, _ROUNDS):
        for lane in range(LANES):
            x, y = w[t - 15, lane], w[t - 2, lane]
            s0 = _right(x, 7) ^ _right(x, 18) ^ np.uint32(x >> np.uint32(3))
            s1 = _right(y, 17) ^ _right(y, 19) ^ np.uint32(y >> np.uint32(10))
            w[t, lane] = np.uint32(w[t - 16, lane] + s0 + w[t - 7, lane] + s1)
    for t in range(0, _ROUNDS, 8):
        _sha256_round(w, v, t, k[t], 0, 1, 2, 3, 4, 5, 6, 7)
        _sha256_round(w, v, t + 1, k[t + 1], 7, 0, 1, 2, 3, 4, 5, 6)
        _sha256_round(w, v, t + 2, k[t + 2], 6, 7, 0, 1, 2, 3, 4, 5)
        _sha256_round(w, v, t + 3, k[t + 3], 5, 6, 7, 0, 1, 2, 3, 4)
        _sha256_round(w, v, t + 4, k[t + 4], 4, 5, 6, 7, 0, 1, 2, 3)
        _sha256_round(w, v, t + 5, k[t + 5], 3, 4, 5, 6, 7, 0, 1, 2)
        _sha256_round(w, v, t + 6, k[t + 6], 2, 3, 4, 5, 6, 7, 0, 1)
        _sha256_round(w, v, t + 7, k[t + 7], 1, 2, 3, 4, 5, 6, 7, 0)
    for word in range(8):
        for lane in range(LANES):
            v[word, lane] = np.uint32(v[word, lane] + start[word, lane])


@inlined
def _sm3_round(w, v, t, constant, late, a, b, c, d, e, f, g, h):
    """Do one round; see `_sha256_round`."""
    for lane in range(LANES):
        x, y = v[a, lane], v[e, lane]
        turned = _left(x, 12)
        one = _left(np.uint32(turned + y + constant), 7)
        two = np.uint32(one ^ turned)
        odd = x ^ v[b, lane] ^ v[c, lane]
        major = (x & v[b, lane]) | (x & v[c, lane]) | (v[b, lane] & v[c, lane])
        other = y ^ v[f, lane] ^ v[g, lane]
        chosen = (y & v[f, lane]) | (~y & v[g, lane])
        left = np.uint32((major & late) | (odd & ~late))
        right = np.uint32((chosen & late) | (other & ~late))
        last = np.uint32(right + v[h, lane] + one + w[t, lane])
        v[d, lane] = np.uint32(left + v[d, lane] + two + (w[t, lane] ^ w[t + 4, lane]))
        v[b, lane] = _left(v[b, lane], 9)
        v[h, lane] = np.uint32(last ^ _left(last, 9) ^ _left(last, 17))
        v[f, lane] = _left(v[f, lane], 19)


@kernel
def _sm3(w, v, k):
    """Compress one block of every lane; see `_sha256`. `k` are the turned constants."""
    start = v.copy()
    for t in range(16, _WORDS):
        for lane in range(LANES):
            x = np.uint32(w[t - 16, lane] ^ w[t - 9, lane] ^ _left(w[t - 3, lane], 15))
            x = np.uint32(x ^ _left(x, 15) ^ _left(x, 23))
            w[t, lane] = np.uint32(x ^ _left(w[t - 13, lane], 7) ^ w[t - 6, lane])
    for t in range(0, _ROUNDS, 4):
        late = np.uint32(0xFFFFFFFF if t >= 16 else 0)
        _sm3_round(w, v, t, k[t], late, 0, 1, 2, 3, 4, 5, 6, 7)
        _sm3_round(w, v, t + 1, k[t + 1], late, 3, 0, 1, 2, 7, 4, 5, 6)
        _sm3_round(w, v, t + 2, k[t + 2], late, 2, 3, 0, 1, 6, 7, 4, 5)
        _sm3_round(w, v, t + 3, k[t + 3], late, 1, 2, 3, 0, 5, 6, 7, 4)
    for word in range(8):
        for lane in range(LANES):
            v[word, lane] = np.uint32(v[word, lane] ^ start[word, lane])


@kernel
def hmac_short(data, start, size, rows, inner, outer, constants, is_sm3, codes):
    """Write the codes of messages of at most `LONGEST` bytes, uint8 (n, 32).

    Parameters
    ----------
    data
        uint8, the bytes of all messages.
    start, size
        int64 (n,).
    rows
        int64 (m,), which of the messages to take.
    inner, outer
        uint32 (8,), the states after the block of the key.
    constants
        uint32 (64,), of the rounds.
    is_sm3
        Whether the hash is SM3, SHA-256 elsewhere.
    codes
        uint8 (n, 32), written to.
    """
    w = np.zeros((_WORDS, LANES), np.uint32)
    v = np.zeros((8, LANES), np.uint32)
    for begin in range(0, len(rows), LANES):
        count = min(LANES, len(rows) - begin)
        for word in range(16):
            for lane in range(LANES):
                w[word, lane] = 0
        for lane in range(count):
            row = rows[begin + lane]
            at, length = start[row], size[row]
            for place in range(length):
                shift = np.uint32(24 - 8 * (place & 3))
                w[place >> 2, lane] |= np.uint32(np.uint32(data[at + place]) << shift)
            end = np.uint32(24 - 8 * (length & 3))
            w[length >> 2, lane] |= np.uint32(np.uint32(0x80) << end)
            w[15, lane] = np.uint32((64 + length) * 8)
        for word in range(8):
            for lane in range(LANES):
                v[word, lane] = inner[word]
        if is_sm3:
            _sm3(w, v, constants)
        else:
            _sha256(w, v, constants)
        for word in range(8):
            for lane in range(LANES):
                w[word, lane] = v[word, lane]
                w[word + 8, lane] = 0
                v[word, lane] = outer[word]
        for lane in range(LANES):
            w[8, lane] = _END
            w[15, lane] = _DIGEST_BITS
        if is_sm3:
            _sm3(w, v, constants)
        else:
            _sha256(w, v, constants)
        for lane in range(count):
            row = rows[begin + lane]
            for word in range(8):
                for place in range(4):
                    byte = v[word, lane] >> np.uint32(24 - 8 * place)
                    codes[row, 4 * word + place] = byte & 0xFF


@kernel
def keyed(block, state, constants, is_sm3):
    """Return the state after one block of a key, uint32 (8,): the block's 16 words big-endian."""
    w = np.zeros((_WORDS, LANES), np.uint32)
    v = np.zeros((8, LANES), np.uint32)
    for lane in range(LANES):
        for word in range(16):
            w[word, lane] = block[word]
        for word in range(8):
            v[word, lane] = state[word]
    if is_sm3:
        _sm3(w, v, constants)
    else:
        _sha256(w, v, constants)
    return v[:, 0].copy()
