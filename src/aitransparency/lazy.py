"""Public names that load when first used, in a package whose modules share those names.

``deid.find`` is a function and lives in the module ``deid/find.py``. Python binds a submodule to
its parent when anyone imports it, which would hide the function; `lazy_package` binds the public
object instead.

>>> from aitransparency import deid
>>> import aitransparency.deid.spans
>>> deid.Span.__name__
'Span'
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType


class _LazyPackage(ModuleType):
    _home: Mapping[str, str]

    def __getattr__(self, name: str) -> object:
        if name.startswith("_") or name not in self._home:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{self._home[name]}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in self._home:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._home]


def lazy_package(name: str, home: Mapping[str, str]) -> None:
    """Make a package load its public names when first used.

    Parameters
    ----------
    name
        The package, as in its ``__name__``.
    home
        Public name to the submodule that defines it. Where a submodule has a public name of its
        own, it must define it.
    """
    package = sys.modules[name]
    package.__dict__["_home"] = dict(home)
    package.__class__ = _LazyPackage
