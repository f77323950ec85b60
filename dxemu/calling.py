"""Packages that are called, too: `dxemu.run("cut_primary_silently")` although `dxemu.run` is a package.

What an import binds to the name of a package is that package, whatever the name stood for before.
"""

from __future__ import annotations

import importlib
from types import ModuleType

PACKAGES = ("lab", "run", "audit", "explain")


class CalledPackage(ModuleType):
    """A package that, called, does what the function of its name in `dxemu.api` does."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        """As that function."""
        name = self.__name__.rpartition(".")[2]
        return getattr(importlib.import_module("dxemu.api"), name)(*args, **kwargs)


def make_called() -> None:
    """Make `PACKAGES` such ones. Their files import nothing: they are in the embedded kernel, too."""
    for name in PACKAGES:
        importlib.import_module(f"dxemu.{name}").__class__ = CalledPackage
