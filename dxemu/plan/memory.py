"""How much memory a plan's lab takes inside the embedded kernel: by what is started in it, as was measured.

Fitted to /proc/meminfo of labs of 20, 80 and 200 virtual interfaces when they had converged (Linux 7.3, Debian 12).
"""

from __future__ import annotations

from dxemu.plan.model import Plan

OF_THE_LAB_MB = 80
"""Kernel, page cache and the lab's own process, before anything of the plan is there."""
OF_A_NODE_MB = 0.6
"""A namespace with its ends of cables and its sockets."""
OF_A_SPEAKER_MB = 9.5
"""An ExaBGP is forked from the lab's process, and in time writes to most of the pages that it shares with it."""
OF_A_BFD_SPEAKER_MB = 3
OF_A_TUNNEL_END_MB = 12
OF_A_VRRP_ROUTER_MB = 6
OF_A_SESSION_MB = 0.2
SPARE = 1.3
"""For probes, captures, and what a fault starts anew."""


def memory_mb(plan: Plan) -> int:
    """Megabytes (of 2**20 bytes) that a guest should have for this plan's lab."""
    speakers = {speaker.node for speaker in plan.speakers}
    with_bfd = {end.node for session in plan.sessions if session.has_bfd for end in session.ends}
    with_ipsec = {end.node for tunnel in plan.tunnels for end in tunnel.ends}
    with_vrrp = {node for group in plan.vrrp for node, _ in group.priorities}
    needed = (
        OF_THE_LAB_MB
        + OF_A_NODE_MB * len(plan.nodes)
        + OF_A_SPEAKER_MB * len(speakers)
        + OF_A_BFD_SPEAKER_MB * len(with_bfd)
        + OF_A_TUNNEL_END_MB * len(with_ipsec)
        + OF_A_VRRP_ROUTER_MB * len(with_vrrp)
        + OF_A_SESSION_MB * len(plan.sessions)
    )
    return round(SPARE * needed)
