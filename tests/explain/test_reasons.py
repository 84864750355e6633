"""Ranking, against a slow reading of the rule with sorted()."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aitransparency.errors import InputError
from aitransparency.explain.reasons import rank

AMOUNTS = st.floats(-100, 100).map(lambda x: round(x, 6))


def by_hand(row, top):
    """Return the rule for one person, in plain Python."""
    total = sum(abs(v) for v in row)
    if not total:
        return []
    order = sorted(range(len(row)), key=lambda j: (-round(abs(row[j]) / total * 1e9), j))[:top]
    return [j for j in order if abs(row[j]) / total >= 0.005]


@given(
    arrays(np.float64, st.tuples(st.integers(0, 6), st.integers(1, 9)), elements=AMOUNTS),
    st.integers(1, 6),
)
def test_the_rule(values, top):
    found = rank(values, top)
    for at, row in enumerate(values.tolist()):
        total = sum(map(abs, row))
        mine = [j for j in found.order[at].tolist() if j >= 0]
        if total and any(abs(abs(v) / total - 0.005) < 1e-8 for v in row):
            continue  # on the edge of a reason
        assert mine == by_hand(row, top)
        listed = sum(row[j] for j in mine)
        assert found.rest[at] == pytest.approx(sum(row) - listed, abs=1e-9)
        assert found.rest_count[at] == len(row) - len(mine)
        if total:
            covered = sum(abs(row[j]) for j in mine) / total
            assert found.coverage[at] == pytest.approx(covered)
        for place, j in enumerate(mine):
            assert found.amounts[at, place] == row[j]
            share = abs(row[j]) / total
            if min(abs(share - 0.10), abs(share - 0.25)) > 1e-8:
                assert found.strength[at, place] == (share >= 0.10) + (share >= 0.25)


def test_ties_go_by_column_and_noise_decides_nothing():
    assert rank(np.array([[1.0, -1.0, 1.0]]), 2).order.tolist() == [[0, 1]]
    assert rank(np.array([[1.0, -1.0 - 1e-13, 1.0]]), 2).order.tolist() == [[0, 1]]


def test_nothing_counts():
    found = rank(np.zeros((1, 3)), 2)
    assert found.order.tolist() == [[-1, -1]]
    assert found.coverage.tolist() == [1.0]


@pytest.mark.parametrize(
    ("values", "top", "words"),
    [(np.ones((1, 2)), 0, "top"), (np.array([[1.0, 2.0], [np.nan, 1.0]]), 1, "row 1")],
)
def test_wrong_use(values, top, words):
    with pytest.raises(InputError, match=words):
        rank(values, top)
