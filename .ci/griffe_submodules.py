"""A griffe extension: in the API pages a package's submodule wins over the lazy name it shares.

`aitransparency.deid.find` is a module and, once used, the function inside it. griffe reads the
type checker's import of that function as an alias that hides the module, and then runs in circles.
"""

from __future__ import annotations

from typing import Any

import griffe


class SubmodulesWin(griffe.Extension):
    """Drop the aliases of a package that carry the name of one of its submodules."""

    def on_module_members(self, *, node: Any, mod: griffe.Module, **kwargs: Any) -> None:
        """Drop them once the package has been read."""
        if not mod.is_init_module:
            return
        for name, member in list(mod.members.items()):
            if isinstance(member, griffe.Alias) and member.target_path.endswith(f".{name}.{name}"):
                del mod.members[name]
