"""BIRD 2 as a BFD speaker and nothing else: one small process for each router that runs BFD.

AWS's end is passive: no control packet before the customer's router has sent one (DX User Guide,
"BGP-specific settings"). BIRD tells every change of state on stderr the moment it happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from dxemu.errors import LabError
from dxemu.host.process import Process
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import BfdSession, BgpSession
from dxemu.units import IPAddress

SCAN_TIME_S = 10
"""Between two looks at all interfaces. BIRD hears of changes by netlink, and a look costs real time while the virtual
clock stands still; but what it has missed or misunderstood once must not be final.
"""

_STATE = re.compile(
    r"bfd1: Session to (?P<peer>\S+) (?:changed state from (?P<old>\w+) to (?P<new>\w+)|(?P<expired>expired))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdPeer:
    """One BFD session as one router sees it."""

    session: str
    interface: str
    local: IPAddress
    peer: IPAddress
    passive: bool
    timers: BfdSession

    @classmethod
    def of(cls, session: BgpSession, node: str) -> BfdPeer | None:
        """The end of `session` at `node`; None if the session has no BFD, or is switched off there."""
        mine, other = session.ends if session.ends[0].node == node else session.ends[::-1]
        if mine.bfd is None or not mine.enabled:
            return None
        return cls(
            session=session.name,
            interface=mine.interface,
            local=mine.address,
            peer=other.address,
            passive=mine.passive,
            timers=mine.bfd,
        )


def render(router_id: IPv4Address, peers: Sequence[BfdPeer]) -> str:
    """BIRD's configuration. Intervals in microseconds, because BIRD knows no finer unit."""
    interfaces = "\n".join(
        f'  interface "{peer.interface}" {{ interval {round(peer.timers.interval * 1e6)} us; '
        f"multiplier {peer.timers.detect_mult}; passive {'yes' if peer.passive else 'no'}; }};\n"
        f'  neighbor {peer.peer} dev "{peer.interface}" local {peer.local};'
        for peer in peers
    )
    return (
        f"log stderr all;\nrouter id {router_id};\nprotocol device {{ scan time {SCAN_TIME_S}; }}\n"
        f"protocol bfd {{\n  debug {{ events, states }};\n{interfaces}\n}}\n"
    )


class Bird:
    """A running BIRD. `on_state(session, up, reason)` is called at every change between up and not up."""

    def __init__(
        self,
        node: str,
        router_id: IPv4Address,
        peers: Sequence[BfdPeer],
        namespace: Namespace,
        on_state: Callable[[str, bool, str], None],
        on_death: Callable[[LabError], None],
    ) -> None:
        self._sessions = {str(peer.peer): peer.session for peer in peers}
        self._on_state = on_state
        self._expired: set[str] = set()
        base = f"/run/bird-{router_id}"  # a node's name can be longer than the path of a socket, 107 bytes
        with open(f"{base}.conf", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
            file.write(render(router_id, peers))
        command = ["/usr/sbin/bird", "-f", "-c", f"{base}.conf", "-s", f"{base}.ctl", "-P", f"{base}.pid"]
        self.process = Process(f"bird on {node}", command, namespace, self._line, on_death)

    def _line(self, line: str) -> None:
        match = _STATE.search(line)
        if match is None or match["peer"] not in self._sessions:
            return
        session = self._sessions[match["peer"]]
        if match["expired"]:
            self._expired.add(session)
        elif match["new"] == "Up":
            self._on_state(session, True, "")
        elif match["old"] == "Up":
            reason = "control detection time expired" if session in self._expired else "neighbor signaled session down"
            self._expired.discard(session)
            self._on_state(session, False, reason)

    def stop(self) -> None:
        """End it."""
        self.process.stop()
