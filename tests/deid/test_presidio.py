"""The Presidio path gives what the array path gives."""

from itertools import groupby

import pytest
from generated_texts import texts
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

from aitransparency import deid
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.presidio import PlainNlpEngine


def by_row(spans):
    rows = {}
    for row, group in groupby(spans, key=lambda span: span.row):
        rows[row] = [tuple(span[1:]) for span in group]
    return rows


def presidio(engine, text, **arguments):
    results = engine.analyze(text, language="zh", **arguments)
    return sorted((one.start, one.end, one.entity_type, one.score) for one in results)


def test_both_paths_agree_on_20_000_texts():
    sample = texts(20_000)
    expected = by_row(deid.find(sample))
    engine = deid.analyzer()
    assert sum(map(len, expected.values())) > 15_000
    for row, text in enumerate(sample):
        assert presidio(engine, text) == expected.get(row, []), row


@pytest.mark.parametrize("score", [0.0, 0.3, 0.9])
def test_both_paths_agree_at_any_score(score):
    sample = texts(300, seed=7)
    expected = by_row(deid.find(sample, min_score=score))
    engine = deid.analyzer()
    for row, text in enumerate(sample):
        assert presidio(engine, text, score_threshold=score) == expected.get(row, []), row


def test_both_paths_agree_on_chosen_entities():
    sample = texts(300, seed=8)
    chosen = ["CN_MOBILE_PHONE", "CN_BANK_CARD"]
    expected = by_row(deid.find(sample, entities=chosen))
    engine = deid.analyzer()
    for row, text in enumerate(sample):
        assert presidio(engine, text, entities=chosen) == expected.get(row, []), row


def test_recognizers_join_a_registry_of_ones_own():
    recognizers = deid.recognizers()
    names = [one.supported_entities[0] for one in recognizers]
    assert len(set(names)) == len(names)
    assert set(names) <= set(ENTITIES)
    engine = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=["zh"]),
        nlp_engine=PlainNlpEngine(),
        supported_languages=["zh"],
    )
    assert presidio(engine, "手机13800138000", score_threshold=0.5) == [
        (2, 13, "CN_MOBILE_PHONE", 0.98)
    ]


@pytest.mark.parametrize("recognizer", deid.recognizers(), ids=lambda one: one.name)
def test_every_recognizer_works_alone(recognizer):
    (entity,) = recognizer.supported_entities
    engine = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=[recognizer], supported_languages=["zh"]),
        nlp_engine=PlainNlpEngine(),
        supported_languages=["zh"],
    )
    sample = texts(60, seed=9)
    expected = by_row(deid.find(sample, entities=[entity]))
    for row, text in enumerate(sample):
        assert presidio(engine, text, score_threshold=0.5) == expected.get(row, []), row


def test_an_explanation_never_quotes():
    (result,) = deid.analyzer().analyze(
        "手机13800138000", language="zh", return_decision_process=True
    )
    assert "13800138000" not in str(result.analysis_explanation)
