"""A small drawing for each role, 30 by 30 pixels around a point, in one colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, pi, sin

from dxemu.plan.model import Role
from dxemu.report.picture.parts import BORDER_ROLE, OUTSIDER_ROLE, PRIVATE_ENDPOINT_ROLE
from dxemu.report.picture.svg import element, number


def icon(role: str, x: float, y: float, colour: str) -> str:
    """The drawing for `role`, with its middle at `x`, `y`. A role without one gets a plain ring."""
    draw = _drawings().get(role, _ring)
    return element(
        "g",
        draw(),
        transform=f"translate({number(x)} {number(y)})",
        fill="none",
        stroke=colour,
        stroke_width=1.8,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def _drawings() -> Mapping[str, Callable[[], str]]:
    return {
        Role.HOST: _server,
        Role.ROUTER: _router,
        Role.CARRIER: _cloud,
        Role.SWITCH: _device,
        Role.VPN_ENDPOINT: _padlock,
        PRIVATE_ENDPOINT_ROLE: _padlock,
        BORDER_ROLE: _gateway,
        Role.VPC: _router,
        OUTSIDER_ROLE: _server,
        Role.SERVICE: _bucket,
        Role.DX_DEVICE: _device,
        Role.GATEWAY: _gateway,
        Role.INSTANCE: _chip,
    }


def _path(d: str) -> str:
    return element("path", d=d)


def _ring() -> str:
    return element("circle", r=11)


def _server() -> str:
    """A screen on its stand."""
    return element("rect", x=-13, y=-12, width=26, height=18, rx=2.5) + _path("M0 6V12M-7 12H7")


def _router() -> str:
    """A disc with two arrows in and two out."""
    arrows = []
    for quarter in range(4):
        angle = quarter * pi / 2 + pi / 4
        inner, outer = (3.0, 9.5) if quarter % 2 else (9.5, 3.0)
        arrows.append(_arrow(angle, inner, outer))
    return element("circle", r=13.5) + _path("".join(arrows))


def _arrow(angle: float, start: float, end: float) -> str:
    """An arrow along a radius, from one distance to another."""
    barb = 4.0 if end < start else -4.0
    points = [(start, 0.0), (end, 0.0), (end + barb, barb), (end + barb, -barb)]
    at = [f"{number(r * cos(angle) - s * sin(angle))} {number(r * sin(angle) + s * cos(angle))}" for r, s in points]
    return f"M{at[0]}L{at[1]}M{at[2]}L{at[1]}L{at[3]}"


def _cloud() -> str:
    """A carrier's network."""
    return _path("M-8 9H9A5.5 5.5 0 0 0 10 -2A8 8 0 0 0 -5 -5A7 7 0 0 0 -8 9Z")


def cloud(left: float, top: float, width: float, height: float, **attributes: str | float) -> str:
    """A cloud as large as the rectangle; it reaches the middle of both sides."""
    outline = (
        ((0.20, 1),),
        ((0.06, 1), (0, 0.84), (0, 0.62)),
        ((0, 0.42), (0.06, 0.3), (0.17, 0.28)),
        ((0.2, 0.06), (0.38, -0.06), (0.5, 0.08)),
        ((0.64, -0.04), (0.81, 0.08), (0.83, 0.3)),
        ((0.94, 0.32), (1, 0.42), (1, 0.62)),
        ((1, 0.84), (0.94, 1), (0.80, 1)),
    )
    pieces = [" ".join(f"{number(left + x * width)} {number(top + y * height)}" for x, y in piece) for piece in outline]
    return element("path", d=f"M{pieces[0]}{''.join(f'C{piece}' for piece in pieces[1:])}Z", **attributes)


def _padlock() -> str:
    """A padlock: what goes on from here was encrypted."""
    return element("rect", x=-11, y=-2, width=22, height=14, rx=2.5) + _path("M-7 -2V-6A7 7 0 0 1 7 -6V-2M0 4V7")


def _bucket() -> str:
    """A bucket: what a public service stores."""
    return element("ellipse", cy=-9, rx=12, ry=4) + _path("M-12 -9L-8 11Q0 14 8 11L12 -9")


def _device() -> str:
    """A chassis with two rows of ports."""
    rows = "".join(f"M{x} -4V-1M{x} 4V7" for x in (-8, -3, 2))
    return element("rect", x=-14, y=-11, width=28, height=22, rx=2.5) + _path(f"{rows}M-14 1H14M8 -4H9M8 5H9")


def _gateway() -> str:
    """An arch with a way through."""
    return _path("M-12 12V-2A12 11 0 0 1 12 -2V12ZM-5 12V3A5 5 0 0 1 5 3V12")


def _chip() -> str:
    """A chip with its pins."""
    pins = "".join(f"M{v} -13V-9M{v} 9V13M-13 {v}H-9M9 {v}H13" for v in (-5, 0, 5))
    return element("rect", x=-9, y=-9, width=18, height=18, rx=2) + _path(pins)
