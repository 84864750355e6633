"""The demo's second half: one real decision, explained to the person it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from aitransparency.demo import loans


def steps(out: Path) -> Iterator[str]:
    """Do the work, naming each step before it is done.

    Parameters
    ----------
    out
        An existing folder; card-zh, card-en, notice-zh and notice-en are written there as .html,
        .md, .txt and .json (the notice's JSON holds both languages), and notice-profile.toml.
    """
    from aitransparency import explain
    from aitransparency.explain.proxies import as_approximated

    yield "training a model of 1,989 mortgage decisions"
    table, approved = loans.applications()
    protected = loans.protected()
    rows = table.to_pandas()
    model = loans.model().fit(rows, approved)

    yield "preparing the explanation"
    data = resources.files("aitransparency.demo").joinpath("data")
    features = explain.Features.loads(data.joinpath("loans.toml").read_text("utf-8"))
    said = data.joinpath("loans-notice.toml").read_text("utf-8")
    profile = explain.Profile.loads(said)
    decision = explain.Decision(
        labels={0: "未通过", 1: "通过"},
        labels_en={0: "not approved", 1: "approved"},
        favourable=1,
        threshold=0.5,
    )
    approximated = as_approximated(explain.stand_ins(table, protected), features, features)
    system = replace(profile.system(), approximated=approximated)
    explainer = explain.Explainer(model, rows, features=features, decision=decision, system=system)

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

    yield "measuring the whole model for the public notice"
    for name, values in zip(protected.column_names, protected.columns, strict=True):
        table = table.append_column(name, values)
    notice = explainer.notice(profile, table, approved)
    (out / "notice-profile.toml").write_text(said, encoding="utf-8")
    (out / "notice.json").write_text(notice.to_json(), encoding="utf-8")
    for language in ("zh", "en"):
        for suffix, text in (
            ("html", notice.to_html(language)),
            ("md", notice.to_markdown(language)),
            ("txt", notice.to_text(language)),
        ):
            (out / f"notice-{language}.{suffix}").write_text(text, encoding="utf-8")
