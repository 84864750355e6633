"""Row linking: the values of identity columns in the text of their row."""

import random
import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from aitransparency import deid
from aitransparency.deid import characters, lexicon
from aitransparency.deid.apply import apply
from aitransparency.deid.column import TextColumn
from aitransparency.deid.known import compact
from aitransparency.deid.known.rows import in_rows
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Keep, Mask, Pseudonymize, Redact, Scan


def plan_of(scan=None):
    return Plan(
        {
            "name": ColumnPlan(Redact(), "direct", "PERSON"),
            "phone": ColumnPlan(Redact(), "direct", "CN_MOBILE_PHONE"),
            "id": ColumnPlan(Redact(), "direct", "CN_RESIDENT_ID"),
            "note": ColumnPlan(scan or Scan(), "text"),
        }
    )


def notes(rows, scan=None, **arguments):
    frame = pa.Table.from_pylist(rows)
    result = deid.deidentify(frame, plan_of(scan), **arguments)
    return result.data["note"].to_pylist()


def note(text, name="王伟", phone="13800138000", number="110101199003070015", scan=None):
    row = {"name": name, "phone": phone, "id": number, "note": text}
    return apply(pa.RecordBatch.from_pylist([row]), plan_of(scan), None)["note"][0].as_py()


N, P, R = "<PERSON>", "<CN_MOBILE_PHONE>", "<CN_RESIDENT_ID>"

FORMS = [
    ("王伟来电", f"{N}来电", "王伟", "in full"),
    ("王 伟、王·伟、王　伟", f"{N}、{N}、{N}", "王伟", "written apart"),
    ("王偉", N, "王伟", "Traditional in the note"),
    ("欧阳娜娜", N, "歐陽娜娜", "Traditional in the column"),
    ("王先生、王女士、王总、王老师", f"{N}先生、{N}女士、{N}总、{N}老师", "王伟", "titles"),
    ("王某、王某某、王XX", f"{N}、{N}、{N}", "王伟", "the given name left out"),
    ("小王、老王、阿伟", f"小{N}、老{N}、阿{N}", "王伟", "familiar forms"),
    ("姓王", f"姓{N}", "王伟", "the surname said"),
    ("Wang Wei; wangwei; WEI Wang", f"{N}; {N}; {N}", "王伟", "pinyin"),
    ("Lv Siqing；Lü Siqing；LYU SIQING；lu siqing", f"{N}；{N}；{N}；{N}", "吕思清", "the ü"),
    ("Wáng Wěi", N, "王伟", "pinyin with tones"),
    ("Shan Li", N, "单丽", "a surname read otherwise"),
    ("欧阳女士和小欧阳", f"{N}女士和小{N}", "欧阳娜娜", "a compound surname"),
    ("建国老师", f"{N}老师", "李建国", "the given name and a title"),
    ("买买提来了，阿卜杜拉•买买提", f"{N}来了，{N}", "阿卜杜拉·买买提", "a name in two parts"),
    ("Smith, John; John Smith", f"{N}; {N}", "John Smith", "a Latin name"),
    ("关于老师的建议，小于3", "关于老师的建议，小于3", "于文", "a word, not the surname 于"),
    ("对方律师", "对方律师", "方志敏", "a word, not the surname 方"),
    ("小时候", "小时候", "时小军", "a word, not 小 and 时"),
    ("Johnson", "Johnson", "John Smith", "a longer word"),
    ("Wangweiwei", "Wangweiwei", "王伟", "a longer name"),
    ("李先生", "李先生", "王伟", "somebody else"),
    ("王总计10人", "王总计10人", "王伟", "总计"),
]


@pytest.mark.parametrize(("text", "expected", "name", "reason"), FORMS)
def test_names(text, expected, name, reason):
    assert note(text, name) == expected, reason


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("卡尾号8000", f"卡尾号{P}", "the last four of a phone"),
        ("后四位 0015", f"后四位 {R}", "the last four of an ID"),
        ("手机后4位是8000", f"手机后4位是{P}", "a word between"),
        ("末六位138000", f"末六位{P}", "the last six"),
        ("ending in 8000", f"ending in {P}", "English"),
        ("8000结尾的手机", f"{P}结尾的手机", "the word behind"),
        ("金额8000", "金额8000", "no word says so"),
        ("尾号8001", "尾号8001", "other digits"),
        ("尾号18000", "尾号18000", "not four digits"),
        ("8613800138000", P, "the finder takes the country code too"),
        ("110101900307001", R, "the ID of the first generation"),
        ("订单9913800138000", f"订单99{P}", "inside a longer number"),
    ],
)
def test_numbers(text, expected, reason):
    assert note(text) == expected, reason


def test_nothing_of_the_row_is_left_in_2000_notes():
    rows, people = table(2000)
    for row, person, text in zip(rows, people, notes(rows), strict=True):
        plain = unicodedata.normalize("NFKC", text).lower()
        for mark in ("<person>", "<cn_mobile_phone>", "<cn_resident_id>"):
            plain = plain.replace(mark, "¦")
        bare = re.sub(r"[\s\-._,·•()\u200b/]", "", plain)
        name, family, given, traditional = person
        left = [name.lower().replace("·", "").replace(" ", ""), traditional.replace("·", "")]
        left += [family + given, given + family] if family else []
        for value in (*left, row["phone"], row["id"].lower()):
            assert value not in bare, row


def test_an_order_of_batches_changes_nothing():
    rows, _ = table(30)
    whole = notes(rows)
    assert [notes([row])[0] for row in rows] == whole
    assert notes(rows[::-1]) == whole[::-1]


def test_the_report_counts_what_the_row_told():
    rows, _ = table(100)
    report = deid.deidentify(pa.Table.from_pylist(rows), plan_of()).report
    linked = next(column.linked for column in report.columns if column.name == "note")
    assert set(linked) == {"name", "phone", "id"}
    assert min(linked.values()) > 20
    for name, count in linked.items():
        assert f"| 同行的{name} | {count} |" in report.to_markdown()
        assert f"| {name} of the row | {count} |" in report.to_markdown("en")


def test_a_known_name_gets_the_token_of_its_column():
    frame = pa.table({"name": ["王伟"], "note": ["王 伟，Wang Wei，王先生，尾号"]})
    plan = Plan(
        {
            "name": ColumnPlan(Pseudonymize(), "direct", "PERSON"),
            "note": Scan(entities={"PERSON": Pseudonymize()}),
        }
    )
    made = deid.deidentify(frame, plan, key=deid.Key(bytes(range(32)))).data.to_pylist()[0]
    token = made["name"]
    assert made["note"] == f"{token}，{token}，{token}先生，尾号"


def test_some_digits_are_never_masked_from_the_whole_number():
    scan = Scan(default=Mask())
    assert note("尾号8000", scan=scan) == f"尾号{P}"


def test_linking_can_be_left_out_or_told_its_columns():
    assert note("王先生", scan=Scan(known="none")) == "王先生"
    assert note("王先生，尾号8000", scan=Scan(identities=("phone",))) == f"王先生，尾号{P}"
    assert Plan.loads(plan_of(Scan(known="table", identities=("phone",))).dumps()) == plan_of(
        Scan(known="table", identities=("phone",))
    )


def test_a_column_that_is_kept_is_no_identity():
    plan = plan_of()
    plan["name"] = Keep()
    frame = pa.table({"name": ["王伟"], "phone": [""], "id": [""], "note": ["王先生"]})
    assert deid.deidentify(frame, plan).data["note"].to_pylist() == ["王先生"]


def test_a_find_that_a_known_value_cuts_keeps_its_rest():
    text = "寄到红荔路12号王伟"
    frame = pa.table({"name": ["号王伟"], "note": [text]})
    plan = Plan({"name": ColumnPlan(Redact(), "direct", "PERSON"), "note": Scan()})
    assert deid.deidentify(frame, plan).data["note"].to_pylist() == ["寄到<CN_ADDRESS><PERSON>"]


def test_missing_values_and_empty_texts():
    rows = [
        {"name": None, "phone": None, "id": None, "note": "王先生"},
        {"name": "", "phone": "", "id": "", "note": ""},
        {"name": "王", "phone": "1", "id": "x", "note": None},
        {"name": "王伟", "phone": "138", "id": "", "note": "王伟138"},
    ]
    assert notes(rows, verify=False) == ["王先生", "", None, f"{N}138"]


@pytest.mark.parametrize("kind", ["written notes", "any text"])
def test_compiled_loops_find_what_arrays_find(kind, monkeypatch):
    identities = {"name": "PERSON", "phone": "CN_MOBILE_PHONE", "id": "CN_RESIDENT_ID"}
    rows = table(400)[0] if kind == "written notes" else mixed_rows(400)
    if kind == "any text":
        identities |= {"address": "CN_ADDRESS", "landline": "CN_LANDLINE_PHONE", "code": None}
    batch = pa.RecordBatch.from_pylist(rows)
    column = TextColumn.from_arrow(batch.column(batch.schema.get_field_index("note")))
    found = []
    for answer in (False, True):
        for module in (compact, characters, lexicon):
            monkeypatch.setattr(module, "pays", lambda size, answer=answer: answer)
        found.append(in_rows(column, batch, identities))
    assert len(found[0]) > 100
    for field in ("start", "end", "row", "column", "part", "source"):
        assert getattr(found[0], field).tolist() == getattr(found[1], field).tolist(), field


def mixed_rows(count):
    """Rows of values in many forms, and of pieces of them."""
    draw = random.Random(5)
    names = [
        "王伟",
        "欧阳娜娜",
        "吕思清",
        "于文",
        "阿卜杜拉·买买提",
        "John Smith",
        "",
        None,
        "Ab·Cd 王",
    ]
    pieces = [
        *"王伟欧阳娜吕思清于文 ·()12x０１尾号",
        "先生",
        "小",
        "Wang Wei",
        "lü siqing",
        "尾号",
        "红荔路12号",
    ]
    made = []
    for _ in range(count):
        row = {"name": draw.choice(names), "address": "广东省深圳市福田区红荔路12号"}
        row |= {"phone": draw.choice(["13800138000", "138", None]), "id": "110101199003070015"}
        row |= {
            "landline": draw.choice(["075512345678", ""]),
            "code": draw.choice(["AB 1234", "王12"]),
        }
        values = [value for value in row.values() if value]
        values += [value[-4:] for value in values] + [value[-8:] for value in values]
        note = [draw.choice(draw.choice((pieces, values))) for _ in range(draw.randrange(9))]
        made.append({**row, "note": draw.choice(["".join(note), "".join(note), None])})
    return made


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("王伟欧阳·a b先生小1238", max_size=8),
            st.text("王伟欧阳·a b先生小尾号1238", max_size=20),
        ),
        max_size=6,
    )
)
def test_any_value_and_text(pairs):
    rows = [{"name": name, "phone": name, "id": name, "note": text} for name, text in pairs]
    if rows:
        made = apply(pa.RecordBatch.from_pylist(rows), plan_of(), None)["note"].to_pylist()
        for (name, _), text in zip(pairs, made, strict=True):
            if re.fullmatch("[王伟欧阳]{2,6}", name):
                assert name not in text
