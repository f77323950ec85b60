"""The plan's policers and shapers in the running lab."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.aws import policing
from dxemu.errors import LabError
from dxemu.lab.node import LabNode
from dxemu.netlink import police, segmentation, shape
from dxemu.netlink.traffic_control import Counters
from dxemu.plan.model import LimitKind, Plan, RateLimit, Role

SENDERS = (Role.HOST, Role.INSTANCE, Role.SERVICE)
"""Whose TCP is heard: with a limit anywhere they send frame by frame, as a network card does."""


async def apply_limits(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """Every limit of the plan; the interfaces must be there. Raises LabError."""
    for limit in plan.limits:
        await put_limit(limit, nodes)
    await send_frame_by_frame(plan, nodes)


async def send_frame_by_frame(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """What `SENDERS` do where there is a limit."""
    if plan.limits:
        senders = {node.name for node in plan.nodes if node.role in SENDERS}
        for cable in plan.cables:
            for port in (cable.a, cable.b):
                if port.node in senders:
                    await segmentation.apply(nodes[port.node].netlink, port.name, 1)


async def put_limit(limit: RateLimit, nodes: Mapping[str, LabNode]) -> str:
    """Hold an interface to a rate, or to another one. Gives what the kernel then says; raises LabError."""
    netlink, name = nodes[limit.node].netlink, limit.interface
    rate: int
    if limit.kind is LimitKind.POLICE:
        await police.apply(netlink, name, police_of(limit))
        rate = (await police.read(netlink, name))[0].rate_bps
    else:
        await shape.apply(netlink, name, shape_of(limit))
        rate = (await shape.read(netlink, name))[0].rate_bps
    if rate // 8 != int(limit.rate) // 8:  # the kernel counts bytes
        raise LabError(f"{name} on {limit.node} should be held to {limit.rate}, the kernel says {rate} bit/s")
    return f"the kernels say {limit.rate}"


async def take_limit(limit: RateLimit, nodes: Mapping[str, LabNode]) -> None:
    """Hold an interface to a rate no longer. Raises LabError."""
    delete = police.delete if limit.kind is LimitKind.POLICE else shape.delete
    await delete(nodes[limit.node].netlink, limit.interface)


async def read_limits(plan: Plan, nodes: Mapping[str, LabNode]) -> Mapping[tuple[str, str, LimitKind], Counters]:
    """What each has passed and dropped, by node, interface and kind. Raises LabError if one is not there."""
    found = {}
    for limit in plan.limits:
        netlink = nodes[limit.node].netlink
        read = police.read if limit.kind is LimitKind.POLICE else shape.read
        _, counters = await read(netlink, limit.interface)
        found[limit.node, limit.interface, limit.kind] = counters
    return found


def police_of(limit: RateLimit) -> police.Police:
    """The kernel's words for a policer."""
    return police.Police(rate_bps=int(limit.rate), burst=limit.burst)


def shape_of(limit: RateLimit) -> shape.Shape:
    """The kernel's words for a shaper."""
    return shape.Shape(rate_bps=int(limit.rate), bucket=policing.shaper_bucket(limit.rate), queue=limit.burst)
