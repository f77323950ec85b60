"""Rich's console, which prints text as it is: no markup, no emoji codes, and nothing that controls a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from dxemu.report.terminal import safe


class PlainConsole(Console):
    """As `rich.console.Console`; `[bold]` in somebody's story is text, and an escape sequence is shown, not sent."""

    def __init__(self, **options: Any) -> None:  # Any: as rich has them
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **options})

    def print(self, *objects: Any, **options: Any) -> None:  # Any: as rich has them
        """As rich prints it, made safe."""
        super().print(*map(_safe, objects), **options)


def _safe(shown: object) -> object:
    if isinstance(shown, str):
        return safe(shown)
    if isinstance(shown, Text) and not shown.plain.isprintable():
        shown = shown.copy()
        shown.plain = safe(shown.plain)
    return shown
