"""The demo's second half: one real decision, explained to the person it is about."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from aitransparency.demo import loans


def steps(out: Path) -> Iterator[str]:
    """Do the work, naming each step before it is done.

    Parameters
    ----------
    out
        An existing folder; card-zh and card-en are written there as .html, .md, .txt and .json.
    """
    from aitransparency import explain

    yield "training a model of 1,989 mortgage decisions"
    table, approved = loans.applications()
    rows = table.to_pandas()
    model = loans.model().fit(rows, approved)

    yield "preparing the explanation"
    with resources.as_file(
        resources.files("aitransparency.demo").joinpath("data/loans.toml")
    ) as path:
        features = explain.Features.load(path)
    decision = explain.Decision(
        labels={0: "未通过", 1: "通过"},
        labels_en={0: "not approved", 1: "approved"},
        favourable=1,
        threshold=0.5,
    )
    explainer = explain.Explainer(model, rows, features=features, decision=decision)

    yield "explaining one refusal in Chinese and English"
    refused = int(explainer.score(rows).argmin())
    for language in ("zh", "en"):
        card = explainer.explain(rows.iloc[[refused]], language=language)
        for suffix, text in (
            ("html", card.to_html()),
            ("md", card.to_markdown()),
            ("txt", card.to_text()),
            ("json", card.to_json()),
        ):
            (out / f"card-{language}.{suffix}").write_text(text, encoding="utf-8")
