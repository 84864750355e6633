"""The peers' own test data: pycanon's mathematics scores and anjana's hospital.

Both come with packages under the Apache License 2.0 (IFCA-Advanced-Computing/pycanon and anjana,
tests/test_anonymity.py of each: TestMathScores, TestHospital). Neither shows real people: pupils
have numbers, left out here, and teachers named Ruger, Smith and Wesson; the patients are those of
Wikipedia's article on k-anonymity, without their names. Adult, their larger table, is of real
people and not here; ``benchmarks/risk.py --only own`` compares it.
"""

from __future__ import annotations

import math
from itertools import product

import pyarrow as pa
import pytest

from aitransparency import deid

# A pupil: sex, Asian Hispanic Black Caucasian, free or paid lunch, score; by teacher.
SCORES = {
    "Ruger": """
FAF76 FHP56 FBF34 FAP59 MHF73 MCP58 FBP62 MHF40 FBF82 MBP78 MBP64 FAP68 MHF39 MCF48 FCF66 MAF68
FHP72 FBF60 MCF54 MAP34 FHP30 MAF43 FHP73 MBF44 MAF39 MBF67 FHP37 MCF67 MHP32 MCP64 FAF42 MHF58
MAP33 MCF47 FBP39 MCP65 FHF36 MCP50 FCF67 FBP74 FAF75 MHP69 MHP74 MBF32 FHP52 MBP36 MHP80 FAF30
FHF51 FHF65 FHP71 MCP40 MHP50 FAF30 FBF57 MHP34 MAF72 MBF68 MHF76 MHP54 FBF56 MHP59 FAF72 FHF77
MBP38 MHP33 FAF55 MBP51 FAP69 MAP48 FBP52""",
    "Smith": """
MAP60 FHP47 MBF62 MCP55 FHP50 MHF69 MBP72 MBF80 MAF85 FBP68 MHF45 FHF82 MAP51 MCF49 FBF72 FCP89
MBP65 FAP85 MBP80 FCF65 MHF91 FCP79 MHF79 MHP62 MAP87 MBP46 MAP48 MAP87 MAP95 FAP91 FCP53 FCP83
MBF77 MBF67 MCP52 MHF57 FHF69 FHF92 FBF68 FAP48 FCP61 FAF57 FBP91 FCF84 MHP71 MAP64 FCP51 MBF95
MAP84 MHP79 FHP66 MAF76 MBF87 MCF73 FHP74 MCF60 MAP53 FCP60 MAF65 MAP52 MBP48 FCP95 FAP86 MHP82
MBF60 FHP84 MAP53 FAP71 MHF59""",
    "Wesson": """
MCP51 MHF71 MBF77 FAP85 FCP89 MAF62 MHF59 MAF61 MBF89 MBP61 MBF93 MCF70 FCF61 MBP46 FHF52 FAF82
MCF59 FHP78 MBF73 FAF93 FHF88 MCF63 MAF79 MHP57 FCP91 FHF76 MCF68 MBP85 FHF53 MBP48 MHF53 MAF66
FHP83 FAF65 FHF58 MHP67 MHP57 FAF82 FCP58 FBF87 FHF68 FAF70 FBF63 MAF52 MHF72 FBF83 MCF45 MHP81
FBP65 MBF89 FCP64 FAP85 MCP90 FHF64 FCP68 FHP84 FBF83 FAP93 MCP47 FHF83 FAF53 MCP79 MAF87 MBP89
FAP56 FHP83 MCP45 MCP75 FCF58 FBF72 MCP79 MBP56 MHF94 MHP91 FBP53 MHP57""",
}
HOSPITAL = [
    (29, "Female", "Tamil Nadu", "Cancer"),
    (24, "Male", "Tamil Nadu", "Cancer"),
    (23, "Male", "Tamil Nadu", "Cancer"),
    (22, "Male", "Tamil Nadu", "Cancer"),
    (24, "Female", "Kerala", "Viral infection"),
    (28, "Female", "Tamil Nadu", "TB"),
    (27, "Male", "Karnataka", "No illness"),
    (24, "Female", "Kerala", "Heart-related"),
    (23, "Male", "Karnataka", "TB"),
    (19, "Male", "Kerala", "Cancer"),
    (29, "Male", "Karnataka", "Heart-related"),
    (17, "Male", "Kerala", "Heart-related"),
    (19, "Male", "Kerala", "Viral infection"),
]


def scores() -> pa.Table:
    pupils = [
        (name, *one[:3], float(one[3:])) for name, all_ in SCORES.items() for one in all_.split()
    ]
    names = ["Teacher", "Gender", "Ethnic", "Freeredu", "Score"]
    table = pa.table(list(zip(*pupils, strict=True)), names=names)
    group = ["Wesson" if name == "Wesson" else "Ruger_Smith" for name, *_ in pupils]
    return table.append_column("wesson", pa.array(group))


def test_the_mathematics_scores_of_pycanon() -> None:
    """Expected values: those that pycanon's own tests assert."""
    table = scores()
    assert table.num_rows == 216
    quasi = ["Teacher", "Gender", "Ethnic", "Freeredu", "wesson"]
    found = deid.risk(table, quasi_identifiers=quasi, sensitive=["Score"])
    told = found.sensitive["Score"]
    assert (found.k, told.distinct_l, math.floor(told.entropy_l), told.alpha) == (1, 1, 1, 1.0)
    assert told.recursive_c is None  # NaN there
    assert told.beta == pytest.approx(71.0)
    assert told.enhanced_beta == pytest.approx(5.375278407684164)
    assert told.delta == pytest.approx(4.276666119016055)
    assert told.t == pytest.approx(0.4165919952210274)


def hospital() -> pa.Table:
    return pa.table(list(zip(*HOSPITAL, strict=True)), names=["age", "gender", "city", "disease"])


def age_of_anjana(age: int) -> list[str]:
    """Return the levels of anjana's hierarchy of ages (examples/hierarchies/age.csv), without *."""
    widths = (5, 10, 20, 40, 80)
    return [f"[{age // width * width}, {age // width * width + width}[" for width in widths]


@pytest.mark.parametrize(
    ("level", "star", "k", "l", "reason"),
    [
        (0, (), 1, 1, "as it is"),
        (2, (), 2, 1, "what anjana's test asserts for k = 2: ages of ten years, the rest kept"),
        (2, ("city",), 3, 3, "what it asserts for k = 2 and l = 2: the city gone besides"),
    ],
)
def test_the_hospital_of_anjana(level, star, k, l, reason) -> None:  # noqa: E741, the model's name
    """Expected values: the transformations of anjana's own tests; k and l counted by hand."""
    table = hospital()
    if level:
        ages = [age_of_anjana(age)[level - 1] for age in table["age"].to_pylist()]
        table = table.set_column(0, "age", pa.array(ages))
    for name in star:
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(["*"] * table.num_rows))
    found = deid.risk(table, quasi_identifiers=["age", "gender", "city"], sensitive=["disease"])
    assert (found.k, found.sensitive["disease"].distinct_l) == (k, l), reason


def test_the_suggestion_for_the_hospital_loses_no_more_than_anjanas() -> None:
    """anjana takes ages of ten years at k = 2 without suppression; by the same hierarchies."""
    table = hospital()
    ages = table["age"].to_pylist()
    given = {"age": {age: age_of_anjana(age) for age in ages}}
    quasi = ["age", "gender", "city"]
    made = deid.risk(table, quasi_identifiers=quasi).suggest(
        k=2, max_suppressed=0, hierarchies=given
    )
    assert made.proven
    assert made.k >= 2
    loss = {}
    for level, gender, city in product(range(4), range(2), range(2)):  # 4: all of [0, 40[
        rows = [
            (
                age if not level else age_of_anjana(age)[level - 1],
                sex * (1 - gender),
                at * (1 - city),
            )
            for age, sex, at, _ in HOSPITAL
        ]
        if min(rows.count(row) for row in rows) >= 2:
            names = [row[0] for row in rows]
            distinct = len(set(ages))
            under = [
                len({a for a, n in zip(ages, names, strict=True) if n == name}) for name in names
            ]
            cost = sum((u - 1) / (distinct - 1) for u in under) / len(rows)
            loss[level, gender, city] = (cost + gender + city) / 3
    assert (2, 0, 0) in loss
    assert made.loss == pytest.approx(min(loss.values()))
