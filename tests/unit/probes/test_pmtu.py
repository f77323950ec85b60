"""The search for the largest packet, on paths that are made up."""

from __future__ import annotations

import asyncio

import pytest

from dxemu.lab.probes.pmtu import PacketTooBig, _discover


class Path:
    """Carries packets of `mtu` bytes. Larger ones: the hops that tell do, each with its own MTU; the others vanish."""

    smallest = 576

    def __init__(self, mtu: int, *tellers: int) -> None:
        self.mtu = min([mtu, *tellers])
        self.tellers = tellers
        self.silent = mtu
        self.tried = 0

    async def try_sizes(self, sizes: list[int]) -> tuple[list[int], PacketTooBig | None]:
        self.tried += 1
        told = None
        for size in sizes:
            teller = next((hop for hop in self.tellers if size > hop), None)
            if teller is not None and size <= self.silent:
                told = PacketTooBig(teller, f"10.0.0.{self.tellers.index(teller)}")
        return [size for size in sizes if size <= self.mtu], told


def discover(path: Path, largest: int = 9001) -> tuple[int, PacketTooBig | None, bool]:
    return asyncio.run(_discover(path, largest))  # type: ignore[arg-type]  # as much of a path as is needed


def test_the_senders_own_mtu_fits() -> None:
    assert discover(Path(9001)) == (9001, None, False)


def test_told_once_and_told_twice() -> None:
    assert discover(Path(9001, 8500)) == (8500, PacketTooBig(8500, "10.0.0.0"), False)
    assert discover(Path(9001, 8500, 1500)) == (1500, PacketTooBig(1500, "10.0.0.1"), False)


@pytest.mark.parametrize("mtu", [576, 577, 1000, 1446, 1500, 8499, 8500, 8999, 9000])
def test_black_hole(mtu: int) -> None:
    path = Path(mtu)
    assert discover(path) == (mtu, None, True)
    assert path.tried <= 6


def test_told_and_then_a_black_hole() -> None:
    path = Path(9001, 8500)
    path.mtu = 1446
    assert discover(path) == (1446, PacketTooBig(8500, "10.0.0.0"), True)


def test_dead() -> None:
    assert discover(Path(0)) == (0, None, True)


def test_a_teller_that_says_nonsense_is_not_believed() -> None:
    assert discover(Path(9001, 9001 - 1, 100))[0] == 0
