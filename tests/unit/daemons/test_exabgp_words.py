"""What ExaBGP is told, and what is understood of what it says, for sessions of either IP version."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

import pytest

from dxemu.bgp.route import Announcement, Origin
from dxemu.daemons import exabgp
from dxemu.daemons.bird import BfdPeer
from dxemu.daemons.bird import render as render_bird
from dxemu.daemons.exabgp_commands import CommandPipe, announce_commands, told, understood, withdraw_commands
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import Learnt, learnt
from dxemu.plan.model import BfdSession, BgpSession, SessionEnd
from dxemu.units import Asn, Seconds

ROUTER_ID = IPv4Address("192.0.2.9")
ADDRESSES = {4: ("169.254.1.2", "169.254.1.1"), 6: ("2001:db8::2", "2001:db8::1")}


def session(version: int, *, gateway: str = "vgw", amazon_asn: int = 64512) -> BgpSession:
    customer, aws = (
        SessionEnd(
            speaker=speaker,
            node=node,
            interface="vlan101",
            port="port",
            address=ip_address(ADDRESSES[version][index]),
            asn=Asn(asn),
            passive=index == 1,
            bfd=BfdSession(interval=Seconds(0.3), detect_mult=3),
        )
        for index, (speaker, node, asn) in enumerate(
            (("router", "router", 65000), (f"dx_1:{gateway}", "dx_1", amazon_asn))
        )
    )
    return BgpSession(
        name="vif" if version == 4 else "vif_ipv6",
        virtual_interface="vif",
        connection=None,
        ends=(customer, aws),
        hold_time=Seconds(90),
        keepalive=Seconds(30),
        auth_key="a-key",
        cables=(),
    )


def neighbors(text: str) -> dict[str, list[str]]:
    """The lines of each neighbour of a configuration."""
    found = {}
    for part in text.split("neighbor ")[1:]:
        name, body = part.split(" {\n", 1)
        found[name] = [line.rstrip(";") for line in body.split("\n}")[0].splitlines()]
    return found


def test_the_ends_of_a_session_by_node_and_by_speaker() -> None:
    both = session(4)
    customer, aws = both.ends
    assert Peer.of(both, "dx_1") == Peer.at(both, "dx_1:vgw") == Peer(both, aws, customer)
    assert Peer.of(both, "router") == Peer.at(both, "router") == Peer(both, customer, aws)
    turned = replace(both, ends=(aws, customer))
    assert Peer.at(turned, "dx_1:vgw") == Peer(turned, aws, customer)


@pytest.mark.parametrize(("version", "family"), [(4, "ipv4 unicast"), (6, "ipv6 unicast")])
def test_a_session_carries_the_family_of_its_addresses(version: int, family: str) -> None:
    near, far = ADDRESSES[version]
    (lines,) = neighbors(exabgp.render(ROUTER_ID, [Peer.of(session(version), "router")])).values()
    assert f"family {{ {family}; }}" in lines
    assert {f"local-address {near}", "local-as 65000", "peer-as 64512", "connect 179"} <= set(lines)
    (lines,) = neighbors(exabgp.render(ROUTER_ID, [Peer.of(session(version), "dx_1")])).values()
    assert {f"local-address {far}", "local-as 64512", "passive", "listen 179"} <= set(lines)


def test_one_process_has_several_sessions_with_their_own_asns() -> None:
    one, two = session(4), session(6, gateway="tgw", amazon_asn=64513)
    text = exabgp.render(ROUTER_ID, [Peer.at(one, "dx_1:vgw"), Peer.at(two, "dx_1:tgw")])
    found = neighbors(text)
    assert list(found) == [ADDRESSES[4][0], ADDRESSES[6][0]]
    assert ["local-as 64512" in lines for lines in found.values()] == [True, False]
    assert ["local-as 64513" in lines for lines in found.values()] == [False, True]
    assert all(f"router-id {ROUTER_ID}" in lines for lines in found.values())
    names = [next(line for line in lines if line.startswith("api ")) for lines in found.values()]
    assert len(set(names)) == len(names)


def test_only_external_sessions_outside_tunnels_have_ttl_1() -> None:
    plain = session(6)
    inside = replace(plain, tunnel="vpn_tunnel_1")
    internal = replace(plain, ends=(plain.ends[0], replace(plain.ends[1], asn=Asn(65000))))
    rendered = [exabgp.render(ROUTER_ID, [Peer.of(each, "router")]) for each in (plain, inside, internal)]
    assert ["outgoing-ttl 1;" in text for text in rendered] == [True, False, False]


def test_an_announcement_of_each_version() -> None:
    route = Announcement(
        prefix=ip_network("2001:db8:c::/48"),
        next_hop=ip_address("2001:db8::2"),
        as_path=(Asn(65000), Asn(65000)),
        communities=("7224:7300",),
    )
    assert announce_commands(ip_address("2001:db8::1"), [route]) == [
        "neighbor 2001:db8::1 announce attributes next-hop 2001:db8::2 origin igp"
        " as-path [ 65000 65000 ] community [ 7224:7300 ] nlri 2001:db8:c::/48"
    ]
    short = Announcement(prefix=ip_network("10.0.0.0/16"), next_hop=ip_address("169.254.1.2"), as_path=(), med=5)
    assert announce_commands(ip_address("169.254.1.1"), [short]) == [
        "neighbor 169.254.1.1 announce attributes next-hop 169.254.1.2 origin igp med 5 nlri 10.0.0.0/16"
    ]


def test_announcements_that_differ_in_the_prefix_only_are_one_command() -> None:
    peer, own = ip_address("169.254.1.1"), ip_address("169.254.1.2")
    one, two, three = (
        Announcement(prefix=ip_network(f"10.{n}.0.0/16"), next_hop=own, as_path=(), med=n // 2) for n in (1, 2, 3)
    )
    assert announce_commands(peer, [two, one, three]) == [
        "neighbor 169.254.1.1 announce attributes next-hop 169.254.1.2 origin igp med 1 nlri 10.2.0.0/16 10.3.0.0/16",
        "neighbor 169.254.1.1 announce attributes next-hop 169.254.1.2 origin igp med 0 nlri 10.1.0.0/16",
    ]
    assert withdraw_commands(peer, own, [one.prefix, two.prefix]) == [
        "neighbor 169.254.1.1 withdraw attributes next-hop 169.254.1.2 nlri 10.1.0.0/16 10.2.0.0/16"
    ]
    assert withdraw_commands(peer, own, []) == []


def test_a_thousand_prefixes_are_a_line() -> None:
    prefixes = [IPv4Network((number << 8, 24)) for number in range(1001)]
    first, second = withdraw_commands(ip_address("192.0.2.1"), ip_address("192.0.2.2"), prefixes)
    assert [len(line.partition(" nlri ")[2].split()) for line in (first, second)] == [1000, 1]


def test_commands_that_do_not_fit_into_the_pipe_arrive_in_order() -> None:
    read, write = os.pipe()
    lines = [f"line {number} {'x' * 1000}" for number in range(500)]

    async def send_and_read() -> bytes:
        pipe = CommandPipe(write)
        pipe.send(lines[:400])
        pipe.send(lines[400:])
        loop = asyncio.get_running_loop()
        got = b""
        while got.count(b"\n") < len(lines):
            got += await loop.run_in_executor(None, os.read, read, 1 << 16)
        pipe.close()
        return got

    assert asyncio.run(asyncio.wait_for(send_and_read(), 10)).decode().splitlines() == lines
    os.close(read)


GLOBAL, LINK_LOCAL = "2001:db8::2", "fe80::2"


@pytest.mark.parametrize(
    ("next_hops", "chosen"),
    [
        ([GLOBAL], GLOBAL),
        ([GLOBAL, LINK_LOCAL], GLOBAL),
        ([LINK_LOCAL, GLOBAL], GLOBAL),
        ([LINK_LOCAL], LINK_LOCAL),
    ],
)
def test_of_two_next_hops_the_global_one_counts(next_hops: list[str], chosen: str) -> None:
    update = {
        "attribute": {"origin": "egp", "as-path": {"0": {"element": "as-sequence", "value": [65000]}}},
        "announce": {"ipv6 unicast": {hop: [{"nlri": "2001:db8:c::/48"}, {"nlri": "::/0"}] for hop in next_hops}},
    }
    assert learnt("vif_ipv6", Asn(64512), update) == Learnt(
        "vif_ipv6",
        tuple(
            Announcement(
                prefix=ip_network(prefix), next_hop=ip_address(chosen), as_path=(Asn(65000),), origin=Origin.EGP
            )
            for prefix in ("2001:db8:c::/48", "::/0")
        ),
        (),
    )


def test_a_next_hop_of_ipv4_is_link_local_at_aws_and_counts() -> None:
    update = {"attribute": {"origin": "igp"}, "announce": {"ipv4 unicast": {"169.254.1.2": [{"nlri": "10.0.0.0/16"}]}}}
    (heard,) = learnt("vif", Asn(64512), update).announce
    assert heard.next_hop == ip_address("169.254.1.2")


def test_withdrawals_of_both_versions() -> None:
    update = {"withdraw": {"ipv6 unicast": [{"nlri": "2001:db8:c::/48"}], "ipv4 unicast": [{"nlri": "10.0.0.0/16"}]}}
    assert learnt("vif", Asn(64512), update) == Learnt(
        "vif", (), (ip_network("10.0.0.0/16"), ip_network("2001:db8:c::/48"))
    )


def test_bird_runs_bfd_for_both_versions_on_one_interface() -> None:
    peers = [BfdPeer.of(session(version), "dx_1") for version in (4, 6)]
    text = render_bird(ROUTER_ID, [peer for peer in peers if peer is not None])
    for near, far in ADDRESSES.values():
        assert f'neighbor {near} dev "vlan101" local {far};' in text
    assert text.count("interval 300000 us; multiplier 3; passive yes") == 2


def test_bird_knows_an_interface_before_its_session() -> None:
    """One that begins while BIRD reads its configuration gets what its interface had before."""
    peers = [peer for peer in (BfdPeer.of(session(version), "dx_1") for version in (4, 6)) if peer is not None]
    text = render_bird(ROUTER_ID, peers[:1], known=peers[1:])
    assert text.count("neighbor") == 1
    assert text.count("passive yes") == 2


def test_bfd_is_not_run_for_a_session_that_is_switched_off_at_either_end() -> None:
    planned = session(4)
    off = replace(planned, ends=(replace(planned.ends[0], enabled=False), planned.ends[1]))
    assert BfdPeer.of(planned, "dx_1") is not None
    assert [BfdPeer.of(off, end.node) for end in off.ends] == [None, None]


@pytest.mark.parametrize(
    ("values", "anew"),
    [({"auth_key": "other"}, True), ({"hold_time": Seconds(30)}, True), ({"keepalive": Seconds(5)}, False)],
)
def test_what_a_session_is_opened_with(values: dict[str, object], anew: bool) -> None:
    planned = session(4)
    other = replace(planned, **values)
    assert Peer.at(planned, "router").opens_otherwise(Peer.at(other, "router")) is anew


def test_a_configuration_is_one_word_of_a_command() -> None:
    text = 'neighbor 10.0.0.1 {\n md5-password "a b";\n}'
    assert " " not in told(text)
    assert understood(told(text)) == text
