"""Members that are one file each are found, never listed: the folder is the list.

Who asks for one by its name has that file imported, and no other: a command that is over at once names few kinds, and
all of them take longer to import than a scenario takes to check.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")


def kind_of(member: type) -> str:
    """The kind that a member is: the name of its file."""
    return member.__module__.rpartition(".")[2]


@dataclass(frozen=True)
class Members(Mapping[str, type[T]], Generic[T]):
    """The subclasses of `base` that the modules of `package` define, by module name, sorted; `others` are beside them.

    One is imported when it is asked for, all when somebody goes through them. A module without one (`base.py`) is no
    member, and an abstract class is none. Raises TypeError if a module defines two.
    """

    package: ModuleType
    base: type[T]
    others: Mapping[str, type[T]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> type[T]:
        if name in self.others:
            return self.others[name]
        made = defined(f"{self.package.__name__}.{name}", self.base) if name in modules(self.package) else None
        if made is None:
            raise KeyError(name)
        return made

    def __iter__(self) -> Iterator[str]:
        return (name for name in sorted({*modules(self.package), *self.others}) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def modules(package: ModuleType) -> tuple[str, ...]:
    """The names of the modules in the folder of `package`, sorted."""
    return _modules(tuple(package.__path__))


@cache
def _modules(path: tuple[str, ...]) -> tuple[str, ...]:
    """As `modules`: folders do not change while a program runs, and one command may ask for each of many files."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(path)))


def member(module: str, base: type[T]) -> type[T]:
    """The one that a module defines: nothing else is imported. Raises KeyError if there is none."""
    found = defined(module, base)
    if found is None:
        raise KeyError(module)
    return found


def defined(name: str, base: type[T]) -> type[T] | None:
    """The subclass of `base` that the module of this name defines. Raises TypeError if it defines two."""
    module = importlib.import_module(name)
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__  # first: an abstract base takes long to answer
        and issubclass(value, base)
        and value is not base
        and not getattr(value, "__abstractmethods__", None)
        and ABC not in value.__bases__  # a base that leaves nothing open, but is no kind by itself
    ]
    if len(classes) > 1:
        raise TypeError(f"{module.__name__} defines {len(classes)} members; one file holds one")
    return classes[0] if classes else None
