"""Members that are one file each are found, never listed: the folder is the list."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def kind_of(member: type) -> str:
    """The kind that a member is: the name of its file."""
    return member.__module__.rpartition(".")[2]


def members(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """The subclasses of `base` that the modules of `package` define, by module name.

    A module without one (`base.py`) is no member, and an abstract class is none. Raises TypeError if a module defines
    two.
    """
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    return {name: found for name in names if (found := _defined(package, base, name)) is not None}


def member(package: ModuleType, base: type[T], name: str) -> type[T]:
    """The one that module `name` defines: nothing else is imported. Raises KeyError if there is none."""
    found = _defined(package, base, name)
    if found is None:
        raise KeyError(name)
    return found


def _defined(package: ModuleType, base: type[T], name: str) -> type[T] | None:
    module = importlib.import_module(f"{package.__name__}.{name}")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
        and value is not base
        and not getattr(value, "__abstractmethods__", None)
    ]
    if len(classes) > 1:
        raise TypeError(f"{module.__name__} defines {len(classes)} members; one file holds one")
    return classes[0] if classes else None
