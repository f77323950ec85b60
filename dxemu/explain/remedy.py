"""What to do about a path that is asymmetric: the knob that the rule which decided leaves to the customer."""

from __future__ import annotations

from dxemu.explain.model import Direction
from dxemu.explain.state import State
from dxemu.plan.model import BgpSession, Side

STATIC_VPN = "Use a BGP VPN, whose routes lose to Direct Connect."
LOCAL_PREF = "your routers take the highest local_pref"
COMMUNITIES = "AWS takes 7224:7300 before 7224:7200 (the default) before 7224:7100"


def remedy(state: State, forth: Direction, back: Direction) -> str:
    """A sentence or two that bring both directions onto one way. Both arrive, over different ones."""
    ways = sorted((forth, back), key=lambda way: way.direction != "to_aws")
    if not all(way.direction for way in ways):
        return "Give the routers at both ends the same order of preference."
    there, here = (_sessions(state, way) for way in ways)
    if not there or not here:
        return "Announce the destination on the same virtual interfaces in both directions."
    if _tunnels_of_one_vpn(state, there, here):
        return (
            "AWS chooses the tunnel by itself: let your firewalls accept either one, or make it choose with an AS_PATH "
            "prepend on the other tunnel."
        )
    if _longer(ways[0]) or _longer(ways[1]):
        return "Announce the same prefixes on both ways: the longest one wins before every other rule."
    if any(s.static for s in here) and not any(s.tunnel for s in there):
        return STATIC_VPN
    if any(s.tunnel for s in there) != any(s.tunnel for s in here):
        return _vpn_and_direct_connect(there, here)
    return _two_connections(there, here)


def _sessions(state: State, way: Direction) -> list[BgpSession]:
    version = 6 if ":" in way.address else 4
    return [
        session
        for session in state.plan.sessions
        if (session.tunnel or session.virtual_interface) in way.over
        and (session.tunnel is not None or session.ends[0].address.version == version)
        and state.plan.speaker(session.ends[0].speaker).side is Side.CUSTOMER
    ]


def _tunnels_of_one_vpn(state: State, there: list[BgpSession], here: list[BgpSession]) -> bool:
    vpns = {tunnel.name: tunnel.vpn for tunnel in state.plan.tunnels}
    outer = [[vpns.get(s.tunnel or "") for s in way if s.tunnel] for way in (there, here)]
    return bool(outer[0]) and outer[0] == outer[1]


def _longer(way: Direction) -> bool:
    """Whether the longest prefix decided at a router or gateway that had a BGP way as well."""
    return any(
        loser.why.startswith("longest prefix") and not loser.prefix.endswith("/0")
        for hop in way.hops
        if hop.reason is not None
        for loser in hop.reason.losers
    )


def _vpn_and_direct_connect(there: list[BgpSession], here: list[BgpSession]) -> str:
    if any(s.tunnel for s in there):
        return (
            f"Give {_names(here)} a higher customer.local_pref than {_names(there)}: {LOCAL_PREF}; AWS prefers "
            "Direct Connect by itself."
        )
    return f"AWS sends over {_names(here)}: see the rule that decided there; {LOCAL_PREF}."


def _two_connections(there: list[BgpSession], here: list[BgpSession]) -> str:
    return (
        f"To have AWS follow your routers, send 7224:7300 on {_names(there)} and 7224:7100 on {_names(here)} "
        f"(customer.communities): {COMMUNITIES}. To follow AWS, give {_names(here)} the higher customer.local_pref: "
        f"{LOCAL_PREF}."
    )


def _names(sessions: list[BgpSession]) -> str:
    return " and ".join(dict.fromkeys(s.tunnel or s.virtual_interface or s.name for s in sessions))
