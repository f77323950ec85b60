"""A VPN that carries longer prefixes than Direct Connect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design, GatewayPath
from dxemu.plan.model import BgpSession, SessionEnd
from dxemu.units import IPNetwork


class VpnMoreSpecific(Rule):
    """In either direction the longest prefix is chosen before anything else is compared."""

    code: ClassVar[str] = "DX-A006"
    title: ClassVar[str] = "VPN more specific than Direct Connect"
    rule: ClassVar[str] = (
        "The longest prefix wins before anything else is compared. A transit gateway announces every VPC's CIDR over a "
        "VPN, and over Direct Connect only the allowed prefixes"
    )
    source: ClassVar[str] = "Knowledge Center, Direct Connect asymmetric routing; Transit gateway associations"
    paragraph: ClassVar[str] = """\
The longest prefix wins before anything else is compared. Where the VPN has a more specific prefix
than Direct Connect, traffic takes the VPN although Direct Connect is up. This happens unnoticed
towards AWS: a transit gateway announces every VPC's CIDR over a VPN, but only the allowed prefixes,
often an aggregate, over Direct Connect. Source: Knowledge Center, Direct Connect asymmetric
routing; Direct Connect User Guide, Transit gateway associations."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each VPN and direction."""
        for gateway, ways in design.redundant:
            direct = _sessions(design, [way for way in ways if way.vif is not None])
            for way in ways:
                over_vpn = _sessions(design, [way]) if way.vpn is not None else []
                for index, direction in ((0, f"{gateway} answers"), (1, "the customer's routers send")):
                    longer = _longer(design, direct, over_vpn, index)
                    if longer:
                        yield Finding(
                            problem=f"{direction} through VPN {way.name}: it has {listed(longer)}, "
                            "more specific than what Direct Connect has",
                            remedy=_remedy(index),
                            names=(way.name,),
                            path=way.path,
                        )


def _remedy(index: int) -> str:
    if index == 0:
        return "Announce the same or shorter prefixes over the VPN."
    return "Allow the VPCs' own CIDRs on the Direct Connect gateway, or filter what the VPN announces."


def _sessions(design: Design, ways: Sequence[GatewayPath]) -> list[BgpSession]:
    names = {way.name for way in ways if way.vif is not None}
    tunnels = {tunnel.name for tunnel in design.plan.tunnels for way in ways if way.vpn and tunnel.vpn == way.name}
    return [s for s in design.plan.sessions if s.virtual_interface in names or (s.tunnel and s.tunnel in tunnels)]


def _longer(design: Design, direct: list[BgpSession], over_vpn: list[BgpSession], index: int) -> list[str]:
    """What the ends `index` announce over the VPN inside of what they announce over Direct Connect, and not there."""
    shorter = {prefix for session in direct for prefix in _announced(design, session.ends[index])}
    found = {prefix for session in over_vpn for prefix in _announced(design, session.ends[index])}
    return sorted(
        str(prefix)
        for prefix in found - shorter
        if any(p.version == prefix.version and prefix.subnet_of(p) for p in shorter)  # type: ignore[arg-type]  # same
    )


def _announced(design: Design, end: SessionEnd) -> tuple[IPNetwork, ...]:
    own = design.plan.speaker(end.speaker).originates
    return own if end.announces is None else end.announces
