"""Person names in free text: a linear-chain CRF over characters, shipped in the package.

`sentences` turns a column into numbers, `ngrams` looks character n-grams up, `features` says which
n-grams weigh on which label, `model` holds the weights, `decode` gives marginal probabilities,
`spans` makes spans of them, and `source` joins the model with the rules of `latin`.
"""
