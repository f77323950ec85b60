"""Ends of virtual interfaces and tunnels that differ, and come up all the same: what it costs then.

What keeps a session down is a `dxemu.plan.mismatch.Mismatch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxemu.aws import bfd, vpn_tunnels
from dxemu.plan.names import tunnel_name
from dxemu.plan.parts import DeadPeerDetection, SilentDrop
from dxemu.topology.model import Topology, VirtualInterface, Vpn, VpnTunnel
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsApart:
    """One setting that the ends have differently. `name` is the virtual interface's or tunnel's.

    `path` is where it stands in the topology's file; `loses` says whether packets are lost for it with nothing broken.
    """

    name: str
    path: tuple[str | int, ...]
    customer: str
    amazon: str
    effect: str
    loses: bool = False

    @property
    def text(self) -> str:
        """A sentence without a full stop."""
        return f"the customer's router has {self.customer}, AWS has {self.amazon}: {self.effect}"


def ends_apart(topology: Topology) -> Iterator[EndsApart]:
    """All of them, in the file's order."""
    for vif in topology.virtual_interfaces:
        yield from _mtu(vif)
        yield from _bfd(vif)
    for vpn in topology.vpns:
        for number, tunnel in enumerate(vpn.tunnels, 1):
            yield from _lifetimes(vpn, tunnel, number)
            yield from _dead_peer_detection(vpn, tunnel, number)


def drops_longer(vif: VirtualInterface, router: tuple[str, str], device: tuple[str, str]) -> SilentDrop | None:
    """What the end with the smaller MTU does with longer packets. The ends are (node, interface).

    A port takes no longer frames than its MTU: they are counted as giants, and nobody is told.
    """
    mine = vif.customer_end.mtu
    if mine is None or mine == vif.mtu:
        return None
    node, interface = router if mine < vif.mtu else device
    return SilentDrop(node=node, interface=interface, longer_than=min(mine, vif.mtu))


def own_dead_peer_detection(vpn: Vpn, tunnel: VpnTunnel) -> DeadPeerDetection | None:
    """The router's; None if it has AWS's."""
    if tunnel.dpd and (tunnel.dpd_timeout, tunnel.dpd_interval) == (None, None):
        return None
    timeout = tunnel.dpd_timeout or vpn.dpd_timeout
    delay = tunnel.dpd_interval or Seconds(min(vpn_tunnels.DPD_DELAY, timeout // 4))
    return DeadPeerDetection(delay=delay, timeout=timeout, asks=tunnel.dpd)


def _mtu(vif: VirtualInterface) -> Iterator[EndsApart]:
    mine = vif.customer_end.mtu
    if mine is None or mine == vif.mtu:
        return
    if mine < vif.mtu:
        lost = f"packets from AWS of more than {mine} bytes are lost at the router without a word"
        effect = f"{lost}; to AWS the router itself tells who sends longer ones (ICMP)"
    else:
        effect = f"packets to AWS of more than {vif.mtu} bytes are lost at AWS's device without a word"
    path = ("virtual_interfaces", vif.name, "customer", "mtu")
    yield EndsApart(
        name=vif.name, path=path, customer=f"MTU {mine}", amazon=f"MTU {vif.mtu}", effect=effect, loses=True
    )


def _bfd(vif: VirtualInterface) -> Iterator[EndsApart]:
    """AWS's end always has the same; `bfd` of the file is the router's."""
    mine = vif.bfd
    if mine is None or (mine.interval, mine.detect_mult) == (bfd.INTERVAL, bfd.DETECT_MULT):
        return
    at_router = bfd.detection_time(mine.interval, bfd.INTERVAL, bfd.DETECT_MULT)
    at_aws = bfd.detection_time(bfd.INTERVAL, mine.interval, mine.detect_mult)
    yield EndsApart(
        name=vif.name,
        path=("virtual_interfaces", vif.name, "bfd"),
        customer=f"BFD {mine.interval} x {mine.detect_mult}",
        amazon=f"{bfd.INTERVAL} x {bfd.DETECT_MULT}",
        effect="the slower interval wins, times the other end's multiplier (RFC 5880 section 6.8.4): the router "
        f"notices silence after {at_router}, AWS after {at_aws}",
    )


def _lifetimes(vpn: Vpn, tunnel: VpnTunnel, number: int) -> Iterator[EndsApart]:
    for phase, mine, theirs in (
        (1, tunnel.phase1_lifetime, vpn.phase1_lifetime),
        (2, tunnel.phase2_lifetime, vpn.phase2_lifetime),
    ):
        if mine is None or mine == theirs:
            continue
        asks = "the router asks for new keys first" if mine < theirs else "AWS asks for new keys first"
        yield EndsApart(
            name=tunnel_name(vpn.name, number),
            path=("vpns", vpn.name, "tunnels", number - 1, "customer", f"phase{phase}_lifetime"),
            customer=f"a phase {phase} lifetime of {mine}",
            amazon=str(theirs),
            effect=f"each end keeps to its own (RFC 7296 section 2.8), so {asks}",
        )


def _dead_peer_detection(vpn: Vpn, tunnel: VpnTunnel, number: int) -> Iterator[EndsApart]:
    mine = own_dead_peer_detection(vpn, tunnel)
    amazon = DeadPeerDetection(delay=vpn_tunnels.DPD_DELAY, timeout=vpn.dpd_timeout)
    if mine is None or mine == amazon:
        return
    name, path = tunnel_name(vpn.name, number), ("vpns", vpn.name, "tunnels", number - 1, "customer")
    if not mine.asks:
        effect = (
            "the router never asks whether AWS's end is there: it keeps keys that AWS has lost, and the tunnel does "
            "not come back before it renews them"
        )
        yield EndsApart(
            name=name, path=(*path, "dpd"), customer="no dead peer detection", amazon=str(amazon), effect=effect
        )
        return
    key = "dpd_interval" if tunnel.dpd_timeout is None else "dpd_timeout"
    effect = (
        f"each end asks by itself (RFC 7296 section 2.4): the router gives its peer up after {mine.timeout} of "
        f"silence, AWS after {amazon.timeout}"
    )
    yield EndsApart(name=name, path=(*path, key), customer=str(mine), amazon=str(amazon), effect=effect)
