"""The ports of UDP probes: drawn from the seed, so that routers and LAGs treat their flows as they treat any."""

from __future__ import annotations

from random import Random

from dxemu.netlink import route

FIRST_PORT, LAST_PORT = 16_384, 32_767
"""Each probe has two of them: above what services and iperf3 listen on, below what kernels give out by themselves."""


def flow_of(number: int, seed: int) -> route.FlowPorts:
    """The ports of the UDP probe of this number, in either direction. No two probes of a run share one.

    They are drawn, because a LAG chooses the member by both ports' bits: of neighbours like 47808 and 47809 it would
    always choose the same.
    """
    draw = Random(seed)
    drawn: dict[int, None] = {}
    while len(drawn) < 2 * number + 2:
        drawn[draw.randint(FIRST_PORT, LAST_PORT)] = None
    source_port, destination_port = list(drawn)[-2:]
    return route.FlowPorts(source_port, destination_port)


def source_ports(number: int, flows: int, seed: int) -> tuple[int, ...]:
    """Those of all flows of the probe of this number, that of `flow_of` first. Those of two probes may meet."""
    first = flow_of(number, seed).source_port
    draw = Random(f"flows of {number}, {seed}")
    drawn = {first: None}
    while len(drawn) < flows:
        drawn[draw.randint(FIRST_PORT, LAST_PORT)] = None
    return tuple(drawn)
