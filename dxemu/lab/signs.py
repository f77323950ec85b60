"""What the words of kernels and daemons are about, and which are to be heard once nothing is broken."""

from __future__ import annotations

from dxemu.events.base import Event
from dxemu.events.sessions import BfdChanged, BgpChanged
from dxemu.plan.model import BgpSession, Plan


def carriers(plan: Plan) -> dict[tuple[str, str], str]:
    """What a loss of carrier is about, by node and interface: a cable, or a LAG as a whole."""
    found = {(port.node, port.name): cable.name for cable in plan.cables for port in (cable.a, cable.b)}
    return found | {(bond.node, bond.name): bond.lag for bond in plan.bonds}


def first_masters(plan: Plan) -> set[tuple[int, str]]:
    """Who has each shared address while nothing is broken, by virtual router ID: the highest priority."""
    return {(group.virtual_router_id, group.priorities[0][0]) for group in plan.vrrp}


def is_sign_of_life(event: Event) -> bool:
    """Whether it is about a session, or its BFD."""
    return isinstance(event, BgpChanged | BfdChanged)


def signs_of_life(session: BgpSession) -> list[tuple[str, str, str]]:
    """What says that a session is up, with BFD where it runs: kind, session and node of each."""
    kinds = (BgpChanged.word, BfdChanged.word) if session.has_bfd else (BgpChanged.word,)
    return [(kind, session.name, end.node) for kind in kinds for end in session.ends]
