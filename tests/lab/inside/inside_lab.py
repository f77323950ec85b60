"""A running lab, asked by iproute2 and by packets of our own: is everything as the plan says?"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

import pytest

from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.lab.lab import Lab
from dxemu.lab.neighbours import PATIENCE_S
from dxemu.lab.node import LabNode
from dxemu.lab.paths import Watched
from dxemu.plan.model import MAIN_TABLE, Plan, Role
from tests.lab.running import Loop, Told, all_seen, ip, lab_of, plan_of, said, tc

PORT = 5000
ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
TC_ROUNDS_S = 1.1e-6
"""`tc` counts in ticks of 64 ns and shows whole microseconds, both rounded down."""
TPID_8021Q = 0x8100
TPID_IPV4 = 0x0800


@dataclass
class Running:
    """A lab that stays up from one test to the next; it lives only while the loop runs."""

    loop: Loop
    lab: Lab
    plan: Plan
    events: list[Told]


@pytest.fixture(scope="module", params=["backup_connection", "backup_connection_by_circuit"])
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    plan = plan_of(request.param)
    with Loop() as loop:
        context = lab_of(plan)
        lab, events = loop.run(context.__aenter__())
        loop.run(lab.converged([Watched("app", "app", "web")]))
        loop.run(lab.journal.clock.settle(1.0))  # the backup's routes may still be on their way
        yield Running(loop, lab, plan, events)
        loop.run(context.__aexit__(None, None, None))


def netem_of_all(plan: Plan) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Rate in bit/s, delay in seconds and loss of every port, as `tc` says."""
    found = {}
    for node in plan.nodes:
        for port, options in tc(node.name).items():
            loss = options.get("loss-random", {}).get("loss", 0.0)
            found[node.name, port] = (options["rate"]["rate"] * 8, options.get("delay", {}).get("delay", 0.0), loss)
    return found


def test_every_cable_has_the_rate_and_delay_of_the_plan(running: Running) -> None:
    seen = netem_of_all(running.plan)
    ports = {(port.node, port.name): cable for cable in running.plan.cables for port in (cable.a, cable.b)}
    assert seen.keys() == ports.keys()
    for port, cable in ports.items():
        rate_bps, delay_s, loss = seen[port]
        assert (rate_bps, loss) == (int(cable.bandwidth), 0.0), port
        assert delay_s == pytest.approx(float(cable.delay), abs=TC_ROUNDS_S), port
    assert 100_000_000_000 in {rate for rate, _, _ in seen.values()}


def test_every_cable_is_there_with_its_macs_and_mtu(running: Running) -> None:
    veths = {
        (node.name, entry["ifname"]): entry
        for node in running.plan.nodes
        for entry in ip(node.name, "link", "show", "type", "veth")
    }
    cables = running.plan.cables
    wanted = {(port.node, port.name): (port.mac, cable.mtu) for cable in cables for port in (cable.a, cable.b)}
    assert {key: (entry["address"], entry["mtu"]) for key, entry in veths.items()} == wanted
    assert len({mac for mac, _ in wanted.values()}) == len(wanted)
    assert len({entry["ifindex"] for entry in veths.values()}) == len(veths), "a number is another port's too"
    for cable in running.plan.cables:
        a, b = (veths[port.node, port.name] for port in (cable.a, cable.b))
        assert (a["link_index"], b["link_index"]) == (b["ifindex"], a["ifindex"]), f"{cable.name} joins something else"
        assert (a["operstate"], b["operstate"]) == ("UP", "UP")


def test_vlans_and_bridges_are_those_of_the_plan(running: Running) -> None:
    vlans = set()
    bridged = set()
    for node in running.plan.nodes:
        for entry in ip(node.name, "link", "show"):
            kind = entry.get("linkinfo", {}).get("info_kind")
            if kind == "vlan":
                data = entry["linkinfo"]["info_data"]
                assert data["protocol"] == "802.1Q"
                vlans.add((node.name, entry["ifname"], entry["link"], data["id"], entry["mtu"]))
            if "master" in entry:
                bridged.add((node.name, entry["master"], entry["ifname"]))
    assert vlans == {(v.node, v.name, v.parent, int(v.vlan_id), v.mtu) for v in running.plan.vlans}
    in_bridges = {(b.node, b.name, port) for b in running.plan.bridges for port in b.ports}
    assert bridged == in_bridges | {(v.node, v.name, port) for v in running.plan.vrfs for port in v.interfaces}


def test_addresses_and_routes_are_those_of_the_plan(running: Running) -> None:
    plan = running.plan
    held, fixed, learnt = set(), set(), set()
    for node in plan.nodes:
        for entry in (entry for entry in ip(node.name, "-4", "addr", "show") if entry["ifname"] != "lo"):
            held |= {(node.name, entry["ifname"], f"{a['local']}/{a['prefixlen']}") for a in entry["addr_info"]}
        for entry in ip(node.name, "-4", "route", "show", "table", "all"):
            if entry["type" if "type" in entry else "dst"] in ("unreachable", "throw", "local", "broadcast"):
                continue
            if entry["protocol"] == "static":
                fixed.add(
                    (
                        node.name,
                        entry["dst"].replace("default", "0.0.0.0/0"),
                        entry["gateway"],
                        entry.get("table", "main"),
                    )
                )
            if entry["protocol"] == "bgp":
                learnt.add((node.name, entry["dst"]))
    assert held == {(a.node, a.interface, str(a.address)) for a in plan.addresses}
    assert fixed == {
        (r.node, str(r.destination), str(r.via), "main" if r.table == MAIN_TABLE else str(r.table))
        for r in plan.static_routes
        if r.via is not None
    }
    customers = {("customer_router", "172.31.0.0/16")}
    if any(node.name == "colo_router" for node in plan.nodes):
        customers |= {("colo_router", "172.31.0.0/16"), ("colo_router", "10.0.0.0/16")}
    assert learnt == customers | {(node, "10.0.0.0/16") for node in ("dx_1", "dx_2", "vgw")}


def test_one_way_delay_is_the_sum_of_the_cables(running: Running) -> None:
    plan, lab = running.plan, running.lab
    crossed = {
        "backup_connection": ("app", "metro", "primary", "backbone_dx_1_vgw", "web"),
        "backup_connection_by_circuit": ("app", "metro_primary", "primary", "backbone_dx_1_vgw", "web"),
    }[plan.topology]
    wanted_s = sum(float(plan.cable(name).delay) for name in crossed)
    for source, target in (("app", "web"), ("web", "app")):
        one_way(lab.node(source), lab.node(target), plan.address_of(target))  # neighbours are learnt
        for _ in range(5):
            measured_s = one_way(lab.node(source), lab.node(target), plan.address_of(target))
            assert measured_s == pytest.approx(wanted_s, abs=1e-4), f"{source} to {target}"


def one_way(source: LabNode, target: LabNode, address: IPv4Address) -> float:
    """Seconds from sending a UDP packet to the kernel's stamp at its arrival."""
    with source.namespace.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver = udp_at(target, str(address))
    with sender, receiver:
        receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sent_ns = time.time_ns()
        sender.sendto(b"dxemu", (str(address), PORT))
        _, control, _, _ = receiver.recvmsg(64, 64)
    ((_, _, stamp),) = control
    seconds, nanoseconds = struct.unpack("=qq", stamp)
    return float(seconds * 10**9 + nanoseconds - sent_ns) / 1e9


def udp_at(node: LabNode, address: str) -> socket.socket:
    """A UDP socket of a node that waits a second at most."""
    with node.namespace.entered():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(1.0)
    sock.bind((address, PORT))
    return sock


@pytest.mark.parametrize(("tag", "arrives"), [(101, True), (102, False), (100, False), (None, False)])
def test_only_the_right_vlan_arrives(running: Running, tag: int | None, arrives: bool) -> None:
    """A frame to the AWS device's address on VLAN 101, sent by hand from the customer's port."""
    (session,) = [s for s in running.plan.sessions if s.name == "primary"]
    near, far = session.ends
    cable = running.plan.cables_of_connection("primary")[-1]
    far_mac = next(p.mac for p in (cable.a, cable.b) if p.node == far.node)
    with running.lab.node(near.node).namespace.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with wire, udp_at(running.lab.node(far.node), str(far.address)) as receiver:
        wire.bind((near.port, ETH_P_ALL))
        wire.send(frame(far_mac, tag, near.address, far.address))
        if arrives:
            assert receiver.recv(64) == b"dxemu"
        else:
            with pytest.raises(TimeoutError):
                receiver.recv(64)


def frame(mac: str, tag: int | None, source: IPv4Address, target: IPv4Address) -> bytes:
    """An Ethernet frame with a UDP packet."""
    udp = struct.pack("!HHHH", PORT, PORT, 8 + 5, 0) + b"dxemu"
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 1, 17, 0, source.packed, target.packed)
    total = sum(struct.unpack("!10H", header))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    header = header[:10] + struct.pack("!H", checksum) + header[12:]
    vlan = b"" if tag is None else struct.pack("!HH", TPID_8021Q, tag)
    macs = bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("02000000beef")
    return macs + vlan + struct.pack("!H", TPID_IPV4) + header + udp


def everything(plan: Plan) -> dict[tuple[str, str], Any]:
    """What iproute2 says of every node, without counters and what only ages."""
    found: dict[tuple[str, str], Any] = {}
    for name in (node.name for node in plan.nodes):
        for entry in ip(name, "-4", "addr"):
            held = [f"{a['local']}/{a['prefixlen']}" for a in entry["addr_info"]]
            found[name, entry["ifname"]] = [entry["operstate"], entry["flags"], entry["mtu"], *held]
        for port, options in tc(name).items():
            found[name, f"netem on {port}"] = {key: value for key, value in options.items() if key != "dropped"}
        found[name, "routes"] = sorted(said("ip", "-n", name, "-4", "route").splitlines())
    return found


@pytest.mark.parametrize("fault", [CableSilent(connection="primary"), CableCut(connection="primary")])
def test_fault_reads_back_and_healing_leaves_no_trace(running: Running, fault: CableSilent | CableCut) -> None:
    loop, lab, plan = running.loop, running.lab, running.plan
    before = everything(plan)
    cable = plan.cable("primary")
    (session,) = [s for s in plan.sessions if s.name == "primary"]
    running.events.clear()
    loop.run(fault.inject(lab))
    during = {port.node: state_of(port.node, port.name) for port in (cable.a, cable.b)}
    other = [port for other in plan.cables if other is not cable for port in (other.a, other.b)]
    if isinstance(fault, CableSilent):
        assert set(during.values()) == {("UP", 1.0)}
    else:
        assert {operstate for operstate, _ in during.values()} <= {"DOWN", "LOWERLAYERDOWN"}
        assert {loss for _, loss in during.values()} == {0.0}
    assert {state_of(port.node, port.name) for port in other} == {("UP", 0.0)}
    down = [{"event": "bgp", "node": end.node, "session": "primary", "state": "down"} for end in session.ends]
    loop.run(all_seen(lab.journal, running.events, down, within_s=5))
    running.events.clear()
    loop.run(fault.heal(lab))
    (back,) = [a.device_addresses[0] for a in plan.gateways[0].attachments if a.device == "dx_1"]
    customer, aws = session.ends
    routes = [
        {"event": "route", "node": "vgw", "prefix": "10.0.0.0/16", "via": str(back)},
        {"event": "route", "node": customer.node, "prefix": "172.31.0.0/16", "via": str(aws.address)},
        {"event": "bfd", "node": "dx_1", "session": "primary", "state": "up"},
    ]
    loop.run(all_seen(lab.journal, running.events, routes, within_s=120))
    loop.run(lab.journal.clock.settle(1.0))
    after = everything(plan)
    assert {key: value for key, value in after.items() if value != before[key]} == {}


def state_of(node: str, port: str) -> tuple[str, float]:
    """State and loss (0 to 1) of a port."""
    (entry,) = ip(node, "link", "show", "dev", port)
    return entry["operstate"], tc(node)[port].get("loss-random", {}).get("loss", 0.0)


def test_nobody_forgets_a_neighbour_that_does_not_answer(running: Running) -> None:
    """Linux would after 3 s, and a host with the light: what it holds back then arrives late, and counts as no loss."""
    for held in running.plan.addresses:
        if held.interface != "lo":
            words = ("ip", "-n", held.node, "ntable", "show", "dev", held.interface, "name", "arp_cache")
            asked = said(*words).split()
            assert asked[asked.index("ucast_probes") + 1] == str(PATIENCE_S), (held.node, held.interface, asked)
            assert asked[asked.index("base_reachable") + 1] == str(PATIENCE_S * 1000), (held.node, asked)
            path = f"/proc/sys/net/ipv4/conf/{held.interface}/arp_evict_nocarrier"
            evicts = said("ip", "netns", "exec", held.node, "cat", path).strip()
            is_host = running.plan.node(held.node).role is Role.HOST
            assert evicts == ("0" if is_host else "1"), (held.node, held.interface)
