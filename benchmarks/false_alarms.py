"""How often random strings of the right shape are taken for an identifier.

    python benchmarks/false_alarms.py [--count 200000]

Each kind of string is drawn from a seed, one per text, alone; what `deid.find` reports at a score
of 0.5 or more is counted by entity.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

from aitransparency import deid

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VIN, CREDIT = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789", "0123456789ABCDEFGHJKLMNPQRTUWXY"


def shapes(draw: random.Random):
    def digits(count):
        return "".join(draw.choices(DIGITS, k=count))

    def mixed(count):
        return "".join(draw.choices(DIGITS + LETTERS, k=count))

    return {
        "8 digits": lambda: digits(8),
        "10 digits": lambda: digits(10),
        "11 digits": lambda: digits(11),
        "12 digits": lambda: digits(12),
        "14 digits": lambda: digits(14),
        "15 digits": lambda: digits(15),
        "16 digits": lambda: digits(16),
        "18 digits": lambda: digits(18),
        "19 digits": lambda: digits(19),
        "22 digits": lambda: digits(22),
        "17 letters or digits": lambda: mixed(17),
        "18 letters or digits": lambda: mixed(18),
        "letter and 8 digits": lambda: draw.choice(LETTERS) + digits(8),
        "letter and 7 digits": lambda: draw.choice(LETTERS) + digits(7),
        "17 digits and a digit or X": lambda: digits(17) + draw.choice(DIGITS + "X"),
        "letter, 6 digits, one in parentheses": lambda: (
            f"{draw.choice(LETTERS)}{digits(6)}({draw.choice(DIGITS + 'A')})"
        ),
        "letter and 9 digits": lambda: draw.choice(LETTERS) + digits(9),
        "three letters and 12 digits": lambda: "".join(draw.choices(LETTERS, k=3)) + digits(12),
        "17 of the alphabet of VIN": lambda: "".join(draw.choices(VIN, k=17)),
        "91, 6 digits, 10 of GB 32100's alphabet": lambda: (
            "91" + digits(6) + "".join(draw.choices(CREDIT, k=10))
        ),
        "six bytes with colons": lambda: ":".join(f"{draw.randrange(256):02x}" for _ in range(6)),
        "Chinese character, letter, 5 digits": lambda: (
            draw.choice("京津沪粤川在的是和有") + draw.choice(LETTERS) + digits(5)
        ),
        "7 digits, one in parentheses": lambda: f"{digits(7)}({digits(1)})",
        "4 digits, hyphen, 8 digits": lambda: f"{digits(4)}-{digits(8)}",
        "two numbers with decimals": lambda: f"{digits(2)}.{digits(2)}, {digits(3)}.{digits(2)}",
        "date": lambda: f"20{digits(2)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
        "version": lambda: ".".join(str(draw.randrange(20)) for _ in range(4)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=200_000)
    count = parser.parse_args().count
    print(f"{count:,} of each, share found at a score of 0.5 or more")
    print("| drawn | found as |")
    print("| --- | --- |")
    for name, draw in shapes(random.Random(11)).items():
        spans = deid.find([draw() for _ in range(count)])
        found = Counter(span.entity for span in spans)
        listed = ", ".join(f"{entity} {n / count:.3%}" for entity, n in found.most_common(4))
        print(f"| {name} | {listed or 'nothing'} |")


if __name__ == "__main__":
    main()
