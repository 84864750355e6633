"""Every technique says in both languages what it is, what it keeps and what it does to the risk."""

from __future__ import annotations

import pytest

from aitransparency.deid.techniques import TECHNIQUES, describe
from aitransparency.errors import InputError


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(TECHNIQUES))
def test_words(name: str, language: str) -> None:
    words = describe(TECHNIQUES[name], language)
    assert set(words) == {"name", "family", "keeps", "risk", "reversible"}
    assert all(words.values())


def test_another_language_is_an_error() -> None:
    with pytest.raises(InputError, match="fr"):
        describe(TECHNIQUES["Mask"], "fr")
