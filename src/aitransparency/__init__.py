"""De-identify personal data and explain algorithmic decisions.

Two modules, each serving one duty of 深圳经济特区人工智能产业促进条例:

`aitransparency.deid`
    Article 33: personal data handed to others must be de-identified (去标识化).
`aitransparency.explain`
    Article 71: algorithms must be explained so that the public understands.

Both load when first used, so that ``import aitransparency`` stays under 0.2 s.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"
__all__ = ["__version__", "deid", "explain"]


def __getattr__(name: str) -> ModuleType:
    if name in ("deid", "explain"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
