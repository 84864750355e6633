"""Write peers.csv: what pycanon says of the fifty random tables.

    python -m venv peers && peers/bin/pip install pycanon==1.3.5
    peers/bin/python tests/deid/risk/peers.py > tests/deid/risk/peers.csv

Run once in an environment of its own; the tests only read the file.
"""

from __future__ import annotations

import csv
import sys

import pandas as pd
from random_tables import COUNT, QUASI, SENSITIVE, table

FIELDS = ("k", "l", "entropy_l", "t", "alpha", "beta", "enhanced_beta", "delta")


def row(frame: pd.DataFrame, sensitive: str) -> list[float]:
    from pycanon import anonymity

    quasi = list(QUASI)
    asked = [sensitive]
    return [
        anonymity.k_anonymity(frame, quasi),
        anonymity.l_diversity(frame, quasi, asked),
        anonymity.entropy_l_diversity(frame, quasi, asked),
        anonymity.t_closeness(frame, quasi, asked),
        anonymity.alpha_k_anonymity(frame, quasi, asked)[0],
        anonymity.basic_beta_likeness(frame, quasi, asked),
        anonymity.enhanced_beta_likeness(frame, quasi, asked),
        anonymity.delta_disclosure(frame, quasi, asked),
    ]


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("table", "sensitive", *FIELDS))
    for number in range(COUNT):
        frame = pd.DataFrame(table(number))
        for sensitive in SENSITIVE:
            numbers = [f"{float(value):.12g}" for value in row(frame, sensitive)]
            writer.writerow((number, sensitive, *numbers))
