"""A malformed or hostile peer on one virtual interface of an AWS device, and a customer's router on another.

Whatever the one sends, AWS's end answers as the RFCs say, lives, and the other notices nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest
from scapy.contrib.bgp import BGPOpen
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw

from dxemu.bgp.notification import Cease, Notification, cease
from dxemu.daemons.exabgp import ExaBgp
from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.router import Router
from dxemu.lab.routing import start_routing
from dxemu.lab.tasks import Tasks
from dxemu.plan.make import make_plan
from dxemu.plan.model import BgpSession, Plan, Side
from dxemu.topology.load import loads
from tests.lab.guest import REPOSITORY
from tests.lab.running import FOLDER, Loop, Told, all_seen, is_in, silent_journal
from tests.peers import hostile_cases as cases
from tests.peers.hostile import (
    AS_PATH,
    KEEPALIVE,
    OPEN,
    ORIGIN,
    UPDATE,
    HostilePeer,
    attribute,
    message,
    nlri,
    open_body,
    update_body,
)

VIF = (
    "  primary: {type: private, connection: primary, vlan: 101, gateway: vgw, auth_key: rehearse-1, bfd: 300 ms x 3,\n"
    "            amazon_address: 169.254.77.1/30, customer_address: 169.254.77.2/30, ipv6: on,\n"
)
MARKER = {4: "10.2.0.0/16", 6: "2001:db8:c2::/48"}
UPDATES, CONNECTIONS, SYNS = 2000, 1000, 400
AT_A_TIME = 50
CADENCES = (("primary", 90, 30), ("primary", 9, 3), ("primary_ipv6", 240, 30), ("primary", 3, 1))
"""Session, offered hold time, seconds between KEEPALIVEs."""
ETH_P_ALL = 3
BACKLOG = 200
"""ExaBGP asks listen(2) for it."""
TCP_SYN_RECV = "03"
"""In /proc/net/tcp."""

OnStage = Callable[[Callable[["Stage"], Awaitable[None]]], None]


def hostile_plan() -> Plan:
    """Two virtual interfaces on one device; on the first, with IPv6, is the hostile peer."""
    text = (REPOSITORY / "topologies" / "backup_connection_by_circuit.yaml").read_text()
    text = text.replace("device: dx_2", "device: dx_1").replace("172.31.1.10}", "[172.31.1.10, '2001:db8:aaaa:1::10']}")
    text = text.replace("cidr: 172.31.0.0/16", "cidr: 172.31.0.0/16, ipv6_cidr: '2001:db8:aaaa::/56'")
    text = text.replace(
        "data_center:\n    networks: [10.0.0.0/16]", "data_center:\n    networks: [10.0.0.0/16, '2001:db8:c::/48']"
    )
    text = text.replace("app: 10.0.1.10", "app: [10.0.1.10, '2001:db8:c:1::10']")
    head, rest = text.split("  primary: {type: private", 1)
    return make_plan(loads(head + VIF + rest.split("\n", 1)[1]))


@dataclass
class Stage:
    """The lab, and what to watch."""

    plan: Plan
    node: LabNode
    device: LabNode
    aws: Router
    other: Router
    exabgp: ExaBgp
    journal: Journal
    events: list[Told]
    peers: list[HostilePeer] = field(default_factory=list)

    def session(self, name: str = "primary") -> BgpSession:
        return next(s for s in self.plan.sessions if s.name == name)

    def peer(self, name: str = "primary", **how: object) -> HostilePeer:
        peer = HostilePeer(self.node, self.session(name), **how)  # type: ignore[arg-type]
        self.peers.append(peer)
        return peer

    def has(self, prefix: str) -> bool:
        """Whether AWS's table has a route to `prefix` from the hostile peer."""
        return any(r.session.startswith("primary") for r in self.aws.loc_rib.candidates(ip_network(prefix)))

    def the_other_noticed_nothing(self) -> None:
        lost = [
            e for e in self.events if e["event"] in ("bgp", "bfd") and e["session"] == "backup" and e["state"] != "up"
        ]
        assert lost == []
        assert [r.session for r in self.other.loc_rib.candidates(ip_network("10.0.0.0/16"))] == ["backup"]

    def half_open(self) -> int:
        """How many connections AWS's kernel has answered with a SYN-ACK."""
        with self.device.namespace.entered(), open("/proc/thread-self/net/tcp") as file:
            return sum(line.split()[3] == TCP_SYN_RECV for line in file)

    def refused(self) -> list[tuple[object, object, object]]:
        return [(e["code"], e["subcode"], e["sent"]) for e in self.events if e["event"] == "bgp_refused"]

    async def processed(self, peer: HostilePeer, number: int, version: int = 4) -> None:
        """Return when AWS has read all that was sent: it has learnt of a route that comes last."""
        med = attribute(0x80, 4, struct.pack("!I", number))
        if version == 4:
            body = update_body(cases.GOOD + med, nlri(MARKER[4]))
        else:
            body = update_body(cases.reach(cases._HOP_6, nlri(MARKER[6])) + ORIGIN + AS_PATH + med, b"")
        best = {"event": "best", "node": "dx_1", "prefix": MARKER[version], "session": peer.session.name}
        waiting = asyncio.ensure_future(self.journal.wait_for("the marker", lambda e: is_in(e, best), 60))
        await asyncio.sleep(0)
        await peer.send(message(UPDATE, body))
        await waiting


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """The customer's router speaks on `backup` only; everything of AWS's is there."""
    plan = hostile_plan()
    journal, events = silent_journal()
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        await build_cables(plan, nodes)
        await build_interfaces(plan, nodes, Clock())
        tasks = await stack.enter_async_context(Tasks())
        both = {side: tuple(s for s in plan.speakers if s.side is side) for side in Side}
        aws = await start_routing(replace(plan, speakers=both[Side.AWS]), nodes, journal, FOLDER, stack, tasks)
        quiet = tuple(s for s in plan.sessions if s.virtual_interface != "primary")
        customer = replace(plan, speakers=both[Side.CUSTOMER], sessions=quiet, gateways=())
        await start_routing(customer, nodes, journal, FOLDER, stack, tasks)
        journal.start()
        ends = [(kind, node) for kind in ("bgp", "bfd") for node in ("customer_router", "dx_1")]
        up = [{"event": kind, "session": "backup", "node": node, "state": "up"} for kind, node in ends]
        await all_seen(journal, events, up, within_s=60)
        mine, other = (aws.routers[plan.session(name).ends[1].speaker] for name in ("primary", "backup"))
        router, device = nodes["customer_router"], nodes["dx_1"]
        yield Stage(plan, router, device, mine, other, aws.speakers["dx_1"], journal, events)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Loop, Stage]]:
    with Loop() as loop:
        context = staged()
        yield loop, loop.run(context.__aenter__())
        loop.run(context.__aexit__(None, None, None))


@pytest.fixture
def on_stage(running: tuple[Loop, Stage]) -> OnStage:
    """Run a story on the stage. At its end the other session must be as it was."""
    loop, stage = running

    def run(story: Callable[[Stage], Awaitable[None]]) -> None:
        stage.events.clear()
        try:
            loop.run(story(stage))
        finally:
            while stage.peers:
                stage.peers.pop().close()
        stage.the_other_noticed_nothing()
        loop.run(stage.journal.clock.settle(2.0))

    return run


async def answer(stage: Stage, case: cases.Reset, before: Sequence[str], session: str = "primary") -> list[str]:
    """What is wrong with AWS's answer to `case`, which comes after these messages of a good peer."""
    peer = stage.peer(session)
    try:
        await peer.connect()
        if before:
            await peer.send(message(OPEN, open_body()))
            await peer.hear_a(OPEN)
        if "keepalive" in before:
            await peer.send(message(KEEPALIVE))
            await peer.hear_a(KEEPALIVE)
        await peer.send(case.said)
        got = await peer.verdict()
    finally:
        peer.close()
    stage.the_other_noticed_nothing()
    wanted = Notification(*case.code)
    if got is None or got[0] != wanted:
        return [f"{case.name} (RFC {case.section}): {got and got[0]} and not {wanted}"]
    if case.data is not None and got[1] != case.data:
        return [f"{case.name} (RFC {case.section}): data {got[1].hex()} and not {case.data.hex()}"]
    return []


def test_what_ends_a_session_is_answered_with_its_notification(on_stage: OnStage) -> None:
    async def story(stage: Stage) -> None:
        wrong = [w for case in cases.INSTEAD_OF_OPEN for w in await answer(stage, case, [])]
        wrong += [w for case in cases.INSTEAD_OF_KEEPALIVE for w in await answer(stage, case, ["open"])]
        wrong += [w for case in cases.ESTABLISHED for w in await answer(stage, case, ["open", "keepalive"])]
        wrong += [
            w for case in cases.ESTABLISHED_6 for w in await answer(stage, case, ["open", "keepalive"], "primary_ipv6")
        ]
        assert not wrong, "\n".join(wrong)
        refused = stage.refused()
        assert (2, 2, True) in refused
        assert (2, 6, True) in refused
        last = [e["detail"] for e in stage.events if e["event"] == "bgp" and e["state"] == "down"]
        assert "NOTIFICATION 3/10 (Invalid Network Field)" in last
        assert refused.count((2, 2, True)) == 1, "the same reason is told once, until the session comes up"

    on_stage(story)


def test_what_does_not_end_a_session_costs_the_route_or_the_attribute(on_stage: OnStage) -> None:
    async def check(stage: Stage, version: int, prefix: str, rows: Sequence[cases.Survived], good: bytes) -> list[str]:
        wrong = []
        peer = stage.peer("primary" if version == 4 else "primary_ipv6")
        await peer.establish()
        for number, case in enumerate(rows):
            await peer.send(good, message(UPDATE, update_body(case.attributes, case.nlri, case.withdrawn)))
            try:
                await stage.processed(peer, number, version)
            except Exception as error:  # whatever went wrong, say with which row
                verdict = await peer.verdict()
                raise AssertionError(f"{case.name} (RFC {case.section}): {verdict}") from error
            if stage.has(prefix) is not case.left:
                wrong.append(f"{case.name} (RFC {case.section}): the route is {'gone' if case.left else 'left'}")
            stage.the_other_noticed_nothing()
        peer.close()
        return wrong

    async def story(stage: Stage) -> None:
        good = message(UPDATE, update_body(cases.GOOD, nlri(cases.PREFIX)))
        wrong = await check(stage, 4, cases.PREFIX, cases.SURVIVED, good)
        good = message(UPDATE, update_body(cases.GOOD_6, b""))
        wrong += await check(stage, 6, cases.PREFIX_6, cases.SURVIVED_6, good)
        assert not wrong, "\n".join(wrong)
        told = {str(e["reason"]) for e in stage.events if e["event"] == "refused"}
        assert "treat-as-withdraw: ORIGIN is missing (RFC 7606 section 3 d)" in told
        assert any("next hop 198.51.100.1 is not on 169.254.77.0/30" in reason for reason in told)

    on_stage(story)


def test_timers_and_ttl_are_awss(on_stage: OnStage) -> None:
    async def story(stage: Stage) -> None:
        with stage.node.namespace.entered():
            sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        with sniffer:
            sniffer.setblocking(False)
            sniffer.bind((stage.session().ends[0].interface, ETH_P_ALL))
            for session, hold, keepalive in CADENCES:
                await cadence(stage, session, hold, keepalive)
            aws = [str(stage.session(name).ends[1].address) for name in ("primary", "primary_ipv6")]
            assert ttls(sniffer, *aws) == {"SYN-ACK": {1}, "other": {1}}
        down = [(e["reason"], e["detail"]) for e in stage.events if e["event"] == "bgp" and e["state"] == "down"]
        assert down == [("hold_timer", "NOTIFICATION 4/0 (Hold Timer Expired)")] * len(CADENCES)

    on_stage(story)


async def cadence(stage: Stage, session: str, hold: int, keepalive: int) -> None:
    """AWS offers 90 s; the lower offer counts, a third of it is between two KEEPALIVEs, and after it comes 4/0."""
    loop = asyncio.get_running_loop()
    peer = stage.peer(session)
    opened = BGPOpen(await peer.establish(open_body(hold_time=hold)))
    assert (opened.version, opened.my_as, opened.hold_time) == (4, 64512, 90)
    heard = []
    for _ in range(3):
        await peer.hear_a(KEEPALIVE)
        heard.append(loop.time())
        await peer.send(message(KEEPALIVE))
    assert heard[2] - heard[1] == pytest.approx(keepalive, abs=0.01), (session, hold)
    assert await peer.verdict() == (Notification(4, 0), b"")
    negotiated = min(hold, 90)
    assert negotiated - 0.02 <= loop.time() - heard[2] <= negotiated + 2, "ExaBGP counts whole seconds"
    peer.close()


def ttls(sniffer: socket.socket, *of: str) -> dict[str, set[int]]:
    """The TTLs of TCP segments that came from these addresses: of those with SYN, and of the rest without RST."""
    found: dict[str, set[int]] = {}
    with contextlib.suppress(BlockingIOError):
        while True:
            data = sniffer.recv(65536)
            packet = {4: IP, 6: IPv6}.get(data[0] >> 4, Raw)(data)
            if TCP in packet and packet.src in of and "R" not in packet[TCP].flags:
                ttl = packet.ttl if IP in packet else packet.hlim
                found.setdefault("SYN-ACK" if "S" in packet[TCP].flags else "other", set()).add(ttl)
    return found


def test_the_customer_hears_why_aws_closes(on_stage: OnStage) -> None:
    async def story(stage: Stage) -> None:
        for reason in (
            Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED,
            Cease.ADMINISTRATIVE_SHUTDOWN,
            Cease.ADMINISTRATIVE_RESET,
            Cease.BFD_DOWN,
        ):
            peer = stage.peer()
            await peer.establish()
            await stage.journal.clock.settle(0.5)
            stage.exabgp.teardown("primary", reason)
            verdict = await peer.verdict()
            assert verdict is not None
            assert verdict[0] == Notification(6, reason)
            peer.close()
        held = stage.plan.addresses_of("customer_router")  # the way back to it is what backup announces
        inside = next(h.address.ip for h in held if h.address.ip in ip_network("10.0.0.0/16"))
        stranger = stage.peer("backup", key="", source=str(inside))
        await stranger.connect()
        assert await stranger.verdict() == (Notification(6, Cease.CONNECTION_REJECTED), b"")
        stranger.close()

    on_stage(story)


def test_there_is_one_connection_and_the_established_one_wins(on_stage: OnStage) -> None:
    async def story(stage: Stage) -> None:
        first = stage.peer()
        await first.establish()
        second = stage.peer()
        await second.connect()
        await second.send(message(OPEN, open_body()))
        assert await second.verdict() == (Notification(6, Cease.CONNECTION_COLLISION_RESOLUTION), b"")
        second.close()
        await first.send(message(UPDATE, update_body(cases.GOOD, nlri(cases.PREFIX))))
        await stage.processed(first, 1)
        assert stage.has(cases.PREFIX)
        first.close()
        # Two that are not established: one is told to give way, the other one comes up.
        for opens in ((), (message(OPEN, open_body()),)):
            older, newer = stage.peer(), stage.peer()
            await older.connect()
            await older.send(*opens)
            await older.hear_a(OPEN)
            await newer.establish()
            if not opens:
                await older.send(message(OPEN, open_body()))
            verdict = await older.verdict()
            assert verdict is not None
            assert verdict[0] == Notification(6, Cease.CONNECTION_COLLISION_RESOLUTION)
            await stage.processed(newer, 2)
            newer.close()
            older.close()

    on_stage(story)


def test_floods_do_not_matter(on_stage: OnStage) -> None:
    async def story(stage: Stage) -> None:
        peer = stage.peer()
        await peer.establish()
        flood = []
        for number in range(UPDATES):
            if number % 30 == 29:
                flood.append(message(UPDATE, update_body(b"", b"", nlri(cases.PREFIX))))
            flood.append(message(UPDATE, update_body(cases.GOOD, nlri(cases.PREFIX))))
        sending = asyncio.ensure_future(peer.send(*flood))
        others = [stage.peer() for _ in range(AT_A_TIME)]
        for _ in range(CONNECTIONS // AT_A_TIME):
            await asyncio.gather(*(other.connect() for other in others))
            for other in others:
                other.abort()  # its peer may not have looked at it yet
            others = [stage.peer() for _ in range(AT_A_TIME)]
        await asyncio.gather(*(other.connect() for other in others))
        verdicts = await asyncio.gather(*(other.verdict() for other in others))
        assert {verdict and str(verdict[0]) for verdict in verdicts} == {
            str(cease(Cease.CONNECTION_COLLISION_RESOLUTION))
        }
        await sending
        await stage.processed(peer, 7)
        assert stage.has(cases.PREFIX)
        half_open(stage, SYNS)
        await stage.journal.clock.settle(0.1)  # the way there
        assert stage.half_open() >= BACKLOG
        await stage.processed(peer, 8)
        peer.close()
        await stage.journal.clock.settle(70.0)  # until the kernel has given up the half-open ones
        again = stage.peer()
        await again.establish()
        await stage.processed(again, 9)
        again.close()

    on_stage(story)


def half_open(stage: Stage, count: int) -> None:
    """SYNs, signed with the right key, whose SYN-ACKs are never answered."""
    mine, other = stage.session().ends
    with stage.node.namespace.entered():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    key = str(stage.session().auth_key).encode()
    with raw:
        for number in range(count):
            segment = TCP(sport=20000 + number, dport=179, flags="S", seq=number, dataofs=10, chksum=0)
            pseudo = mine.address.packed + other.address.packed + struct.pack("!HH", 6, 40)
            digest = hashlib.md5(pseudo + bytes(segment)[:20] + key).digest()  # RFC 2385 section 2.0
            del segment.chksum
            segment.options = [("MD5", digest), ("NOP", None), ("NOP", None)]
            packet = IP(src=str(mine.address), dst=str(other.address), ttl=1) / segment
            raw.sendto(bytes(packet), (str(other.address), 0))
