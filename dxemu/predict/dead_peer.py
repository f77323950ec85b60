"""Dead peer detection of IPsec tunnels: when an end gives its peer up, and how often it tries to come back.

An end that has heard nothing for the DPD delay sends a probe, sends it again twice at even intervals, and takes the
peer for dead when the last one has stayed without an answer for as long: three unanswered probes, `dpd_timeout` after
the last packet. With AWS's 40 s: probes after 10, 20 and 30 s, dead after 40 s.

What it has heard is the versions' difference: from strongSwan 6.0.1 on only IKE's own messages count, so that an end
asks each DPD delay however busy the tunnel is, and notices a dead peer earlier, 30 to 41 s after the last packet.

Source: Site-to-Site VPN User Guide, "Tunnel options" (DPD timeout), and AWS Knowledge Center, "VPN tunnel inactivity or
instability"; read 2026-11-23. IKEv2 has no timer of its own for it (RFC 7296 section 2.4).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from dxemu.plan.model import DeadPeerDetection, IpsecTunnel
from dxemu.plan.versions import Versions
from dxemu.units import Seconds

RETRANSMISSIONS = 2
"""How often a request is sent again, at even intervals, before the peer is given up."""

WHOLE_SECONDS = 1.0
"""strongSwan counts silence in whole seconds of the clock: a packet at 9.9 s and one at 9.0 s are the same to it."""


def give_up_after(tunnels: Iterable[IpsecTunnel], node: str) -> Seconds:
    """From a request's first packet until its peer is given up, for all tunnels of `node`.

    strongSwan has one setting for them all. The tunnel with the shortest time decides; one whose end never asks counts
    only where no other does.
    """
    found = [tunnel.dpd_at(node) for tunnel in tunnels]
    asking = [dpd for dpd in found if dpd.asks]
    return Seconds(min(dpd.timeout - dpd.delay for dpd in asking or found))


def retransmit_interval(tunnels: Iterable[IpsecTunnel], node: str) -> Seconds:
    """Between two packets of one request, for all tunnels of `node`.

    This is also how long a tunnel may need to come back after its peer is reachable again: a new attempt to connect
    sends its first message at this interval for as long as nobody answers.
    """
    return Seconds(give_up_after(tunnels, node) / (RETRANSMISSIONS + 1))


def silence_before_probe(dpd: DeadPeerDetection, node_gives_up_after: Seconds) -> Seconds:
    """The DPD delay: the end's own, or longer where another tunnel of the node has made giving up quicker."""
    return Seconds(dpd.timeout - node_gives_up_after)


def dead_peer_window(dpd: DeadPeerDetection, versions: Versions, node_gives_up_after: Seconds) -> tuple[float, float]:
    """Earliest and latest seconds from the last packet that came from the peer until an end gives it up.

    The silence before the first probe is exact to a second either way, what follows is exact. An exchange that is
    under way when the peer falls silent (a rekeying) is the first probe itself, and ends sooner by the DPD delay.
    Where packets of the tunnel are no sign of life, the last answer may be as old as the silence before a probe; the
    time that probe and answer take comes on top. An end that never asks gives nobody up.
    """
    if not dpd.asks:
        return math.inf, math.inf
    if versions.traffic_is_a_sign_of_life:
        return dpd.timeout - WHOLE_SECONDS, dpd.timeout + WHOLE_SECONDS
    return float(node_gives_up_after), dpd.timeout + WHOLE_SECONDS
