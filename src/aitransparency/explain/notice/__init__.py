"""The public notice of a whole algorithm: what its operator says beside what was measured.

Article 71 of the Shenzhen regulation asks for an explanation that the public understands; Articles
66, 70 and 72 and PIPL Articles 17 and 24 say what else people must be told. `profile` holds the
operator's words, `requirements` what each law asks for, `factors` and `measured` the figures,
`value` the notice itself, `sections` its sentences in `blocks`, and `render` its looks.
"""

from aitransparency.explain.notice.build import build_notice
from aitransparency.explain.notice.profile import Profile, draft
from aitransparency.explain.notice.value import Notice

__all__ = ["Notice", "Profile", "build_notice", "draft"]
