"""Proves, feature by feature, that the kernel this runs on can carry a lab: makes it, reads it back, sends packets.

Runs as root, inside the embedded kernel or on the machine's own. Everything is made in namespaces
of its own and removed. Each feature is tried apart from the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from dxemu.errors import LabError
from dxemu.host import proof_guest
from dxemu.host.clock import Clock
from dxemu.host.proof_pair import ADDRESSES, INSIDE, MACS, MTU, PORT, PREFIX, ConnectedPair, two_nodes
from dxemu.host.proof_traffic import expect, first_connection
from dxemu.netlink import (
    address,
    bond,
    bridge,
    link,
    macsec,
    netem,
    nftables,
    route,
    tcp_md5,
    vlan,
    vrf,
    xfrm,
    xfrm_interface,
)
from dxemu.netlink.session import NETLINK_GENERIC, NETLINK_NETFILTER, NETLINK_XFRM, Netlink

_EVERYTHING = IPv4Network("0.0.0.0/0")
_LACP_LIMIT_S = 20.0
_LACP_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Feature:
    """Whether something works here. `detail` is what was seen, or the error."""

    name: str
    ok: bool
    detail: str

    def line(self) -> dict[str, object]:
        """What is kept as JSON."""
        return {"feature": self.name, "works": self.ok, "detail": self.detail}


async def _vlan() -> str:
    wanted = vlan.Vlan("vlan101", PORT, 101, MTU)
    async with two_nodes() as pair:
        for netlink in pair.ends:
            await vlan.apply(netlink, wanted)
        await pair.up("vlan101")
        await pair.address("vlan101")
        seen = await vlan.read(pair.ends[1], "vlan101")
        expect(seen == wanted, f"read back {seen}")
        await pair.passes()
        return "VLAN 101 carries packets"


async def _bond() -> str:
    async with two_nodes(cable=False) as pair:
        members = ("port1", "port2")
        for number, name in enumerate(members):
            await pair.cable(name, (f"02:00:00:00:01:0{number}", f"02:00:00:00:02:0{number}"))
        for netlink in pair.ends:
            await bond.apply(netlink, bond.BondDevice(name="bond", members=members))
        await pair.up("bond")
        waited = 0.0
        while not all([(await bond.read(netlink, "bond")).ready for netlink in pair.ends]):
            expect(waited < _LACP_LIMIT_S, f"LACP found no partner in {_LACP_LIMIT_S:g} s")
            await Clock().settle(_LACP_LOOK_S)  # the kernel tells no event for a partner found
            waited += _LACP_LOOK_S
        state = await bond.read(pair.ends[0], "bond")
        await pair.address("bond")
        await pair.passes()
        return f"802.3ad with partner {state.partner_mac} on {len(state.members)} members after {waited:g} s"


async def _bridge() -> str:
    async with two_nodes() as pair:
        await bridge.apply(pair.ends[1], bridge.BridgeDevice("lan", (PORT,)))
        await link.set_up(pair.ends[1], "lan", up=True)
        ports = await link.members(pair.ends[1], "lan")
        expect(ports == (PORT,), f"its ports are {ports}")
        await address.apply(pair.ends[0], PORT, ADDRESSES[0])
        await address.apply(pair.ends[1], "lan", ADDRESSES[1])
        await pair.passes()
        return "forwards between its ports"


async def _netem() -> str:
    wanted = netem.Netem(rate_bps=100_000_000_000, delay_s=0.001000001, loss_percent=0, limit=10_000, seed=1)
    async with two_nodes() as pair:
        await netem.apply(pair.ends[0], PORT, wanted)
        seen = await netem.read(pair.ends[0], PORT)
        expect((seen.rate_bps, seen.delay_s) == (wanted.rate_bps, wanted.delay_s), f"read back {seen}")
        await pair.address(PORT)
        await pair.passes()
        return "100 Gbps, delay in nanoseconds"


async def _vrf() -> str:
    async with two_nodes() as pair:
        await vrf.apply(pair.ends[0], vrf.VrfDevice("vrf", 100, (PORT,)))
        await link.set_up(pair.ends[0], "vrf", up=True)
        await pair.address(PORT)
        seen = await vrf.read(pair.ends[0], "vrf")
        expect(seen == vrf.VrfDevice("vrf", 100, (PORT,)), f"read back {seen}")
        routes = await route.read(pair.ends[0], protocol=route.KERNEL, table=100)
        expect(any(one.prefix == ADDRESSES[0].network for one in routes), f"table 100 has only {routes}")
        return "routes in a table of its own"


async def _protect(
    pair: ConnectedPair, cipher: xfrm.AesGcm | xfrm.AesCbcSha256, mode: xfrm.EspMode, if_id: int
) -> tuple[Netlink, Netlink]:
    """The same ESP states at both ends, one for each direction, and the policies that ask for them."""
    sessions = await pair.sessions(NETLINK_XFRM)
    for number, netlink in enumerate(sessions):
        for sender in (0, 1):
            source, destination = ADDRESSES[sender].ip, ADDRESSES[1 - sender].ip
            state = xfrm.EspState(
                source=source, destination=destination, spi=0x1000 + sender, cipher=cipher, mode=mode, if_id=if_id
            )
            await xfrm.apply_state(netlink, state)
            transport = mode is xfrm.EspMode.TRANSPORT
            policy = xfrm.EspPolicy(
                source=IPv4Network(source) if transport else _EVERYTHING,
                destination=IPv4Network(destination) if transport else _EVERYTHING,
                direction=xfrm.PolicyDirection.OUT if sender == number else xfrm.PolicyDirection.IN,
                tunnel_source=source,
                tunnel_destination=destination,
                mode=mode,
                if_id=if_id,
            )
            await xfrm.apply_policy(netlink, policy)
            expect(await xfrm.has_policy(netlink, policy), f"the policy cannot be read back: {policy}")
    return sessions


async def _expect_protected(sessions: tuple[Netlink, Netlink]) -> str:
    """Raises LabError unless both ends have counted a protected packet. Gives the kernel's names of the algorithms."""
    for netlink in sessions:
        seen = await xfrm.read_state(netlink, ADDRESSES[1].ip, 0x1000)
        expect(seen.packets > 0, f"{netlink.namespace.name}: no packet was protected: {seen}")
    return ", ".join(seen.algorithms)


async def _esp(cipher: xfrm.AesGcm | xfrm.AesCbcSha256) -> str:
    async with two_nodes() as pair:
        await pair.address(PORT)
        sessions = await _protect(pair, cipher, xfrm.EspMode.TRANSPORT, 0)
        await pair.passes()
        return f"protects packets with {await _expect_protected(sessions)}"


async def _esp_gcm() -> str:
    return await _esp(xfrm.AesGcm(bytes(range(36))))


async def _esp_cbc() -> str:
    return await _esp(xfrm.AesCbcSha256(bytes(range(32)), bytes(range(32))))


async def _xfrm_interface() -> str:
    async with two_nodes() as pair:
        await pair.address(PORT)
        for netlink in pair.ends:
            wanted = xfrm_interface.XfrmInterface("tunnel", 7, PORT, 1400)
            await xfrm_interface.apply(netlink, wanted)
            seen = await xfrm_interface.read(netlink, "tunnel")
            expect(seen == wanted, f"read back {seen}")
        await pair.up("tunnel")
        await pair.address("tunnel", INSIDE)
        sessions = await _protect(pair, xfrm.AesGcm(bytes(range(36))), xfrm.EspMode.TUNNEL, 7)
        await pair.passes(INSIDE)
        return f"routes into a tunnel with {await _expect_protected(sessions)}"


async def _tcp_md5() -> str:
    async with two_nodes() as pair:
        await pair.address(PORT)
        a, b = (netlink.namespace for netlink in pair.ends)
        for key, wanted in ((b"right", True), (b"wrong", False)):
            connected = await first_connection(
                a,
                b,
                ADDRESSES[1].ip,
                lambda sock: tcp_md5.apply(sock, ADDRESSES[0].ip, b"right"),
                lambda sock, key=key: tcp_md5.apply(sock, ADDRESSES[1].ip, key),  # type: ignore[misc]  # the key of this turn
            )
            expect(connected == wanted, f"the {key.decode()} key {'connects' if connected else 'does not connect'}")
        return "the right key connects, a wrong one does not"


async def _nftables() -> str:
    async with two_nodes() as pair:
        await pair.address(PORT)
        _, filters = await pair.sessions(NETLINK_NETFILTER)
        await nftables.apply(filters, "proof", nftables.Hook.INPUT, (nftables.DropRule(interface=PORT, protocol=17),))
        try:
            await pair.passes()
        except LabError:
            dropped = await nftables.read(filters, "proof")
            expect(dropped and dropped[0].packets > 0, f"nothing passes, and the rule counts {dropped}")
        else:
            raise LabError("the rule drops nothing")
        await nftables.delete(filters, "proof")
        await pair.passes()
        return "drops and counts"


async def _macsec() -> str:
    keys = macsec.SecureAssociation(0, bytes(range(32))), macsec.SecureAssociation(0, bytes(range(32, 64)))
    async with two_nodes() as pair:
        sessions = await pair.sessions(NETLINK_GENERIC)
        for number, (netlink, generic) in enumerate(zip(pair.ends, sessions, strict=True)):
            wanted = macsec.Macsec("macsec", PORT)
            await macsec.apply(netlink, wanted)
            seen = await macsec.read(netlink, "macsec")
            expect(seen == wanted, f"read back {seen}")
            index = await netlink.index("macsec")
            await macsec.apply_keys(generic, index, MACS[1 - number], keys[number], keys[1 - number])
        await pair.up("macsec")
        await pair.address("macsec")
        await pair.passes()
        return "GCM-AES-256 carries packets"


VIRTUAL_CLOCK = "virtual clock"
HELD_CLOCK = "held clock"
CONFINED_WRITES = "confined writes"
_EMBEDDED_ONLY = (VIRTUAL_CLOCK, HELD_CLOCK, CONFINED_WRITES)

_TRIALS: Mapping[str, Callable[[], Awaitable[str]]] = {
    "802.1Q": _vlan,
    "LACP bond": _bond,
    "bridge": _bridge,
    "netem above 4 Gbps": _netem,
    "VRF": _vrf,
    "ESP AES-GCM": _esp_gcm,
    "ESP AES-CBC with HMAC-SHA-256": _esp_cbc,
    "xfrm interface": _xfrm_interface,
    "TCP MD5": _tcp_md5,
    "nftables": _nftables,
    "MACsec": _macsec,
    VIRTUAL_CLOCK: proof_guest.virtual_clock,
    HELD_CLOCK: proof_guest.held_clock,
    CONFINED_WRITES: proof_guest.confined_writes,
}

FEATURES = tuple(_TRIALS)
"""The names, in the order in which they are tried."""

HOST_FEATURES = tuple(name for name in FEATURES if name not in _EMBEDDED_ONLY)
"""Those that an ordinary kernel can have."""


async def prove(names: tuple[str, ...] = FEATURES) -> dict[str, Feature]:
    """Try these features one after the other. Never raises for a feature that is missing."""
    return {name: await _try(name) for name in names}


async def _try(name: str) -> Feature:
    try:
        return Feature(name, True, await _TRIALS[name]())
    except LabError as error:
        where, _, what = error.problem.partition(": ")
        return Feature(name, False, what if where.startswith(PREFIX) else error.problem)
    except OSError as error:
        return Feature(name, False, str(error))
