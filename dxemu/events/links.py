"""What lies below sessions: carriers, LAGs, tunnels, shared addresses."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import Event


class PortCarrierChanged(Event):
    """A port has light or none. `cable` is what is plugged in, or the LAG as a whole."""

    word: ClassVar[str] = "carrier"
    node: str
    interface: str
    cable: str
    up: bool


class LacpChanged(Event):
    """LACP takes a member in or out."""

    word: ClassVar[str] = "lacp"
    node: str
    lag: str
    cable: str
    up: bool


class TunnelChanged(Event):
    """What charon says of an IPsec tunnel: `state` is `up`, `down` or `rekeyed`.

    `reason` is `dpd`, `deleted` and the like when down, `ike` or `child` when rekeyed; only what is down has `detail`.
    """

    word: ClassVar[str] = "tunnel"
    node: str
    tunnel: str
    state: str
    reason: str
    detail: str | None = None


class VrrpChanged(Event):
    """`state` is `master`, `backup` or `fault`."""

    word: ClassVar[str] = "vrrp"
    node: str
    virtual_router_id: int
    state: str
