"""What lies below sessions: carriers, LAGs, tunnels, shared addresses."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import NodeEvent


class PortCarrierChanged(NodeEvent):
    """A port has light or none. `cable` is what is plugged in, or the LAG as a whole.

    `waits_s` is how long its router waits (`carrier_delay`, or `carrier_delay_up` where it has light) before it takes
    the port for what it is; None: not at all.
    """

    word: ClassVar[str] = "carrier"
    interface: str
    cable: str
    up: bool
    waits_s: float | None = None


class CarrierDelayOver(NodeEvent):
    """A router has waited for light that went: the port is `up` again, or is taken for down from now on.

    `lit_for_s` is how long a port that was down has had light; None where it never was down.
    """

    word: ClassVar[str] = "carrier_delay"
    interface: str
    cable: str
    up: bool
    lit_for_s: float | None = None


class LacpChanged(NodeEvent):
    """LACP takes a member in or out."""

    word: ClassVar[str] = "lacp"
    lag: str
    cable: str
    up: bool


class TunnelChanged(NodeEvent):
    """What charon says of an IPsec tunnel: `state` is `up`, `down` or `rekeyed`.

    `reason` is `dpd`, `deleted` and the like when down, `ike` or `child` when rekeyed; only what is down has `detail`.
    """

    word: ClassVar[str] = "tunnel"
    tunnel: str
    state: str
    reason: str
    detail: str | None = None


class VrrpChanged(NodeEvent):
    """`state` is `master`, `backup` or `fault`."""

    word: ClassVar[str] = "vrrp"
    virtual_router_id: int
    state: str
