"""BIRD 2 as a BFD speaker and nothing else: one small process for each router that runs BFD.

AWS's end is passive: no control packet before the customer's router has sent one (DX User Guide,
"BGP-specific settings"). BIRD tells every change of state on stderr the moment it happens.
"""

from __future__ import annotations

import asyncio
import re
import signal
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

READ_WITHIN_S = 2.0
_READ = "Reconfigured"

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
        """The end of `session` at `node`; None if the session has no BFD, or is switched off at either end.

        Where the other end is switched off, this one would wait for a packet for ever (RFC 5880 section 6.8.16).
        """
        mine, other = session.ends if session.ends[0].node == node else session.ends[::-1]
        if mine.bfd is None or not all(end.enabled for end in session.ends):
            return None
        return cls(
            session=session.name,
            interface=mine.interface,
            local=mine.address,
            peer=mine.peer_address or other.address,
            passive=mine.passive,
            timers=mine.bfd,
        )


def render(router_id: IPv4Address, peers: Sequence[BfdPeer], known: Sequence[BfdPeer] = ()) -> str:
    """BIRD's configuration. Intervals in microseconds, because BIRD knows no finer unit.

    Of those that are `known` only the interface has its parameters.
    """
    parts = [f'{_interface(peer)}\n  neighbor {peer.peer} dev "{peer.interface}" local {peer.local};' for peer in peers]
    parts += [_interface(peer) for peer in known]
    interfaces = "\n".join(parts)
    return (
        f"log stderr all;\nrouter id {router_id};\nprotocol device {{ scan time {SCAN_TIME_S}; }}\n"
        f"protocol bfd {{\n  debug {{ events, states }};\n{interfaces}\n}}\n"
    )


def _interface(peer: BfdPeer) -> str:
    return (
        f'  interface "{peer.interface}" {{ interval {round(peer.timers.interval * 1e6)} us; '
        f"multiplier {peer.timers.detect_mult}; passive {'yes' if peer.passive else 'no'}; }};"
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
        self._on_state = on_state
        self._expired: set[str] = set()
        self._router_id = router_id
        self._read: asyncio.Future[None] | None = None
        base = f"/run/bird-{router_id}"  # a node's name can be longer than the path of a socket, 107 bytes
        self._file = f"{base}.conf"
        self._write(peers)
        command = ["/usr/sbin/bird", "-f", "-c", self._file, "-s", f"{base}.ctl", "-P", f"{base}.pid"]
        self.process = Process(f"bird on {node}", command, namespace, self._line, on_death)

    def _write(self, peers: Sequence[BfdPeer], known: Sequence[BfdPeer] = ()) -> None:
        self.peers = tuple(peers)
        self._sessions = {str(peer.peer): peer.session for peer in peers}
        with open(self._file, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
            file.write(render(self._router_id, peers, known))

    async def follow(self, peers: Sequence[BfdPeer]) -> None:
        """Run exactly these from now on. What is among them as before is not disturbed. Raises LabError.

        A session that begins while BIRD 2.0.12 reads its configuration gets the parameters that its interface had
        before (proto/bfd/bfd.c, bfd_get_iface; 100 ms x 5 if it had none), and one that ends those that it has
        afterwards. So interfaces come before their sessions, and go after them.
        """
        stay = {peer.session for peer in peers} & {peer.session for peer in self.peers}
        changing = [peer for peer in (*peers, *self.peers) if peer.session not in stay]
        if changing:
            of_new = [peer for peer in changing if peer in peers]
            gone = [peer for peer in changing if peer not in peers]
            await self._read_anew([peer for peer in self.peers if peer.session in stay], of_new or gone)
        if list(peers) != list(self.peers) or changing:
            await self._read_anew(peers)

    async def _read_anew(self, peers: Sequence[BfdPeer], known: Sequence[BfdPeer] = ()) -> None:
        self._write(peers, known)
        self._read = asyncio.get_running_loop().create_future()
        self.process.send_signal(signal.SIGHUP)
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                await self._read
        except TimeoutError:
            raise LabError(f"{self.process.name} did not read its configuration within {READ_WITHIN_S:g} s") from None

    def _line(self, line: str) -> None:
        if _READ in line and self._read is not None and not self._read.done():
            self._read.set_result(None)
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
