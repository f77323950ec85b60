"""Which ends of a cable with a piece in the middle have light: a port that is off at one end darkens the other one."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.lab.middle_piece import MiddlePiece
from dxemu.lab.node import LabNode
from dxemu.netlink import link


class Lit(dict[str, bool]):
    """What the inner ends are, by name."""

    async def vlans_over(self, netlink: object, port: str) -> tuple[str, ...]:
        del netlink, port
        return ()

    async def set_up(self, netlink: object, name: str, *, up: bool) -> None:
        del netlink
        self[name] = up


@pytest.fixture
def lit(monkeypatch: pytest.MonkeyPatch) -> Lit:
    found = Lit()
    monkeypatch.setattr(link, "set_up", found.set_up)
    monkeypatch.setattr(link, "vlans_over", found.vlans_over)
    return found


def piece() -> tuple[MiddlePiece, LabNode, LabNode]:
    nothing: Any = None
    near, far = (LabNode(nothing, nothing, nothing) for _ in range(2))
    ports: Any = [SimpleNamespace(name="primary"), SimpleNamespace(name="primary")]
    return MiddlePiece(nothing, ("a0", "b0"), ((ports[0], near), (ports[1], far))), near, far


def test_one_end_alone_is_dark(lit: Lit) -> None:
    made, _, _ = piece()
    asyncio.run(made.darken(0, dark=True))
    assert (lit, made.is_dark(0), made.is_dark(1)) == ({"a0": False, "b0": True}, True, False)


def test_two_who_take_it_both_have_to_give_it_back(lit: Lit) -> None:
    made, _, _ = piece()
    for dark in (True, True, False):
        asyncio.run(made.darken(1, dark=dark))
    assert lit == {"a0": True, "b0": False}
    asyncio.run(made.darken(1, dark=False))
    assert lit == {"a0": True, "b0": True}


def test_a_port_that_is_off_darkens_the_other_end(lit: Lit) -> None:
    _, near, far = piece()
    far.hold("primary", down=True)
    asyncio.run(far.switch("primary"))
    assert (lit["a0"], lit["b0"]) == (False, True)
    near.hold(down=True)  # all its ports, as without power
    asyncio.run(near.switch("primary"))
    assert (lit["a0"], lit["b0"]) == (False, False)
    far.hold("primary", down=False)
    asyncio.run(far.switch("primary"))
    assert (lit["a0"], lit["b0"]) == (True, False)
