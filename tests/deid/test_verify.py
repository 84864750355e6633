"""Verification: what is found in which disguise, what is no leak, and what stops a job."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leak_tables import DISGUISES, clean_and_leaking, hide, plan

from aitransparency import deid
from aitransparency.deid.column import TextColumn
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Drop, Keep, Mask, Pseudonymize, Redact, Scan
from aitransparency.deid.verify import (
    Verification,
    Verifier,
    demand_clean,
    kinds,
    originals,
    search,
    verify,
)
from aitransparency.deid.verify import skeleton as skeletons
from aitransparency.deid.verify.kinds import OWN_LIMIT
from aitransparency.errors import InputError, LeakError

PHONE = "13800138000"  # a test number that operators publish
ID = "11010519491231002X"  # the example in GB 11643-1999
KEY = deid.Key(bytes(32))


def searched(original: str, entity: str | None, cell: object, technique=None) -> Verification:
    """Hide a cell in the second row of a column beside the original in the first."""
    before = pa.table({"direct": [original, None], "other": pa.array(["x", "y"])})
    after = pa.table({"direct": pa.array([None, None], pa.string()), "other": ["x", cell]})
    lines = Plan(
        {
            "direct": ColumnPlan(Redact(), "direct", entity),
            "other": ColumnPlan(technique or Redact(), "other"),
        }
    )
    return verify(before, after, lines)


@pytest.mark.parametrize(
    ("original", "entity", "cell", "reason"),
    [
        (PHONE, "CN_MOBILE_PHONE", PHONE, "the value itself"),
        (PHONE, "CN_MOBILE_PHONE", "１３８００１３８０００", "full width"),
        (PHONE, "CN_MOBILE_PHONE", "138-0013-8000", "hyphens"),
        (PHONE, "CN_MOBILE_PHONE", "1 3 8 0 0 1 3 8 0 0 0", "a blank after every digit"),
        (PHONE, "CN_MOBILE_PHONE", "138.0013.8000", "dots"),
        (PHONE, "CN_MOBILE_PHONE", "138\u200b0013\u200b8000", "zero-width characters"),
        (PHONE, "CN_MOBILE_PHONE", "138　0013　8000", "ideographic spaces"),
        (PHONE, "CN_MOBILE_PHONE", "(138)00138000", "brackets"),
        (PHONE, "CN_MOBILE_PHONE", "+8613800138000", "country code"),
        (PHONE, "CN_MOBILE_PHONE", "008613800138000", "country code with zeros"),
        (PHONE, "CN_MOBILE_PHONE", "请打13800138000找我", "in a sentence"),
        (PHONE, "CN_MOBILE_PHONE", '{"tel": "13800138000"}', "in JSON"),
        ("+86 138-0013-8000", "CN_MOBILE_PHONE", PHONE, "the original was the disguise"),
        (ID, "CN_RESIDENT_ID", "11010519491231002x", "small letter"),
        (ID, "CN_RESIDENT_ID", "110105 19491231 002X", "6-8-4"),
        (ID, "CN_RESIDENT_ID", "110105491231002", "the same ID with 15 digits, GB 11643-1989"),
        ("Zhang.San@Example.com", "EMAIL_ADDRESS", "<zhang.san@EXAMPLE.COM>", "letter case"),
        ("粤B·12345", "CN_LICENSE_PLATE", "车牌粤b12345", "letter case and dot"),
        (
            "深圳市南山区科技园路1号2栋",
            "CN_ADDRESS",
            "寄深圳市 南山区科技园路１号2栋",
            "an address",
        ),
        ("欧阳娜娜", "PERSON", "欧阳娜娜女士", "a name of four characters, in another row"),
    ],
)
def test_an_original_is_found_in_every_disguise(original, entity, cell, reason) -> None:
    assert searched(original, entity, cell).leaks == {"other": 1}, reason


@pytest.mark.parametrize(
    ("original", "entity", "cell", "reason"),
    [
        (PHONE, "CN_MOBILE_PHONE", "订单9138001380001", "eleven digits inside an order number"),
        (PHONE, "CN_MOBILE_PHONE", "6213 8001 3800 0123", "digits of a card in groups"),
        (PHONE, "CN_MOBILE_PHONE", "138****8000", "its own mask"),
        (PHONE, "CN_MOBILE_PHONE", "1380013 元 8000", "a word between"),
        ("a@example.com", "EMAIL_ADDRESS", "ba@example.com", "another mail address ends like it"),
        ("35", None, "35", "two digits may be anything"),
        ("1001", None, "1001", "a counter"),
        ("20240315", None, "20240315", "eight digits in another row: a day"),
        ("高原", "PERSON", "青藏高原", "a name of two characters in another row is a word"),
        ("深圳市", "CN_ADDRESS", "深圳市", "a place without a number is no person"),
        ("", "PERSON", "", "nothing"),
    ],
)
def test_what_is_no_leak(original, entity, cell, reason) -> None:
    assert searched(original, entity, cell).leaks == {}, reason


@pytest.mark.parametrize(
    ("original", "entity", "cell", "leaks", "reason"),
    [
        ("王芳", "PERSON", "联系王芳处理", {"other": 1}, "one's own name in a sentence"),
        ("王芳", "PERSON", "联系王 芳处理", {"other": 1}, "with a blank"),
        ("10086", None, "工号10086", {"other": 1}, "one's own number of five digits"),
        ("10086", None, "金额100861", {}, "inside another number"),
        ("AB12", None, "ref ab12.", {"other": 1}, "one's own code"),
        ("35", None, "35", {}, "too short even here"),
    ],
)
def test_short_values_are_looked_for_in_their_own_row(original, entity, cell, leaks, reason):
    before = pa.table({"direct": [original], "other": [cell]})
    after = pa.table({"direct": pa.array([None], pa.string()), "other": [cell]})
    lines = Plan({"direct": ColumnPlan(Redact(), "direct", entity), "other": Keep()})
    assert verify(before, after, lines).leaks == leaks, reason


def test_somebody_elses_name_in_a_kept_column_is_a_doubt_and_in_a_scanned_one_a_leak() -> None:
    kept = searched("白云山", "PERSON", "白云山公园", Keep())
    assert (kept.leaks, kept.doubts) == ({}, {"other": 1})
    scanned = searched("白云山", "PERSON", "白云山公园", Scan())
    assert (scanned.leaks, scanned.doubts) == ({"other": 1}, {})


def test_a_number_column_is_searched_too() -> None:
    before = pa.table({"direct": [PHONE, "x"], "n": [1, 2]})
    after = pa.table({"direct": ["a", "b"], "n": [1, int(PHONE)]})
    lines = Plan({"direct": ColumnPlan(Redact(), "direct", "CN_MOBILE_PHONE"), "n": Keep()})
    assert verify(before, after, lines).leaks == {"n": 1}
    floats = after.set_column(1, "n", pa.array([1.0, float(PHONE)]))
    with pytest.raises(LeakError, match="type changed"):
        verify(before, floats, lines)
    before = before.set_column(1, "n", pa.array([1.0, 2.0]))
    assert verify(before, floats, lines).leaks == {"n": 1}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_hidden_originals_are_found_and_clean_tables_are_clean(disguise: str) -> None:
    """Eight tables for each disguise; benchmarks/risk.py does a thousand."""
    for seed in range(8):
        before, after, draw = clean_and_leaking(900 + seed, 30)
        assert verify(before, after, plan()).leaks == {}
        leaking, column, source = hide(after, before, disguise, draw)
        found = verify(before, leaking, plan())
        assert column in found.leaks, (seed, disguise, source)


def test_redact_takes_out_the_piece_and_nothing_else() -> None:
    frame = pa.table(
        {
            "phone": [PHONE, "13900139000", None],
            "note": ["１３８-0013-8000，请回拨", "张三", None],
            "n": [1, 2, int(PHONE)],
            "list": pa.array(["a", "旧号13900139000", "a"]).dictionary_encode(),
        }
    )
    lines = Plan({"phone": ColumnPlan(Mask(), "direct", "CN_MOBILE_PHONE")}, others=Keep())
    with pytest.raises(LeakError, match="column 'note': 1 value"):
        deid.deidentify(frame, lines)
    result = deid.deidentify(frame, lines, on_leak="redact")
    assert result.data.to_pydict() == {
        "phone": ["138****8000", "139****9000", None],
        "note": ["<REDACTED>，请回拨", "张三", None],
        "n": [1, 2, None],
        "list": ["a", "旧号<REDACTED>", "a"],
    }
    assert result.data.schema.field("list").type == frame.schema.field("list").type
    found = result.report.verification
    assert found is not None
    assert (found.leaks, found.redacted) == ({}, {"note": 1, "n": 1, "list": 1})
    assert verify(frame, result.data, lines).leaks == {}


def test_overlapping_pieces_become_one() -> None:
    frame = pa.table(
        {"a": ["110105194912310"], "b": ["194912310021"], "note": ["110105194912310021"]}
    )
    lines = Plan(
        {"a": ColumnPlan(Redact(), "direct"), "b": ColumnPlan(Redact(), "direct")}, others=Keep()
    )
    data = deid.deidentify(frame, lines, on_leak="redact").data
    assert data["note"].to_pylist() == ["110105194912310021"]  # each is part of a longer number
    frame = frame.set_column(2, "note", pa.array(["110105-194912310-021"]))
    data = deid.deidentify(frame, lines, on_leak="redact").data
    assert data["note"].to_pylist() == ["<REDACTED>"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 10**6))
def test_batches_do_not_matter(cuts: list[int], seed: int) -> None:
    """What is learned last is found in what was written first, however either is cut."""
    before, after, draw = clean_and_leaking(seed % 50, 24)
    leaking, _, _ = hide(after, before, list(DISGUISES)[seed % 10], draw)
    whole = verify(before, leaking, plan())
    verifier = Verifier(plan(), before.schema)
    first = 0
    for size in [*cuts, 24]:
        for left, right in zip(_cut(before, first, size), _cut(leaking, first, size), strict=True):
            verifier.learn(left, right)
        first += size
    for batch in leaking.to_batches(max_chunksize=max(cuts)):
        verifier.search(batch)
    assert verifier.finish().leaks == whole.leaks


def _cut(table: pa.Table, first: int, size: int) -> list[pa.RecordBatch]:
    return table.slice(first, size).combine_chunks().to_batches()


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"a": ["x"], "b": [1]}, "2 rows went in and 1 came out"),
        ({"a": ["x", "y"]}, "other columns"),
        ({"b": [1, 2], "a": ["x", "y"]}, "other columns"),
        ({"a": ["x", "y"], "b": ["1", "2"]}, "'b': kept, but its type changed"),
    ],
    ids=["a row is missing", "a column is missing", "another order", "another type"],
)
def test_rows_columns_and_types_are_compared(after, words) -> None:
    before = pa.table({"a": ["x", "y"], "b": [1, 2]})
    with pytest.raises(LeakError, match=words):
        verify(before, pa.table(after), Plan({"a": Redact(), "b": Keep()}))


def test_rows_lost_between_the_passes_stop_the_job() -> None:
    table = pa.table({"a": ["x", "y"]})
    verifier = Verifier(Plan({"a": Keep()}), table.schema)
    verifier.learn(*_cut(table, 0, 2), *_cut(table, 0, 2))
    verifier.search(*_cut(table, 0, 1))
    with pytest.raises(LeakError, match="2 rows were de-identified and 1 are in the output"):
        verifier.finish()


def test_two_people_with_one_pseudonym_stop_the_job() -> None:
    before = pa.table({"phone": [PHONE, "13900139000", "+86 138-0013-8000", None]})
    lines = Plan({"phone": ColumnPlan(Pseudonymize(), "direct", "CN_MOBILE_PHONE")})
    same = pa.table({"phone": ["aaaaaaaa", "aaaaaaaa", "aaaaaaaa", None]})
    found = verify(before, same, lines)
    assert found.collisions == {"phone": 1}
    with pytest.raises(LeakError, match="1 pseudonyms stand for more than one original"):
        demand_clean(found)
    good = deid.deidentify(before, lines, key=KEY)
    assert good.report.verification.collisions == {}


def test_a_kept_direct_identifier_and_a_kept_find_are_decisions_and_no_leaks() -> None:
    frame = pa.table({"phone": [PHONE], "note": [f"回拨{PHONE}"], "gone": ["x"]})
    lines = Plan(
        {
            "phone": ColumnPlan(Keep(), "direct", "CN_MOBILE_PHONE"),
            "note": Scan(entities={"CN_MOBILE_PHONE": Keep()}),
            "gone": Drop(),
        }
    )
    assert deid.deidentify(frame, lines).data.column_names == ["phone", "note"]


def test_what_cannot_be_searched_is_named() -> None:
    frame = pa.table({"phone": [PHONE], "tags": [["a"]]})
    lines = Plan({"phone": ColumnPlan(Redact(), "direct", "CN_MOBILE_PHONE"), "tags": Keep()})
    assert verify(frame, deid.deidentify(frame, lines).data, lines).unsearched_columns == ("tags",)


def test_an_identifier_that_nobody_planned_for_is_counted_when_scanned_again() -> None:
    frame = pa.table({"a": ["x"], "note": [f"身份证号：{ID}"]})
    found = deid.deidentify(frame, Plan({"a": Keep(), "note": Keep()})).report.verification
    assert found.seen_again == {"note": {"CN_RESIDENT_ID": 1}}


def test_on_leak_is_checked() -> None:
    with pytest.raises(InputError, match="on_leak is 'error' or 'redact'"):
        Verifier(Plan({"a": Keep()}), pa.schema([("a", pa.string())]), on_leak="ignore")


SPELLINGS = st.text(
    st.sampled_from("019aZz@*-. \t（）１９ｚ·—\u200b\u00ad\u3000〇一二三幺张é😀<>|"), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SPELLINGS, max_size=12), st.integers(0, 3))
def test_compiled_loops_and_arrays_agree(texts: list[str], cut: int) -> None:
    """Skeletons, counts, hashes, the filter and the search in the own row."""
    column = TextColumn.from_arrow(pa.array(texts, pa.large_string()).slice(cut))
    pieces = skeletons.skeletons_of(column.data, column.offsets[:-1], column.offsets[1:])
    loops, arrays = skeletons.Skeleton(*pieces, column), skeletons.by_arrays(column)
    end = int(arrays.offsets[-1])
    assert loops.offsets.tolist() == arrays.offsets.tolist()
    assert bytes(loops.data[:end]) == bytes(arrays.data[:end])
    assert not loops.data[end:].any()
    rows = np.flatnonzero((loops.lengths() > 0) & (loops.lengths() <= OWN_LIMIT))
    words = np.arange(0, 4000, 7, dtype=np.uint64)
    made = {}
    for name, much in (("loops", True), ("arrays", False)):
        with pytest.MonkeyPatch.context() as patched:
            for module in (kinds, originals, search, skeletons):
                patched.setattr(module, "pays", lambda size, much=much: much)
            own = search.own_in(arrays, arrays, rows)
            made[name] = (
                [kinds_told(arrays, entity) for entity in (None, "PERSON", "CN_ADDRESS")],
                fifteen_told(arrays),
                originals.Filter.of(words[::5]).places.tolist(),
                originals.hash_rows(arrays).tolist(),
                originals.Filter.of(words[::5]).passing(words, len(words), ~np.uint64(0)).tolist(),
                sorted(zip(own.row.tolist(), own.start.tolist(), strict=True)),
            )
    assert made["loops"] == made["arrays"]
    assert set(range(0, len(words), 5)) <= set(made["loops"][4])


def kinds_told(made: skeletons.Skeleton, entity: str | None) -> list[list[bool]]:
    told = kinds.kinds_of(made, entity)
    return [each.tolist() for each in (told.certain, told.named, told.own_row, told.unsearched)]


def fifteen_told(made: skeletons.Skeleton) -> tuple[bytes, list[int]]:
    short, rows = kinds.fifteen(made, kinds.kinds_of(made, "CN_RESIDENT_ID"))
    return bytes(short.data[: short.offsets[-1]]), rows.tolist()


def test_a_number_read_out_does_not_begin_in_another_row() -> None:
    made = skeletons.skeleton(TextColumn.from_strings(["一", "三八", "一三八"]))
    assert bytes(made.data[: made.offsets[-1]]).decode() == "一三八138"
