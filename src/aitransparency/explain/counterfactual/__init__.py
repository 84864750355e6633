"""What could change the result: few, small changes that the person can make, each run by the model.

A counterfactual in the sense of Wachter, Mittelstadt and Russell, Harvard Journal of Law and
Technology 31 (2018): the person's own row with one, two or three values changed, for which the
model gives the favourable result. Only features marked actionable are changed, only in the allowed
direction, only within what is usual in the background (its 2nd to 98th percentile, or categories
that several people have). Numbers are rounded, so that no other person's record is shown.
"""

from aitransparency.explain.counterfactual.search import Changed, Counterfactual, Search

__all__ = ["Changed", "Counterfactual", "Search"]
