"""The methods of dataclasses are compiled when they are first called: in our own processes, never for an importer.

CPython compiles half a dozen methods for each dataclass that is imported, and a command that is over at once calls one
in ten of them: to compile the rest was a quarter of what `dxemu check` took, and of what a lab's process imports. The
methods are the very same. From 3.13 on CPython compiles those of a class in one go and has other names for it: there it
stays as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

_AT_ONCE: Callable[..., Any] | None = getattr(dataclasses, "_create_fn", None)
"""What CPython 3.11 and 3.12 make each method with: text in, function out."""


def compile_late() -> None:
    """From now on, in this process."""
    if _AT_ONCE is not None:
        dataclasses._create_fn = _late  # type: ignore[attr-defined]  # nothing public does it


def _late(name: str, *source: Any, **names: Any) -> Callable[..., Any]:
    """In place of `_create_fn`: a method that at its first call is compiled, and takes its own place in its class."""
    assert _AT_ONCE is not None

    def method(self: Any, *values: Any, **by_name: Any) -> Any:
        compiled = _AT_ONCE(name, *source, **names)
        for base in type(self).__mro__:
            if vars(base).get(name) is method:
                compiled.__qualname__ = method.__qualname__
                setattr(base, name, compiled)
        return compiled(self, *values, **by_name)

    method.__name__ = method.__qualname__ = name
    return method
