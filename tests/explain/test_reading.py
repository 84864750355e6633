"""The reader finds nothing on cards as they are made, and something on every card that lies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_cards import cards

from aitransparency.explain.card import Shown
from aitransparency.explain.reading import disagreements


@pytest.fixture(scope="module")
def made():
    return list(cards(240, seed=5, each=24))


def test_random_cards_say_what_their_numbers_say(made):
    found = [
        (at, disagreement) for at, card in enumerate(made) for disagreement in disagreements(card)
    ]
    assert found == []
    assert sum(len(card.reasons) for card in made) > 500
    assert sum(len(card.alternatives) for card in made) > 60
    assert {card.outcome.kind for card in made} == {"probability", "target"}


def lie(card, sentence, other):
    """Return the card with one sentence put for another wherever it stands."""
    sections = tuple(
        replace(one, lines=tuple(other if line == sentence else line for line in one.lines))
        for one in card.sections
    )
    reasons = tuple(
        replace(one, sentence=other) if one.sentence == sentence else one for one in card.reasons
    )
    return replace(card, sections=sections, reasons=reasons)


def moved(card, feature, shown):
    """Return a shown number whose text is that of another, 50,000 of its units away."""
    scale = next(one.scale for one in card.data if one.feature == feature)
    return Shown(shown.value + 50_000 / scale, shown.text)


LIES = [
    ("zh", "有利", "不利", "sign"),
    ("zh", "不利", "有利", "sign"),
    ("zh", "分量重", "分量轻", "strength"),
    ("zh", "分量轻", "分量重", "strength"),
    ("en", "against you", "for you", "sign"),
    ("en", " a lot", " a little", "strength"),
    ("en", "plus", "minus", "sign"),
]


@pytest.mark.parametrize(("language", "word", "other", "found"), LIES)
def test_a_sentence_with_another_word_is_found(made, language, word, other, found):
    told = 0
    for card in made:
        if card.language != language:
            continue
        for reason in card.reasons:
            head, middle, tail = reason.sentence.rpartition(word)
            if not middle or "“" in reason.sentence:
                continue
            wrong = disagreements(lie(card, reason.sentence, head + other + tail))
            assert any(found in one for one in wrong), reason.sentence
            told += 1
    assert told > 3


def test_another_value_amount_rank_or_rest_is_found(made):
    told = 0
    for card in made:
        first, *others = card.reasons or [None]
        if first is None or ("：" not in first.sentence and ":" not in first.sentence):
            continue
        flipped = replace(first, amount=-first.amount)
        assert disagreements(replace(card, reasons=(flipped, *others)))
        read_in_full = first.value.text in first.sentence and first.label in first.sentence
        if isinstance(first.value.value, int | float) and read_in_full:
            changed = replace(first, value=moved(card, first.feature, first.value))
            assert disagreements(replace(card, reasons=(changed, *others))), first
        if len(card.reasons) > 1:
            swapped = (card.reasons[1], first, *card.reasons[2:])
            assert disagreements(replace(card, reasons=swapped))
        if card.rest is not None and card.rest.side:
            assert disagreements(replace(card, rest=replace(card.rest, amount=-card.rest.amount)))
        told += 1
    assert told > 200


def test_a_change_that_reads_otherwise_is_found(made):
    told = 0
    for card in made:
        for option in card.alternatives:
            first, *others = option.changes
            if isinstance(first.after.value, int | float) and "“" not in first.after.text:
                other = replace(first, after=moved(card, first.feature, first.after))
                wrong = replace(option, changes=(other, *others))
                assert disagreements(replace(card, alternatives=(wrong,)))
                told += 1
    assert told > 20
