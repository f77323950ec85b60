"""What is seen of sessions whose two ends do not fit: asked of the kernels and daemons, not derived from the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dxemu.errors import LabError
from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.events.sessions import BgpRefused, SymptomSeen
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.netlink import bond, neighbour, route, tcp_counters
from dxemu.plan.mismatch import Symptom
from dxemu.plan.model import BgpSession, Plan

LOOK_S = 0.1
SEEN_WITHIN_S = 30.0
"""Lab time: several attempts to connect, and three requests of ARP a second apart (RFC 826; Linux, mcast_solicit)."""
IKE_WITHIN_S = 10.0
"""Lab time: more than IKE takes with all its retransmissions to begin with (RFC 7296 section 2.4)."""
REFUSALS: Mapping[str, Symptom] = MappingProxyType(
    {
        "AUTHENTICATION_FAILED": Symptom.AUTHENTICATION_FAILED,
        "MAC mismatched": Symptom.AUTHENTICATION_FAILED,
        "NO_PROPOSAL_CHOSEN": Symptom.NO_PROPOSAL_CHOSEN,
        "TS_UNACCEPTABLE": Symptom.TS_UNACCEPTABLE,
    }
)
"""strongSwan 5.9.8, 6.0.1: src/libcharon/sa/ikev2, ike_init.c, ike_auth.c, child_create.c and psk_authenticator.c."""
BAD_PEER_AS = (2, 2)
"""NOTIFICATION code and subcode: RFC 4271 section 6.2."""


class Symptoms:
    """Hears which sessions are refused while the lab comes up, and looks at the others."""

    def __init__(
        self,
        plan: Plan,
        nodes: Mapping[str, LabNode],
        journal: Journal,
        refusal: Callable[[str], tuple[str, str]],
    ) -> None:
        """`refusal` asks the IKE daemons for node and words of the end of a tunnel that was refused."""
        self._plan = plan
        self._refusal = refusal
        self._sessions = {s.name: s for s in plan.sessions if s.mismatch is not None and s.confirmed}
        self._nodes = nodes
        self._journal = journal
        self._refused: dict[str, BgpRefused] = {}
        self._tunnels: dict[str, TunnelChanged] = {}

    def note(self, event: Event) -> None:
        """An event that may be a symptom."""
        if isinstance(event, BgpRefused) and event.session in self._sessions:
            self._refused.setdefault(event.session, event)
        if isinstance(event, TunnelChanged):
            self._tunnels[event.tunnel] = event

    async def tell(self) -> None:
        """Tell one for each of the sessions. Raises LabError if a session shows none."""
        for session in self._sessions.values():
            if all(end.enabled for end in session.ends):
                self._journal.tell(await self._seen(session))

    async def _seen(self, session: BgpSession) -> SymptomSeen:
        waited = 0.0
        while (found := await self._look(session, waited)) is None:
            if waited >= SEEN_WITHIN_S:
                raise LabError(f"session {session.name}, whose ends do not fit, shows nothing in {SEEN_WITHIN_S:g} s")
            await self._journal.clock.settle(LOOK_S)
            waited += LOOK_S
        return found

    async def _look(self, session: BgpSession, waited: float) -> SymptomSeen | None:
        if session.tunnel is not None:
            return self._of_tunnel(session, session.tunnel, waited)
        without_partner = await self._without_partner(session)
        if without_partner:
            return _symptom(session, Symptom.NO_LACP_PARTNER, without_partner)
        refusal = self._refused.get(session.name)
        if refusal is not None and (refusal.code, refusal.subcode) == BAD_PEER_AS:
            who = refusal.node if refusal.sent else refusal.peer
            return _symptom(session, Symptom.BAD_PEER_AS, f"{who} sent {refusal.detail}")
        customer, amazon = session.ends
        neighbor = customer.peer_address or amazon.address
        held = await neighbour.read(self._nodes[customer.node].netlink, customer.interface)
        entry = next((each for each in held if each.address == neighbor), None)
        if entry is None:
            return await self._unreachable(session)
        if entry.state == neighbour.FAILED:
            return _symptom(session, Symptom.NO_ARP_ANSWER, f"nobody on {customer.interface} answers for {neighbor}")
        for end in session.ends:
            dropped = tcp_counters.refused(self._nodes[end.node].namespace)
            if dropped:
                words = " and ".join(tcp_counters.REFUSED[name] for name in dropped)
                detail = f"the kernel of {end.node} drops segments {words}"
                return _symptom(session, Symptom.NO_TCP_CONNECTION, detail)
        return None

    async def _without_partner(self, session: BgpSession) -> str:
        """What AWS's end of a LAG says, whose members hear no LACPDU; nothing if it has a partner."""
        amazon = session.ends[1]
        planned = self._plan.bond_at(amazon.node, amazon.port)
        if planned is None:
            return ""
        state = await bond.read(self._nodes[planned.node].netlink, planned.name)
        if state.partner_mac or state.carrier:
            return ""
        return f"{planned.lag} is down on {planned.node}: no LACPDU came from {session.ends[0].node}"

    def _of_tunnel(self, session: BgpSession, tunnel: str, waited: float) -> SymptomSeen | None:
        """What charon said of it; nothing at all for `IKE_WITHIN_S` is a symptom, too."""
        said = self._tunnels.get(tunnel)
        node, detail = self._refusal(tunnel) if said is None else (said.node, said.detail or "")
        seen = next((symptom for words, symptom in REFUSALS.items() if words in detail), None)
        if seen is not None:
            return _symptom(session, seen, f"charon on {node}: {detail}")
        if said is not None or waited < IKE_WITHIN_S:
            return None
        words = f"in {IKE_WITHIN_S:g} s neither end has said anything of {tunnel}"
        return _symptom(session, Symptom.NO_IKE, words)

    async def _unreachable(self, session: BgpSession) -> SymptomSeen | None:
        """Whether the router has no reason to ask for its neighbor on that interface."""
        customer, amazon = session.ends
        neighbor = customer.peer_address or amazon.address
        found = await route.lookup(self._nodes[customer.node].netlink, neighbor)
        if found is None:
            return _symptom(session, Symptom.NO_ARP_ANSWER, f"{customer.node} has no route to {neighbor}")
        if found.interface == customer.interface:
            return None
        detail = f"{customer.node} looks for {neighbor} on {found.interface}, not on {customer.interface}"
        return _symptom(session, Symptom.NO_ARP_ANSWER, detail)


def _symptom(session: BgpSession, symptom: Symptom, detail: str) -> SymptomSeen:
    return SymptomSeen(node=session.ends[0].node, session=session.name, symptom=symptom.value, detail=detail)
