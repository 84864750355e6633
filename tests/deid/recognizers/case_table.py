"""Run a table of cases: a text, what `find` gives as (entity, text of the span), and the reason.

A number in the table is not a real person's: it comes from a published sample, or was computed by
the rule by hand or with a peer.
"""

import pytest

from aitransparency import deid
from aitransparency.deid.recognizers import ALL

PLACES = (
    "{}",
    "甲{}乙",
    "，{}。",
    "\n{}\n",
    "（{}）",
    "{}，",
    "见{}",
    "早上{}\t晚",
    "“{}”",
    "{}；",
)


IDENTIFIERS = [one.entity for one in ALL]  # names and addresses have tests of their own


def spans(text, **arguments):
    found = deid.find(text, entities=IDENTIFIERS, **arguments)
    return [(span.entity, text[span.start : span.end]) for span in found]


def table(cases):
    """Return a test of the cases."""

    @pytest.mark.parametrize(("text", "expected", "reason"), cases)
    def test_cases(text, expected, reason):
        assert spans(text) == expected, reason

    return test_cases


def everywhere(entity, numbers, before="", **arguments):
    """Return a test that finds every number in every place of a text."""

    @pytest.mark.parametrize("number", numbers)
    def test_everywhere(number):
        for place in PLACES:
            text = place.format(before + number)
            assert (entity, number) in spans(text, **arguments), text

    return test_everywhere
