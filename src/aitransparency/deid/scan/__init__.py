"""The byte-scan kernel: from a column of text to candidates, over arrays.

`scan.text` joins and folds the rows, `scan.runs` finds runs of digits and letters and the chains
that separators make of them, `scan.words` weighs the words around a candidate, `scan.recognizer`
is what an identifier declares, `scan.overlap` decides between overlapping finds and `scan.column`
puts them together. A single string is a column of one row, so every path gives the same answer.
"""
