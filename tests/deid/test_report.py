"""The report: it counts and never quotes, and can be checked later."""

from __future__ import annotations

import html.parser
import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest

from aitransparency import deid
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.report import Report, SourceDigest, check_report
from aitransparency.deid.report.blocks import Bars, words_of
from aitransparency.deid.report.content import content, entity_names
from aitransparency.deid.report.model import bands, risk_figures
from aitransparency.deid.report.page import _chart
from aitransparency.deid.report.risk_content import level_name
from aitransparency.deid.risk import guess_masked, link
from aitransparency.deid.techniques import TECHNIQUES, Keep, Mask, Pseudonymize, Scan
from aitransparency.errors import FileFormatError, InputError

KEY = deid.Key(bytes(range(32)))
PHONES = [f"138{number:08d}" for number in range(1, 61)]
FRAME = pa.table(
    {
        "手机号": PHONES,
        "性别": ["男", "女"] * 30,
        "年龄": [20 + number // 10 for number in range(60)],
        "病": [("流感", "胃炎", "骨折")[number % 3] for number in range(60)],
        "备注": [f"请回拨{phone}" for phone in PHONES[:6]] + ["无"] * 54,
        "<b>|x": ["a"] * 60,
    }
)
PLAN = Plan(
    {
        "手机号": ColumnPlan(Mask(), "direct", "CN_MOBILE_PHONE"),
        "性别": ColumnPlan(Keep(), "quasi"),
        "年龄": ColumnPlan(Keep(), "quasi"),
        "病": ColumnPlan(Keep(), "sensitive"),
        "备注": ColumnPlan(Scan(), "text"),
        "<b>|x": Keep(),
    }
)
PLAN_OF_FILES = Plan({"手机号": PLAN["手机号"], "性别": Keep()})


@pytest.fixture(scope="module")
def report() -> Report:
    result = deid.deidentify(FRAME, PLAN, key=KEY)
    measured = deid.risk(
        result.data, quasi_identifiers=["性别", "年龄"], sensitive=["病"], population=600
    )
    return (
        result.report.with_risk(measured)
        .with_grade(deid.grade(direct_left=(), risk=measured, sharing="controlled"))
        .with_attacks(
            linkage=link(FRAME, result.data, columns=["性别", "年龄"]),
            guesses={"手机号": guess_masked(FRAME, result.data, "手机号")},
        )
    )


def schema() -> dict[str, object]:
    return json.loads(
        files("aitransparency.deid.report").joinpath("report.schema.json").read_text("utf-8")
    )


def test_json_follows_the_schema(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for one in (report, Report(0, (), None, "0", "0"), deid.deidentify("无").report):
        jsonschema.validate(json.loads(one.to_json()), schema())
        jsonschema.validate(json.loads(one.to_json(key=KEY)), schema())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_value_is_anywhere_in_it(report: Report, language: str) -> None:
    texts = [report.to_json(key=KEY), report.to_html(language), report.to_markdown(language)]
    for text in [*texts, repr(report), report._repr_html_()]:
        for value in (*PHONES, "流感", "胃炎", "请回拨"):
            assert value not in text
        assert not re.search(r"(?<![0-9a-f])1[3-9][0-9]{9}(?![0-9a-f])", text)


def test_small_counts_are_hidden() -> None:
    frame = pa.table({"备注": [f"请回拨{PHONES[0]}"] * 4 + ["无", None]})
    made = deid.deidentify(frame, Plan({"备注": Scan()})).report
    told = json.loads(made.to_json())
    assert told["columns"][0]["finds"] == {"CN_MOBILE_PHONE": "<5"}
    assert told["columns"][0]["nulls"] == "<5"
    assert made.columns[0].finds == {"CN_MOBILE_PHONE": 4}  # exact for who has the data
    assert "&lt;5" in made.to_html("en")
    assert "手机号 4" not in made.to_markdown("zh")


@pytest.mark.parametrize(
    ("sizes", "expected", "reason"),
    [
        ({1: 7, 2: 5, 60: 1}, [("1", 7), ("2", 10), ("50+", 60)], "nothing is small"),
        ({1: 3, 2: 5, 60: 1}, [("1-2", 13), ("50+", 60)], "the first joins the second"),
        ({2: 1, 3: 1, 60: 1}, [("1", 0), ("2-4", 5), ("50+", 60)], "two small ones are joined"),
        ({4: 1, 60: 1}, [("1", 0), ("2", 0), ("3+", 64)], "joined until it is small no more"),
        ({1: 2}, [("1+", 2)], "everything is small"),
    ],
)
def test_no_small_band_can_be_reckoned_back(sizes, expected, reason) -> None:
    made = bands(sizes)
    assert sum(records for _, records in made) == sum(size * n for size, n in sizes.items())
    assert len(made) == 1 or not any(0 < records < 5 for _, records in made), reason
    assert [band for band in made if band[1] or band in expected] == expected, reason


def test_exact_counts_of_the_population_are_hidden_where_small() -> None:
    people = pa.table({"a": [*"abc", *"xxyyzz"]})
    sample = pa.table({"a": [*"abc", "x", "q"]})
    found = deid.risk(sample, quasi_identifiers=["a"], population=people)
    assert (found.population.uniques["counted"], found.population.outside) == (3, 1)
    told = risk_figures(found)["population"]
    assert (told["uniques"], told["outside"]) == ({"counted": "<5"}, "<5")
    made = Report(5, (), None, "0", "0").with_risk(found)
    jsonschema.validate(json.loads(made.to_json()), schema())


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("width 10", "每 10 一段", "bands of 10"),
        (
            "width 50, from 1000 on one",
            "每 50 一段，1000 以上合并",
            "bands of 50, one from 1000 on",
        ),
        ("first 4", "前 4 位", "first 4 characters"),
        ("level 2", "第 2 层", "level 2"),
        ("district", "区县", "district"),
        ("*", "全部合并", "all as one"),
    ],
)
def test_levels_are_named_in_both_languages(name: str, zh: str, en: str) -> None:
    assert (level_name(name, words_of("zh")), level_name(name, words_of("en"))) == (zh, en)


def test_a_job_over_files_tells_of_each(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(52):
        text = f"手机号,性别\n{PHONES[number]},男\n"
        (tmp_path / "in" / f"{number:02d}.csv").write_bytes(text.encode("gb18030"))
    made = deid.deidentify_file(tmp_path / "in", tmp_path / "out", plan=PLAN_OF_FILES, key=KEY)
    shown = made.to_markdown("zh")
    assert "| 00.csv | csv | gb18030 | 1 | 1 | 0 | 0 |" in shown
    assert "| 49.csv |" in shown
    assert "| 50.csv |" not in shown
    assert "另有 2 个文件" in shown
    assert "File by file" in made.to_html("en")


def test_a_long_name_of_a_bar_is_cut_and_told_whole() -> None:
    long = "unified social credit identifier of the row"
    chart = _chart(Bars("title", ("a", "b"), ((long, 7.0, "7"),)))
    shown = re.findall(r'class="name">([^<]*)<', chart)
    assert shown[0].endswith("…")
    assert f'aria-label="{long} 7"' in chart


class _Page(html.parser.HTMLParser):
    """Collects tags and attributes, and checks that tags are closed in order."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_well_formed_and_safe_to_open(report: Report, language: str) -> None:
    text = report.to_html(language)
    page = _Page()
    page.feed(text)
    assert page.open == []
    names = {(tag, name) for tag, name, _ in page.attributes}
    assert not [one for one in names if one[1] == "style" or one[1].startswith("on")]
    assert not [one for one in names if one[1] in ("src", "href")]
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text
    assert "&lt;b&gt;|x" in text  # a column's name is text and no tag
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    pointed = {value for _, name, value in page.attributes if name == "aria-labelledby"}
    assert pointed <= set(ids)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_markdown_keeps_its_tables(report: Report, language: str) -> None:
    lines = report.to_markdown(language).splitlines()
    width = None
    for line in lines:
        if not line.startswith("|"):
            width = None
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert width in (None, cells), line
        width = cells
    assert any("\\|x" in line for line in lines)


def test_both_languages_say_the_same_figures(report: Report) -> None:
    zh, en = (content(report, language) for language in ("zh", "en"))
    assert [one.id for one in zh.sections] == [one.id for one in en.sections]
    for left, right in zip(zh.sections, en.sections, strict=True):
        assert len(left.blocks) == len(right.blocks), left.id
    assert [figure for figure, _ in zh.summary][2:] == [figure for figure, _ in en.summary][2:]


def _shape(words):
    if isinstance(words, dict):
        return {name: _shape(value) for name, value in words.items()}
    if isinstance(words, list):
        return len(words)
    return sorted(set(re.findall(r"{(\w+)}", words)))


def test_the_words_of_both_languages_have_the_same_places() -> None:
    assert _shape(words_of("zh")) == _shape(words_of("en"))
    assert set(entity_names("zh")) == set(entity_names("en"))
    for language in ("zh", "en"):
        words = words_of(language)
        assert set(TECHNIQUES) <= set(words["technique"])
        assert set(TECHNIQUES) <= set(words["clause"])


def test_every_entity_has_a_name() -> None:
    from aitransparency.deid.entities import ENTITIES

    assert set(ENTITIES) <= set(entity_names("zh"))


def test_an_unknown_language_is_refused(report: Report) -> None:
    with pytest.raises(InputError, match="'zh' or 'en'"):
        report.to_html("fr")


def test_what_was_not_done_is_said() -> None:
    bare = deid.deidentify(FRAME, PLAN, key=KEY, verify=False).report
    text = bare.to_markdown("en")
    for words in ("Verification was not done", "was not measured", "No attack was tried"):
        assert words in text
    assert "Whether an original identifier is left" in text


def results(text: str, **arguments: object) -> dict[str, str]:
    return {one.what: one.result for one in check_report(text, **arguments)}


def test_a_report_is_checked_against_plan_key_and_source(report: Report) -> None:
    text = report.to_json(key=KEY)
    good = results(text, plan=PLAN, key=KEY, source=FRAME)
    assert good == dict.fromkeys(("whole", "leaks", "seal", "plan", "key", "source"), "same")
    other = Plan.loads(PLAN.dumps())
    other["备注"] = Keep()
    key = deid.Key(bytes(32))
    changed = FRAME.set_column(1, "性别", pa.array(["女", "男"] * 30))
    bad = results(text, plan=other, key=key, source=changed)
    assert bad == {
        "whole": "same",
        "leaks": "same",
        "seal": "differs",
        "plan": "differs",
        "key": "differs",
        "source": "differs",
    }


def test_the_plans_key_id_is_no_part_of_its_fingerprint(report: Report) -> None:
    noted = Plan.loads(PLAN.dumps())
    noted.key_id = KEY.id
    assert results(report.to_json(), plan=noted)["plan"] == "same"


@pytest.mark.parametrize(
    ("old", "new"),
    [('"rows": 60', '"rows": 61'), ('"k": 5', '"k": 50'), ('"leaks": {}', '"leaks": {"备注": 1}')],
)
def test_a_changed_report_is_seen(report: Report, old: str, new: str) -> None:
    text = report.to_json(key=KEY)
    assert old in text
    told = results(text.replace(old, new, 1), key=KEY)
    assert (told["whole"], told["seal"]) == ("differs", "differs")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[]", "no report of schema"),
        ('{"schema": "x"}', "no report of schema"),
        ('{"schema": "aitransparency/deid-report/1"}', "'version' is missing"),
    ],
)
def test_what_is_no_report_is_refused(text: str, words: str) -> None:
    with pytest.raises(FileFormatError, match=words):
        check_report(text)


def test_the_sources_fingerprint_depends_on_values_alone() -> None:
    def digest(table: pa.Table, size: int, key: deid.Key | None = KEY):
        made = SourceDigest(key)
        for batch in table.to_batches(max_chunksize=size):
            made.update(batch)
        return made.result()

    whole = digest(FRAME, 1_000)
    assert whole == digest(FRAME, 7)
    assert whole["algorithm"] == "hmac-sha256"
    assert whole != digest(FRAME, 1_000, deid.Key(bytes(32)))
    null = pa.table({"a": pa.array(["x", None])})
    empty = pa.table({"a": pa.array(["x", ""])})
    moved = pa.table({"a": pa.array([None, "x"])})
    assert len({digest(one, 10)["digest"] for one in (null, empty, moved)}) == 3
    assert digest(FRAME, 1_000, None) is None  # 60 rows could be guessed
    assert digest(pa.concat_tables([FRAME] * 2), 1_000, None)["algorithm"] == "sha256"


def test_a_pseudonymised_table_says_that_no_two_people_share_a_pseudonym() -> None:
    lines = Plan({"p": ColumnPlan(Pseudonymize(), "direct", "CN_MOBILE_PHONE")})
    made = deid.deidentify(pa.table({"p": PHONES}), lines, key=KEY).report
    assert "No two people share a pseudonym." in made.to_markdown("en")
