"""The same finds through presidio-analyzer: recognizers for its registry, and a ready engine.

Nothing is downloaded: the engine's language model is none, for the words around a number are
weighed here (`scan.words`).

>>> [one.entity_type for one in analyzer().analyze("电话13800138000", language="zh")]
['CN_MOBILE_PHONE']
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from presidio_analyzer import (
    AnalysisExplanation,
    AnalyzerEngine,
    EntityRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from aitransparency.deid.find import find_column, text_column
from aitransparency.deid.sources import findable
from aitransparency.deid.spans import Spans

if TYPE_CHECKING:
    from aitransparency.deid.ner import NerModel

    Ner = str | os.PathLike[str] | NerModel

LANGUAGE = "zh"
_MIN_SCORE = 0.5


class SpanRecognizer(EntityRecognizer):
    """`aitransparency.deid.find` as a Presidio recognizer.

    Parameters
    ----------
    entities
        What it looks for.
    language
        The language it is registered for.
    min_score
        Least score of its results.
    ner
        Models for named entities that look for spans too; see `deid.ner`.
    """

    def __init__(
        self,
        entities: Iterable[str],
        *,
        language: str = LANGUAGE,
        min_score: float = 0.0,
        ner: Sequence[NerModel] = (),
    ) -> None:
        names = list(entities)
        self.name: str = f"aitransparency {names[0] if len(names) == 1 else 'identifiers'}"
        self._min_score = min_score
        self._sources = tuple(model.source for model in ner)
        super().__init__(
            supported_entities=names,
            supported_language=language,
            name=self.name,
        )

    def load(self) -> None:
        """Do nothing: the tables load with the first text."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the finds of `find` in a text."""
        wanted = [name for name in self.supported_entities if not entities or name in entities]
        if not wanted:
            return []
        return [
            RecognizerResult(
                entity_type=span.entity,
                start=span.start,
                end=span.end,
                score=span.score,
                analysis_explanation=AnalysisExplanation(
                    recognizer=self.name,
                    original_score=span.score,
                    textual_explanation="form, check and the words around",
                ),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for span in self._find(text, wanted)
        ]

    def _find(self, text: str, wanted: list[str]) -> Spans:
        column = text_column(text)
        found = find_column(column, entities=wanted, min_score=self._min_score, more=self._sources)
        return Spans.from_candidates(column, found)


class PlainNlpEngine(NlpEngine):
    """An engine without a model: it gives no tokens, lemmas or entities.

    Parameters
    ----------
    languages
        The languages it lets pass.
    """

    engine_name = "aitransparency-plain"
    is_available = True

    def __init__(self, languages: Iterable[str] = (LANGUAGE,)) -> None:
        self._languages = list(languages)

    def load(self) -> None:
        """Do nothing."""

    def is_loaded(self) -> bool:
        """Return True."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return empty artifacts."""
        nothing: Any = []  # typed as a spaCy Doc, which only a model makes
        return NlpArtifacts([], nothing, [], [], self, language)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **kwargs: Any,  # as the base class has it
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Return every text with empty artifacts."""
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Return False: no word lists are loaded."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Return whether the word has no letter and no digit."""
        return not any(character.isalnum() for character in word)

    def get_supported_entities(self) -> list[str]:
        """Return none: the engine itself finds nothing."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the languages it lets pass."""
        return list(self._languages)


def recognizers(language: str = LANGUAGE) -> list[EntityRecognizer]:
    """Return a recognizer for every entity, to add to a Presidio registry you already have.

    Parameters
    ----------
    language
        The language to register them for.

    Notes
    -----
    Each works alone and knows nothing of the others: where finds of two entities overlap, both are
    reported. `analyzer` decides such cases as `find` does.
    """
    return [SpanRecognizer([entity], language=language) for entity in findable()]


def analyzer(ner: Ner | Sequence[Ner] = ()) -> AnalyzerEngine:
    """Return an engine for ``language="zh"`` that finds what `find` finds, at a score of 0.5 on.

    Parameters
    ----------
    ner
        Models for named entities that look for spans too: folders of spaCy, stanza, transformers or
        GLiNER models, "lac", or `deid.ner.NerModel`. Nothing is downloaded. Where their mentions
        overlap other finds, the stronger stays, then the longer, as everywhere.

    Raises
    ------
    ModelError, MissingDependencyError
        A folder holds no model that is known, or its library is missing.
    """
    from aitransparency.deid.ner import NerModel, load

    given = [ner] if isinstance(ner, str | os.PathLike | NerModel) else list(ner)
    models = [one if isinstance(one, NerModel) else load(one) for one in given]
    entities = dict.fromkeys([*findable(), *(name for one in models for name in one.entities)])
    registry = RecognizerRegistry(
        recognizers=[SpanRecognizer(entities, ner=models)], supported_languages=[LANGUAGE]
    )
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=PlainNlpEngine(),
        supported_languages=[LANGUAGE],
        default_score_threshold=_MIN_SCORE,
    )
