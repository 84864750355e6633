"""Models for named entities that a user brings: spaCy, stanza, transformers, GLiNER, LAC.

A model is loaded from a folder on this machine, never downloaded. Its labels become our entities
(``labels.toml``) and its mentions go through the same rule as every other find: the stronger stays,
then the longer.

>>> from aitransparency.deid.ner.model import Mention, NerModel
>>> def knows_zhang(texts):
...     return [[Mention(0, 2, "PER", 0.9)] if text.startswith("张三") else [] for text in texts]
>>> model = NerModel("made up", ("PERSON",), knows_zhang)
>>> from aitransparency.deid.presidio import analyzer
>>> [one.entity_type for one in analyzer(ner=model).analyze("张三来了", language="zh")]
['PERSON']
"""

from __future__ import annotations

from aitransparency.deid.ner.load import load
from aitransparency.deid.ner.model import Mention, NerModel

__all__ = ["Mention", "NerModel", "load"]
