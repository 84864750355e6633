"""Names already known: what the rest of a row, a document or a table says about its text.

`rows` looks for the identity columns of a row in its free text, `document` for a name found once
with certainty in the rest of its document, `table` for the identities of all rows in every text.
"""
