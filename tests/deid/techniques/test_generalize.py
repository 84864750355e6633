"""Generalize: tables of values worked out by hand."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitransparency import deid
from aitransparency.deid.techniques.base import Place
from aitransparency.errors import PlanError

ID = "11010519491231002X"  # GB 11643-1999's example

CASES = [
    (deid.Generalize("year"), None, "1990-05-01", "1990", "ISO 8601"),
    (deid.Generalize("year"), None, "1990/5/1", "1990", "slashes, one digit"),
    (deid.Generalize("year"), None, "1990年5月1日", "1990", "Chinese"),
    (deid.Generalize("year"), None, "19900501", "1990", "eight digits"),
    (deid.Generalize("year"), None, 19900501, "1990", "a number of eight digits"),
    (deid.Generalize("year"), None, "1990-05-01 23:59:59", "1990", "with a time"),
    (deid.Generalize("year"), None, "１９９０-05-01", "1990", "full width"),
    (deid.Generalize("month"), None, "1990-5-1", "1990-05", "two digits of the month"),
    (deid.Generalize("quarter"), None, "1990-12-31", "1990Q4", "last day of the year"),
    (deid.Generalize("decade"), None, "1999-12-31", "1990-1999", "last day of the decade"),
    (deid.Generalize("decade"), None, "2000-01-01", "2000-2009", "first day of the decade"),
    (deid.Generalize("month"), None, datetime.date(2024, 2, 29), "2024-02", "a date type"),
    (deid.Generalize("year"), None, datetime.datetime(2024, 2, 29, 1), "2024", "a timestamp"),
    (deid.Generalize("year"), None, "1990-02-29", None, "1990 is no leap year"),
    (deid.Generalize("year"), None, "1990-13-01", None, "no month 13"),
    (deid.Generalize("year"), None, "n/a", None, "no date"),
    (deid.Generalize(), "DATE_OF_BIRTH", "1990-05-01", "1990", "the usual class"),
    (deid.Generalize("age", width=10, on="2020-05-01"), None, "1990-05-01", "30-39", "birthday"),
    (deid.Generalize("age", width=10, on="2020-04-30"), None, "1990-05-01", "20-29", "day before"),
    (deid.Generalize("age", width=10, on="1980-01-01"), None, "1990-05-01", None, "not yet born"),
    (deid.Generalize("age", width=5, top=90, on="2020-01-01"), None, "1920-01-01", "90+", "top"),
    (deid.Generalize("bin", width=10), None, 34, "30-39", "whole numbers"),
    (deid.Generalize("bin", width=10), None, 34.9, "30-39", "its whole part"),
    (deid.Generalize("bin", width=10), None, "34", "30-39", "text"),
    (deid.Generalize("bin", width=10), None, -1, "-10--1", "below zero"),
    (deid.Generalize("bin", width=10), None, 0, "0-9", "zero"),
    (deid.Generalize("bin", width=0.5), None, 0.7, "[0.5,1)", "a broken width"),
    (deid.Generalize("bin", width=10, bottom=18), None, 17, "<18", "bottom coding"),
    (deid.Generalize("bin", width=10, bottom=18), None, 19, "18-19", "the band above it"),
    (deid.Generalize("bin", width=10, top=85), None, 84, "80-84", "the band below the top"),
    (deid.Generalize("bin", width=10, top=85), None, 85, "85+", "top coding"),
    (deid.Generalize("bin", width=10), None, "many", None, "no number"),
    (deid.Generalize("clip", top=100), None, 250, 100, "cut, the type stays"),
    (deid.Generalize("clip", bottom=5, top=100), None, 7, 7, "inside, it stays"),
    (deid.Generalize("clip", bottom=5), None, "2", "5", "text stays text"),
    (deid.Generalize("grid", width=0.1), None, 22.5431, 22.5, "a coordinate"),
    (deid.Generalize("grid", width=0.1), None, -22.5431, -22.6, "south-west corner"),
    (deid.Generalize("grid", width=0.01), None, "22.5431,114.0579", "22.54,114.05", "a pair"),
    (deid.Generalize(), "GEO_COORDINATE", "(22.5431, 114.0579)", "22.5,114", "in brackets"),
    (deid.Generalize("grid"), None, "here", None, "no coordinate"),
    (deid.Generalize(), "CN_RESIDENT_ID", ID, "1949 北京市", "the usual class"),
    (deid.Generalize("birth_year"), "CN_RESIDENT_ID", ID, "1949", "birth year alone"),
    (deid.Generalize("birth_decade"), "CN_RESIDENT_ID", ID, "1940-1949", "decade"),
    (deid.Generalize("province"), "CN_RESIDENT_ID", ID, "北京市", "province alone"),
    (deid.Generalize("province"), "CN_RESIDENT_ID", "440524188001010014", "广东省", "GB's second"),
    (deid.Generalize("birth_year"), "CN_RESIDENT_ID", "110105491231002", "1949", "15 digits"),
    (deid.Generalize(), "CN_RESIDENT_ID", "110105194912310021", None, "its check is wrong"),
    (deid.Generalize(), "CN_ADDRESS", "广东省深圳市南山区科技园路5号", "广东省深圳市", "city"),
    (deid.Generalize("province"), "CN_ADDRESS", "深圳市南山区", "广东省", "filled in"),
    (deid.Generalize("district"), "CN_ADDRESS", "深圳南山区1号", "广东省深圳市南山区", "district"),
    (deid.Generalize("city"), "CN_ADDRESS", "北京市朝阳区建国路1号", "北京市", "a municipality"),
    (deid.Generalize("city"), "CN_ADDRESS", "中山路3号", None, "a road says no city"),
]


@pytest.mark.parametrize(
    ("technique", "entity", "value", "expected", "reason"),
    CASES,
    ids=[f"{case[0].to or 'usual'}: {case[4]}" for case in CASES],
)
def test_cases(
    technique: deid.Generalize, entity: str | None, value: object, expected: object, reason: str
) -> None:
    technique.check_column(entity, pa.array([value]).type)
    outcome = technique.apply(pa.array([value, None]), Place("c", entity))
    misfit = [False, False] if outcome.misfit is None else outcome.misfit.tolist()
    assert outcome.values.to_pylist() == [expected, None], reason
    assert misfit == [expected is None, False], reason


@given(st.floats(-1e9, 1e9), st.sampled_from([0.25, 0.5, 2.5]))
def test_a_band_holds_its_number(number: float, width: float) -> None:
    technique = deid.Generalize("bin", width=width)
    [band] = technique.apply(pa.array([number]), Place("c")).values.to_pylist()
    low, high = map(float, band.strip("[)").split(","))
    assert low <= number < high
    assert high - low == pytest.approx(width)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2023, 12, 31)))
def test_ages_are_those_of_the_calendar(born: datetime.date) -> None:
    on = datetime.date(2024, 3, 1)
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    technique = deid.Generalize("age", width=1, on=str(on))
    made = technique.apply(pa.array([born]), Place("c")).values.to_pylist()
    assert made == [str(age)]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"to": "week"}, "to is one of"),
        ({"to": "bin"}, "needs a width"),
        ({"to": "bin", "width": 0}, "above 0"),
        ({"to": "bin", "width": "5"}, "width is a number"),
        ({"to": "bin", "width": 5, "bottom": 9, "top": 3}, "bottom is below top"),
        ({"to": "year", "width": 5}, "takes no width"),
        ({"to": "year", "top": 5}, "for numbers"),
        ({"to": "clip"}, "needs bottom"),
        ({"to": "age", "width": 5}, "go together"),
        ({"to": "age", "width": 5, "on": "today"}, "on is a day"),
        ({"to": "year", "on": "2024-01-01"}, "go together"),
    ],
)
def test_wrong_parameters(parameters: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        deid.Generalize(**parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("technique", "entity"),
    [
        (deid.Generalize(), None),
        (deid.Generalize(), "PERSON"),
        (deid.Generalize("city"), "CN_RESIDENT_ID"),
        (deid.Generalize("birth_year"), "DATE_OF_BIRTH"),
    ],
)
def test_a_class_that_the_column_has_not_fails_before_a_row_is_read(
    technique: deid.Generalize, entity: str | None
) -> None:
    plan = deid.Plan({"c": deid.ColumnPlan(technique, entity=entity)})
    with pytest.raises(PlanError, match="column 'c': Generalize"):
        deid.deidentify(pa.table({"c": ["not looked at"]}), plan)


def test_misfits_of_a_number_column_become_null_and_the_type_stays() -> None:
    plan = deid.Plan({"c": deid.ColumnPlan(deid.Generalize("grid"), on_mismatch="redact")})
    table = pa.table({"c": pa.array([1.26, float("inf")])})
    made = deid.deidentify(table, plan).data
    assert made["c"].to_pylist() == [1.2, None]
