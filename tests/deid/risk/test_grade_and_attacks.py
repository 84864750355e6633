"""The grade, decided by figures and asked of people; attacks, counted by hand."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.risk import guess_masked, link
from aitransparency.deid.risk.grading import QUESTIONS, THRESHOLDS
from aitransparency.deid.risk.hierarchy import hierarchy
from aitransparency.deid.risk.masks import possible
from aitransparency.errors import ColumnNotFoundError, InputError

FIVES = deid.risk(pa.table({"a": ["x"] * 5 + ["y"] * 5}), quasi_identifiers=["a"])  # k = 5
YES = dict.fromkeys(QUESTIONS[1:], "yes")


@pytest.mark.parametrize(
    ("direct", "risk", "sharing", "answers", "level", "reason"),
    [
        (["phone"], FIVES, "enclave", YES, 1, "direct"),
        (["phone"], None, "public", {"aggregated": "yes"}, 1, "direct"),
        ([], None, "public", YES, 2, "unmeasured"),
        ([], FIVES, "public", YES, 2, "above"),
        ([], FIVES, "controlled", YES, 2, "above"),
        ([], FIVES, "enclave", YES, 3, "below"),
        ([], FIVES, "enclave", {}, 3, "below"),
        ([], FIVES, "enclave", YES | {"text_reviewed": "no"}, 2, "doubted"),
        ([], FIVES, "enclave", YES | {"quasi_identifiers_complete": "no"}, 2, "doubted"),
        ([], FIVES, "public", {"aggregated": "yes"}, 4, "aggregated"),
    ],
)
def test_a_grade_follows_from_figures_and_answers(direct, risk, sharing, answers, level, reason):
    found = deid.grade(direct_left=direct, risk=risk, sharing=sharing, answers=answers)
    assert (found.level, found.reason) == (level, reason)
    assert found.threshold == THRESHOLDS[sharing]
    assert set(found.open_questions) == {q for q in QUESTIONS if q not in answers}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_name_their_source_and_claim_nothing(language: str) -> None:
    for answers in ({}, YES, {"aggregated": "yes"}):
        for direct in ((), ("手机",)):
            found = deid.grade(direct_left=direct, risk=FIVES, sharing="enclave", answers=answers)
            text = " ".join(found.text(language))
            assert ("未查阅" if language == "zh" else "was not read") in text
            positive = text.replace("不表示数据已匿名化", "").replace("不表示符合", "")
            positive = positive.replace("does not say that the data are anonymous", "")
            assert "匿名" not in positive
            assert "anonym" not in positive
            assert "complian" not in positive
            assert "合规" not in positive


def test_a_threshold_of_ones_own_is_named_as_such() -> None:
    found = deid.grade(direct_left=(), risk=FIVES, sharing="public", threshold=0.25)
    assert (found.level, found.threshold_source) == (3, "caller")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sharing": "friends"}, "sharing is"),
        ({"answers": {"mood": "yes"}}, "questions are"),
        ({"answers": {"aggregated": "maybe"}}, "answers 'yes'"),
        ({"threshold": 0}, "threshold"),
    ],
)
def test_wrong_use_of_grade(arguments, words) -> None:
    with pytest.raises(InputError, match=words):
        deid.grade(**({"direct_left": (), "risk": None, "sharing": "public"} | arguments))


BEFORE = pa.table({"age": [31, 35, 45, 52], "sex": ["F", "F", "M", "M"]})


@pytest.mark.parametrize(
    ("after", "success", "unique", "reason"),
    [
        ({"age": [31, 35, 45, 52], "sex": ["F", "F", "M", "M"]}, 1.0, 1.0, "nothing was done"),
        (
            {"age": ["[30, 40)", "[30, 40)", "[40, 50)", "[50, 60)"], "sex": ["F", "F", "M", "M"]},
            (0.5 + 0.5 + 1 + 1) / 4,
            0.5,
            "two share an interval",
        ),
        ({"age": ["*"] * 4, "sex": ["*"] * 4}, 0.25, 0.0, "everything fits everything"),
        ({"age": [None] * 4, "sex": ["F", "F", "M", "M"]}, 0.5, 0.0, "two of each sex"),
        ({"age": ["3*", "3*", "4*", "5*"], "sex": ["*"] * 4}, 0.75, 0.5, "masks"),
        ({"age": [52, 45, 35, 31], "sex": ["M", "M", "F", "F"]}, 0.0, 0.0, "rows were exchanged"),
    ],
)
def test_linkage_by_hand(after, success, unique, reason) -> None:
    found = link(BEFORE, pa.table(after), columns=["age", "sex"])
    assert (found.tried, found.by_chance) == (4, 0.25)
    assert found.success == pytest.approx(success), reason
    assert found.unique == pytest.approx(unique), reason


@pytest.mark.parametrize("shown", [["1990-05", "1991-05"], ["1990-1994", "1991-1999"]])
def test_days_are_linked_through_months_and_years(shown: list[str]) -> None:
    before = pa.table({"born": ["1990-05-06", "1995-05-06"]})
    after = pa.table({"born": [shown[0], shown[1].replace("1991-05", "1995-05")]})
    assert link(before, after, columns=["born"]).success == 1.0


@pytest.mark.parametrize(
    ("shown", "success", "reason"),
    [
        (["1990Q2", "1990Q2", "1991Q1", "1992Q1"], 0.75, "quarters: a rule that he can follow"),
        (["甲", "甲", "乙", "丙"], 0.75, "whatever the values are called"),
        (["t1", "t2", "t3", "t4"], 0.25, "tokens, one to one: he has no key"),
        (["甲", "乙", "甲", "乙"], 0.25, "one original, two outputs: no rule"),
    ],
)
def test_an_attacker_knows_the_rule_and_no_key(shown, success, reason) -> None:
    """By hand: two of four share a value, 1/2 + 1/2 + 1 + 1, over 4."""
    born = ["1990-05-06", "1990-05-07", "1991-01-01", "1992-02-03"]
    before = pa.table({"born": born if "乙" not in shown[1] else [born[0]] * 4})
    found = link(before, pa.table({"born": shown}), columns=["born"])
    assert found.success == pytest.approx(success), reason


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_linking_generalised_records_succeeds_as_often_as_the_prosecutor(seed, k) -> None:
    """Two ways to one figure: distances of records, and the sizes of classes."""
    draw = random.Random(seed)
    rows = range(40)
    before = pa.table(
        {
            "age": [draw.randrange(18, 80) for _ in rows],
            "city": [draw.choice(["深圳市福田区", "深圳市南山区", "广州市天河区"]) for _ in rows],
            "born": [f"19{draw.randrange(50, 99)}-0{draw.randrange(1, 9)}-11" for _ in rows],
        }
    )
    names = before.column_names
    levels = deid.risk(before, quasi_identifiers=names).suggest(k=k, max_suppressed=1.0).levels
    after = before
    for at, name in enumerate(names):
        one = next(x for x in hierarchy(before[name].combine_chunks(), name).levels
                   if x.name == levels[name])  # fmt: skip
        after = after.set_column(at, name, one.labels)
    measured = deid.risk(after, quasi_identifiers=names)
    found = link(before, after, columns=names)
    assert found.success == pytest.approx(measured.prosecutor.mean)
    assert found.unique == pytest.approx(measured.unique_share)


def test_linkage_takes_a_sample() -> None:
    big = pa.table({"n": list(range(500))})
    found = link(big, big, columns=["n"], sample=50)
    assert (found.tried, found.success) == (50, 1.0)


def test_guesses_by_hand() -> None:
    before = pa.table(
        {
            "phone": ["13800005678", "13811115678", "13822225678", "13900005678"],
            "city": ["a", "a", "b", "b"],
        }
    )
    after = pa.table({"phone": ["138****5678"] * 3 + ["139****5678"], "city": ["a", "a", "b", "b"]})
    plain = guess_masked(before, after, "phone")
    assert plain.success == pytest.approx((3 * 1 / 3 + 1) / 4)
    assert (plain.rows, plain.candidates, plain.alone, plain.hidden) == (4, 3.0, 0.25, 4.0)
    told = guess_masked(before, after, "phone", known=["city"])
    assert told.success == pytest.approx((1 / 2 + 1 / 2 + 1 + 1) / 4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: link(BEFORE, BEFORE.slice(1), columns=["age"]), InputError, "4 rows and after 3"),
        (lambda: link(BEFORE, BEFORE, columns=[]), InputError, "columns that the attacker"),
        (lambda: link(BEFORE, BEFORE, columns=["x"]), ColumnNotFoundError, "'x'"),
        (lambda: guess_masked(BEFORE, BEFORE, "sex"), InputError, "no masked value"),
        (lambda: guess_masked(BEFORE, BEFORE, "sex", known=["x"]), ColumnNotFoundError, "'x'"),
    ],
)
def test_wrong_use_of_attacks(call, error, words) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    ("mask", "form", "born", "sex", "count", "reason"),
    [
        ("138****5678", "mobile", None, False, 10_000, "four digits"),
        ("***********", "mobile", None, False, 0.7 * 10**10, "a 1, then 3 to 9, then nine"),
        ("13800005678", "mobile", None, False, 1, "nothing is hidden"),
        ("440305********123X", "id", None, False, 46_386 / 11, "days of 127 years, a check"),
        ("440305********123*", "id", None, False, 46_386, "the check follows from the rest"),
        ("440305********123X", "id", "1990-05-06", False, 1, "the day is known"),
        ("440305********123*", "id", "1990-05", False, 31, "days of May"),
        ("440305********123*", "id", "1992", False, 366, "a leap year"),
        ("440305********123*", "id", "1990-1999", False, 3_652, "ten years"),
        ("440305********123*", "id", "old", False, 46_386, "tells nothing"),
        ("44030519900506****", "id", None, False, 1_000, "three digits, then the check"),
        ("44030519900506****", "id", None, True, 500, "odd ones for men"),
        ("440305199005****12", "id", None, False, 31 * 100 / 11, "days and two digits, checked"),
        (
            "44030*199005061234",
            "id",
            None,
            False,
            None,
            "the divisions that exist, checked",
        ),
        ("12**", "digits", None, False, 100, "two digits"),
    ],
)
def test_what_a_mask_leaves_to_who_knows_the_format(mask, form, born, sex, count, reason) -> None:
    """By hand: days of the calendar, digits, and one in eleven for a check that is shown."""
    if count is None:
        count = max(1, sum(bool(known_codes()[440300 + last]) for last in range(10)) / 11)
    shown = None if born is None else pa.array([born])
    found = possible(pa.array([mask]), form, born=shown, sex_known=sex)
    assert found.tolist() == pytest.approx([count]), reason


def test_the_rest_of_the_row_narrows_a_masked_id() -> None:
    """By hand: day and sex shown, four places hidden: five hundred orders, each with its check."""
    ids = [f"44030519{year}0506{order:03d}X" for year in range(50, 99) for order in (120, 123)]
    before = pa.table(
        {
            "id": ids,
            "born": [f"{one[6:10]}-05-06" for one in ids],
            "sex": ["男" if int(one[16]) % 2 else "女" for one in ids],
        }
    )
    masked = before.set_column(0, "id", pa.array([f"{one[:14]}****" for one in ids]))
    assert guess_masked(before, masked, "id").possible == 1_000
    assert guess_masked(before, masked, "id", known=["sex"]).possible == 500
    whole = before.set_column(0, "id", pa.array([f"{one[:6]}************" for one in ids]))
    assert guess_masked(before, whole, "id", known=["born", "sex"]).possible == 500
    names = pa.table({"name": ["张三", "李四"]})
    stars = pa.table({"name": ["张*", "李*"]})
    assert guess_masked(names, stars, "name").possible is None
