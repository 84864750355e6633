"""The catalogue: what is drafted, what is read back, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aitransparency.errors import ColumnNotFoundError, FileFormatError, InputError, WordingError
from aitransparency.explain import Feature, Features, wording
from aitransparency.explain.features import category_key

FULL = Features.of(
    Feature(
        "age", code="A", label={"zh": "年龄", "en": "age"}, unit={"zh": "岁", "en": "year|years"}
    ),
    Feature(
        "home",
        code="B",
        label={"zh": "住房", "en": "home"},
        categories={"own": {"zh": "自有", "en": "owned"}, "rent": {"zh": "租住", "en": "rented"}},
        actionable="up",
        wording={"for": {"zh": "住房：{value}", "en": "Home: {value}"}},
        source={"zh": "申请表"},
    ),
    Feature("sex", code="C", protected=True, immutable=True, scale=0.001, decimals=2),
    strict=True,
)


def test_a_catalogue_comes_back_from_its_file_as_it_was(tmp_path):
    path = tmp_path / "features.toml"
    FULL.save(path)
    again = Features.load(path)
    assert again.entries == FULL.entries
    assert again.strict
    assert again.dumps() == FULL.dumps()


@pytest.mark.parametrize("name", ["a.b", 'quo"te', "行", "new\nline", "del\x7f", ""])
def test_any_column_name_survives_the_file(name):
    features = Features.of(Feature(name, code="1", label={"zh": name}))
    assert Features.loads(features.dumps()).entries == features.entries


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("[feature.a", FileFormatError, "features"),
        (
            '[feature.a]\nlable = "x"',
            InputError,
            "feature.a.lable: no such key; did you mean 'label'",
        ),
        ("[feature.a]\ndecimals = true", InputError, "feature.a.decimals: wrong kind"),
        ("[feature.a]\nlabel = 3", InputError, "feature.a.label"),
        ("[feature.a]\nlabel = {fr = 'x'}", InputError, "no such key"),
        ("[feature.a]\nactionable = 'maybe'", InputError, "actionable"),
        ("[feature.a]\nscale = 0", InputError, "scale"),
        ("[feature.a]\ngroup = 'g'", InputError, "no such group"),
        ("[feature.a]\ncode='1'\n[feature.b]\ncode='1'", InputError, "two features have the code"),
        ("version = 2", InputError, "version"),
        ("feature = 3", InputError, "feature is a table"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text, error, words):
    with pytest.raises(error, match=words):
        Features.loads(text)


def test_a_draft_lists_shared_categories_and_nobodys_own_text():
    frame = pd.DataFrame(
        {
            "amount": np.linspace(0, 50_000, 60),
            "rate": np.linspace(0, 1, 60),
            "count": range(60),
            "home": ["own"] * 40 + ["rent"] * 16 + ["castle"] * 4,
            "name": [f"person {i}" for i in range(60)],
            "old": [True, False] * 30,
        }
    )
    drafted = Features.from_frame(frame)
    assert [entry.code for entry in drafted] == ["F01", "F02", "F03", "F04", "F05", "F06"]
    assert list(drafted["home"].categories) == ["own", "rent"]  # castle: fewer than five people
    assert drafted["name"].categories == {}
    assert list(drafted["old"].categories) == ["false", "true"]
    assert [drafted[name].decimals for name in ("amount", "rate", "count")] == [0, 3, 0]


def test_a_field_is_replaced_and_a_wrong_name_refused():
    assert FULL.replace("age", actionable="up")["age"].actionable == "up"
    with pytest.raises(ColumnNotFoundError, match="did you mean 'age'"):
        FULL.replace("agee", actionable="up")
    with pytest.raises(InputError, match="no field 'colour'"):
        FULL.replace("age", colour="up")


@pytest.mark.parametrize(
    ("value", "key"),
    [(True, "true"), (np.bool_(False), "false"), (2.0, "2"), (2.5, "2.5"), ("x", "x")],
)
def test_category_keys(value, key):
    assert category_key(value) == key


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (FULL, "1 columns of the model are not in the catalogue"),
        (Features.of(Feature("age", label={"zh": "年龄"}), strict=True), "code is missing"),
        (Features.of(Feature("age", code="1"), strict=True), "label is missing"),
        (
            Features.of(Feature("age", code="1", label={"en": "age"}), strict=True),
            "label is missing",
        ),
        (Features.of(Feature("age", label={"zh": "年龄特征"})), "'特征' may not stand"),
        (Features.of(Feature("age", categories={"1": {"zh": "因为老"}})), "'因为' may not stand"),
        (
            Features.of(Feature("age", wording={"for": {"zh": "年龄造成通过"}})),
            "wording.for: '造成' may not stand",
        ),
        (Features.of(Feature("age", wording={"for": {"zh": "{score}"}})), "can be filled in"),
        (Features.of(Feature("age", wording={"for": {"zh": "{value.__class__}"}})), "filled in"),
        (Features.of(Feature("age", wording={"for": {"zh": "{value"}})), "not closed"),
    ],
)
def test_words_that_break_a_rule_stop_a_card(features, words):
    with pytest.raises(WordingError, match=words):
        wording.check(features, ("age", "income") if features is FULL else ("age",), "zh")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It led to a refusal", "en"),
        ("because of age", "en"),
        ("the SHAP value", "en"),
        ("shap", "en"),
        ("Log-odds", "en"),
        ("对数几率", "zh"),
        ("贡献值", "zh"),
        ("权重高", "zh"),
    ],
)
def test_banned_words(text, language):
    with pytest.raises(WordingError):
        wording.refuse_banned(text, language, "here")


@pytest.mark.parametrize("text", ["featured artist", "shape", "hardworking", "baselines"])
def test_words_that_only_look_banned_pass(text):
    wording.refuse_banned(text, "en", "here")
