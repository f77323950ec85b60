"""Which daemons a run met, in which version, and whose rules it was predicted with."""

from __future__ import annotations

from dxemu.measure.result import Daemon
from dxemu.plan.model import Plan
from dxemu.plan.versions import unknown


def daemons(plan: Plan) -> tuple[Daemon, ...]:
    """Those that the lab of `plan` runs."""
    runs = {
        "ExaBGP": any(not session.static for session in plan.sessions),
        "BIRD": any(session.has_bfd for session in plan.sessions),
        "strongSwan": bool(plan.tunnels),
        "keepalived": bool(plan.vrrp),
    }
    return tuple(
        Daemon(name=name, version=version, rules=plan.versions.rules(name), unknown=unknown(name, version))
        for name, version in plan.versions.named()
        if runs[name]
    )
