"""SVG as text: elements, numbers, paths."""

from __future__ import annotations

import html

from dxemu.report.terminal import safe


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else str(round(value))  # noqa: PLR2004 - where %g rounds


def escaped(words: str) -> str:
    """Words as XML has them, inside an element or an attribute: one line, without characters that XML forbids."""
    return html.escape(safe(words, keep=""), quote=False).replace('"', "&quot;")


def element(tag: str, content: str = "", /, **attributes: str | float) -> str:
    """One element. `content` is SVG; `stroke_width=2` becomes `stroke-width="2"`; empty attributes are left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def text(content: str, x: float, y: float, size: float, fill: str, **attributes: str | float) -> str:
    """A line of text; `y` is its base line."""
    return element("text", escaped(content), x=x, y=y, font_size=size, fill=fill, **attributes)


def curve(x0: float, y0: float, x1: float, y1: float) -> str:
    """A path's piece from the current point `x0, y0`, that leaves and arrives level."""
    if abs(y1 - y0) < 0.05:  # noqa: PLR2004 - less than can be seen
        return f"L{number(x1)} {number(y1)}"
    middle = (x0 + x1) / 2
    return f"C{number(middle)} {number(y0)} {number(middle)} {number(y1)} {number(x1)} {number(y1)}"
