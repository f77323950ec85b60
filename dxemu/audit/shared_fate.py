"""Connections that stand in for each other, and fail together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design, GatewayPath
from dxemu.audit.elements import Failure
from dxemu.audit.graph import reaches
from dxemu.plan.connections import device_of
from dxemu.predict.windows import Window

KINDS = ("device", "location", "campus", "carrier", "router", "circuit")


class SharedFate(Rule):
    """Redundant connections on one AWS device, in one location, over one carrier, circuit or customer's router."""

    code: ClassVar[str] = "DX-A002"
    title: ClassVar[str] = "shared fate"
    rule: ClassVar[str] = (
        "Connections are redundant on different devices (awsLogicalDeviceId), for 99.9 % in different locations; AWS "
        "maintains a device for up to 4 hours at a time"
    )
    source: ClassVar[str] = "Direct Connect FAQ and User Guide, Resiliency Toolkit"
    paragraph: ClassVar[str] = """\
Connections that stand in for each other depend on the same thing, so that they fail together. AWS
tells devices apart by awsLogicalDeviceId and maintains one at a time, for up to four hours; two
connections on one device are both down then. A campus counts as one location: give its buildings
one `campus`. Carriers, circuits and routers are yours to choose: give circuits a `carrier` and the
audit compares them. Source: Direct Connect FAQ and User Guide, Resiliency Toolkit."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for all that the connections to one gateway share, and one for each shared device."""
        for gateway, ways in design.redundant:
            direct = [way for way in ways if way.vif is not None]
            apart = {way.vif.connection for way in direct if way.vif is not None}
            if len(apart) < 2:  # noqa: PLR2004 - one connection is not redundant
                continue
            shared = [f for f in _candidates(design) if not any(reaches(design, way, f) for way in direct)]
            if any(failure.mode.kind == "location" for failure in shared):
                shared = [failure for failure in shared if failure.mode.kind != "campus"]
            if shared:
                yield _all_of_them(design, gateway, direct, shared)
            yield from _on_one_device(design, direct, {f.name for f in shared if f.mode.kind == "device"})


def _candidates(design: Design) -> list[Failure]:
    seen: dict[tuple[str, str], Failure] = {}
    for failure in design.failures:
        if failure.mode.kind in KINDS:
            seen.setdefault((failure.mode.kind, failure.name), failure)
    return sorted(seen.values(), key=lambda failure: KINDS.index(failure.mode.kind))


def _all_of_them(design: Design, gateway: str, ways: Sequence[GatewayPath], shared: Sequence[Failure]) -> Finding:
    names = dict.fromkeys(way.vif.connection for way in ways if way.vif is not None)
    outages = [design.outage(failure.mode.kind, failure.name) for failure in shared]
    return Finding(
        problem=f"connections {listed(names)} to {gateway} all depend on {listed(f.element for f in shared)}",
        outage=max(outages, key=_length),
        remedy=_remedy(shared),
        names=tuple(failure.name for failure in shared),
        path=("connections", next(iter(ways)).connections[-1].name),
    )


def _remedy(shared: Sequence[Failure]) -> str:
    kinds = {failure.mode.kind for failure in shared}
    if "location" in kinds:
        return "Move one of them to another location, with a router and a circuit of its own."
    if "campus" in kinds:
        return "Move one of them to a location of another campus, with a router and a circuit of its own."
    words = {"device": "AWS device", "carrier": "carrier", "router": "router", "circuit": "circuit"}
    return f"Give one of them another {listed(words[kind] for kind in KINDS if kind in kinds)}."


def _on_one_device(design: Design, ways: Sequence[GatewayPath], told: set[str]) -> Iterator[Finding]:
    found: dict[str, dict[str, None]] = {}
    for one, other in combinations(ways, 2):
        devices = {device_of(way.connections[0], design.topology) for way in (one, other)}
        if one.vif is not None and other.vif is not None and one.vif.connection != other.vif.connection:
            for device in devices if len(devices) == 1 else ():
                found.setdefault(device, {}).update({one.vif.connection: None, other.vif.connection: None})
    for device, connections in found.items():
        if device not in told:
            yield Finding(
                problem=f"connections {listed(connections)} end on one AWS device, {device}",
                outage=design.outage("device", device),
                remedy="Order one of them on another device of the location.",
                names=(device,),
                path=("connections", list(connections)[-1]),
            )


def _length(window: Window) -> tuple[float, float]:
    return window.high_s, window.low_s
