"""Rows by their names, and what is said of a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from dxemu.errors import DxemuError


class _Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)


class UnknownName(DxemuError, KeyError):
    """A plan has nothing of this kind and name. The message has the nearest name, or all of them."""

    exit_status = 2

    __str__ = DxemuError.__str__  # a KeyError shows its message as a literal


class ByName(dict[str, T], Generic[T]):
    """Rows by name; `noun` is what one of them is called. Asking for one that is not there raises UnknownName."""

    def __init__(self, noun: str, rows: Iterable[T]) -> None:
        super().__init__((row.name, row) for row in rows)
        self.noun = noun

    def __missing__(self, name: str) -> T:
        from dxemu.topology.words import quoted, suggestion  # no lab needs it: there every name is known

        raise UnknownName(f"there is no {self.noun} {quoted(name)} in the plan\n  {suggestion(name, self)}")
