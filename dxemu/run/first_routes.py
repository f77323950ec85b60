"""The routes that nodes had before anybody heard their kernels, as far as a scenario speaks of them."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.events.routes import TableChanged
from dxemu.lab.lab import Lab
from dxemu.netlink import route


async def tell_first_routes(lab: Lab, routes: Iterable[tuple[str, str]]) -> None:
    """Tell of these (node and prefix) what no kernel has told: who only listens would say that there never was one."""
    for node, prefix in routes:
        if (node, prefix) in lab.signs.routes:
            continue
        for _, found in await route.read_all(lab.node(node).netlink):
            if str(found.prefix) == prefix and found.via is not None:
                via = " ".join(map(str, found.shared or (found.via,)))
                lab.journal.tell(TableChanged(node=node, prefix=prefix, via=via, interface=found.interface))
