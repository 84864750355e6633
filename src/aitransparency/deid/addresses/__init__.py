"""Chinese addresses: found in text, and taken apart.

`gazetteer` holds the names of divisions, `parts` splits a column of addresses, `elements` finds the
pieces of addresses in running text (a division, a road, a house number), and `recognizer` joins
neighbouring pieces into addresses and scores them.
"""

from __future__ import annotations

from aitransparency.deid.addresses.parts import parts

__all__ = ["parts"]
