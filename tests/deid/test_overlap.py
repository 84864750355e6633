"""The array way of deciding overlaps against the rule, taken find by find."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aitransparency.deid.scan.overlap import best, stays

FIND = st.builds(
    lambda start, size, entity, percent: (start, start + size, entity, percent),
    st.integers(0, 30),
    st.integers(1, 8),
    st.integers(0, 3),
    st.sampled_from([4000, 5000, 9000]),
)


def by_the_rule(finds):
    """Take the best find, drop what it touches, and go on (the docstring of `scan.overlap`)."""
    left, taken = set(finds), []
    while left:
        first = min(left, key=lambda f: (-f[3], f[0] - f[1], f[2], f[0]))
        taken.append(first)
        left = {one for one in left if one[1] <= first[0] or one[0] >= first[1]}
    return sorted(taken)


@given(st.lists(FIND, max_size=25, unique=True))
def test_both_ways_follow_the_rule(finds):
    expected = by_the_rule(finds)
    assert best(finds) == expected
    columns = np.array(finds, np.int64).reshape(-1, 4).T
    kept = stays(columns[0], columns[1], columns[2].astype(np.uint8), columns[3])
    assert [finds[at] for at in kept] == expected
