"""Canonical spellings: compiled loops agree with regular expressions and arrays."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency.deid import forms
from aitransparency.deid.techniques import Mask
from aitransparency.deid.techniques.base import Place

ALPHABETS = {
    "EMAIL_ADDRESS": "aB@.1 é中_\u3000",
    "PERSON": "张三丰一龥〇a·",
    "CN_RESIDENT_ID": "0123456789Xx",
    "CN_MOBILE_PHONE": "1358",
    "CN_BANK_CARD": "01-",
}
SIZES = (0, 1, 2, 3, 4, 5, 11, 15, 16, 18, 19)


def texts(entity: str) -> st.SearchStrategy[str]:
    letters = st.sampled_from(ALPHABETS[entity])
    return st.sampled_from(SIZES).flatmap(
        lambda size: st.lists(letters, min_size=size, max_size=size).map("".join)
    )


@pytest.mark.parametrize("entity", ALPHABETS)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_loops_and_arrays_spell_and_fit_alike(entity, data):
    cells = data.draw(st.lists(texts(entity) | st.none(), max_size=12))
    values = pa.array(cells, pa.large_string())
    made = []
    for much in (False, True):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(forms, "pays", lambda size, much=much: much)
            spelled, fit = forms.spell_and_fit(values, entity)
            masked = Mask().apply(values, Place("column", entity)).values
            made.append((spelled.to_pylist(), fit.tolist(), masked.to_pylist()))
    assert made[0] == made[1]


MAILS = [
    ("a@b.cn", "a***@b.cn", "one character before the mark"),
    ("zhang.san@example.com", "z***@example.com", "usual"),
    ("Zhang@Example.COM", "z***@example.com", "small letters first: not canonical"),
    ("a b@c.d", "a***@c.d", "blanks go"),
]


@pytest.mark.parametrize("character", ["*", "口", "\\"])
def test_mail_is_masked_around_its_mark(character, monkeypatch):
    monkeypatch.setattr(forms, "pays", lambda size: True)
    for text, expected, reason in MAILS:
        made = Mask(character=character).apply(pa.array([text]), Place("m", "EMAIL_ADDRESS"))
        assert made.values.to_pylist() == [expected.replace("*", character)], reason


@settings(max_examples=200, deadline=None)
@given(st.lists(texts("EMAIL_ADDRESS"), min_size=1, max_size=12))
def test_what_is_around_a_mark_is_what_the_expressions_say(cells):
    """What loops call canonical is its own spelling, fits, and is masked by the rule."""
    form = forms.form_of("EMAIL_ADDRESS")
    values = pa.array(cells, pa.large_string())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forms, "pays", lambda size: True)
        good = values.filter(pa.array(forms.in_layout(values, form)))
        made = Mask().apply(good, Place("m", "EMAIL_ADDRESS")).values.to_pylist()
    assert forms._spell_all(good, form).to_pylist() == good.to_pylist()
    assert pc.all(pc.match_substring_regex(good, f"^(?:{form.shape})$")).as_py() is not False
    pattern, replacement = form.mask
    expected = pc.replace_substring_regex(good, f"(?s){pattern}", replacement)
    assert made == expected.to_pylist()
