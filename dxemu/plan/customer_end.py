"""What the customer's end of a virtual interface has configured, and what of it keeps the sessions down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Interface

from dxemu.aws.ipsec_proposals import AES, SHA, IpsecProposal, Phase
from dxemu.plan.addressing import Peers
from dxemu.plan.mismatch import Mismatch, Symptom
from dxemu.plan.session import SessionEnd
from dxemu.topology.model import VirtualInterface, Vpn, VpnTunnel
from dxemu.units import Asn, IPInterface

IPV4 = 4
ON_ITS_VLAN = "a frame reaches the sub-interface of its own tag only (IEEE 802.1Q), so ARP is not answered"
SIGNED = "a segment without the right MD5 signature is dropped without an answer (RFC 2385 section 2.0)"


def own_address(vif: VirtualInterface, planned: IPInterface) -> IPInterface:
    """The address on the customer's sub-interface, where AWS has `planned` for it."""
    return vif.customer_end.address or planned if isinstance(planned, IPv4Interface) else planned


def configured(vif: VirtualInterface, customer: SessionEnd, amazon: SessionEnd) -> tuple[SessionEnd, SessionEnd]:
    """Both ends as they are configured, where `customer` is as AWS has it."""
    mine = vif.customer_end
    ipv4 = customer.address.version == IPV4
    address = mine.address.ip if ipv4 and mine.address is not None else customer.address
    return (
        replace(
            customer,
            address=address,
            asn=mine.asn or customer.asn,
            peer_asn=mine.amazon_asn,
            peer_address=mine.amazon_address if ipv4 else None,
            auth_key=mine.auth_key,
            signs=mine.signs,
            ttl_security=mine.ttl_security,
        ),
        replace(
            amazon,
            peer_asn=None if mine.asn is None else customer.asn,
            peer_address=None if address == customer.address else customer.address,
        ),
    )


def mismatch(vif: VirtualInterface, peers: Peers, amazon_asn: Asn) -> Mismatch | None:
    """The difference that is seen first; None if the session comes up. `peers` are AWS's and the customer's address."""
    return next(_mismatches(vif, peers, amazon_asn), None)


def _mismatches(vif: VirtualInterface, peers: Peers, amazon_asn: Asn) -> Iterator[Mismatch]:
    """From the cable to the session."""
    mine, (amazon, customer) = vif.customer_end, peers
    if not mine.lacp:
        yield Mismatch(
            path=("lags", vif.connection, "customer", "lacp"),
            customer="a static bundle without LACP",
            amazon="active LACP",
            symptom=Symptom.NO_LACP_PARTNER,
            why="a group whose members get no LACPDU finds no partner and stays down (IEEE 802.1AX section 6.4)",
        )
    if mine.vlan is not None:
        had = f"VLAN {mine.vlan}", f"VLAN {vif.vlan}"
        yield _differs(vif, "vlan", had, Symptom.NO_ARP_ANSWER, ON_ITS_VLAN)
    if amazon.version == IPV4:
        yield from _addresses(vif, amazon, customer)
    if mine.auth_key is not None or not mine.signs:
        had = "no MD5 key" if not mine.signs else "another MD5 key", "the virtual interface's"
        yield _differs(vif, "auth_key" if mine.signs else "signs", had, Symptom.NO_TCP_CONNECTION, SIGNED)
    if mine.ttl_security:
        why = "with GTSM (RFC 5082) a packet with another TTL than 255 is dropped; AWS's BGP packets have TTL 1"
        had = "TTL security", "none"
        yield _differs(vif, "ttl_security", had, Symptom.NO_TCP_CONNECTION, why)
    refused = "an OPEN with another AS than the one that is expected is refused: NOTIFICATION 2/2, Bad Peer AS"
    if mine.asn is not None:
        yield _differs(vif, "asn", (f"ASN {mine.asn}", f"ASN {vif.asn} for it"), Symptom.BAD_PEER_AS, refused)
    if mine.amazon_asn is not None:
        had = f"ASN {mine.amazon_asn} for AWS", f"ASN {amazon_asn}"
        yield _differs(vif, "amazon_asn", had, Symptom.BAD_PEER_AS, refused)


def _addresses(vif: VirtualInterface, amazon: IPInterface, customer: IPInterface) -> Iterator[Mismatch]:
    mine = vif.customer_end
    address, neighbor = mine.address or customer, mine.amazon_address or amazon.ip
    if neighbor != amazon.ip:
        why = "nobody on this VLAN has the address that the router connects to"
        had = f"{neighbor} as its neighbor", str(amazon.ip)
        yield _differs(vif, "amazon_address", had, Symptom.NO_ARP_ANSWER, why)
    elif neighbor not in address.network:
        why = "the neighbor is not in the router's subnet, so it does not ask for it"
        yield _differs(vif, "address", (str(address), f"{customer} for it"), Symptom.NO_ARP_ANSWER, why)
    elif address.ip != customer.ip:
        why = "AWS has no session, and no MD5 key, for that address"
        yield _differs(vif, "address", (str(address), f"{customer} for it"), Symptom.NO_TCP_CONNECTION, why)


def tunnel_mismatch(vpn: Vpn, number: int) -> Mismatch | None:
    """What keeps a tunnel down, if anything, the first that is seen; the first one's number is 1."""
    return next(_of_tunnel(vpn, vpn.tunnels[number - 1], ("vpns", vpn.name, "tunnels", number - 1, "customer")), None)


def _of_tunnel(vpn: Vpn, tunnel: VpnTunnel, path: tuple[str | int, ...]) -> Iterator[Mismatch]:
    """In the order of IKE's messages."""

    def differs(key: str, customer: str, amazon: str, symptom: Symptom, why: str) -> Mismatch:
        return Mismatch(path=(*path, key), customer=customer, amazon=amazon, symptom=symptom, why=why)

    if not tunnel.configured:
        why = "nobody begins IKE, so this tunnel is no backup when AWS maintains the other one's endpoint"
        yield differs("configured", "no such tunnel", "both", Symptom.NO_IKE, why)
    if tunnel.phase1_proposal is not None:
        yield differs("phase1_proposal", *_proposals(tunnel.phase1_proposal, Phase.IKE))
    if tunnel.customer_pre_shared_key is not None:
        why = "the other end's AUTH payload does not verify (RFC 7296 section 2.15)"
        had = "another pre-shared key", "the tunnel's"
        yield differs("pre_shared_key", *had, Symptom.AUTHENTICATION_FAILED, why)
    mine = tunnel.customer_selectors
    if mine is not None:
        key = "local_ipv4_network_cidr" if mine.local != vpn.selectors.local else "remote_ipv4_network_cidr"
        why = "phase 1 comes up, and no packet fits the traffic selectors of both ends (RFC 7296 section 2.9)"
        yield differs(key, f"selectors {mine}", str(vpn.selectors), Symptom.TS_UNACCEPTABLE, why)
    if tunnel.phase2_proposal is not None:
        yield differs("phase2_proposal", *_proposals(tunnel.phase2_proposal, Phase.ESP))


def _proposals(proposal: IpsecProposal, phase: Phase) -> tuple[str, str, Symptom, str]:
    refused = " and ".join(proposal.refused(phase))
    why = f"AWS takes {refused} in no proposal of phase {phase} (Site-to-Site VPN User Guide, Tunnel options)"
    amazon = f"{', '.join(AES)} with {SHA[0]} or SHA2"
    return f"{proposal} for phase {phase}", amazon, Symptom.NO_PROPOSAL_CHOSEN, why


def _differs(vif: VirtualInterface, key: str, had: tuple[str, str], symptom: Symptom, why: str) -> Mismatch:
    customer, amazon = had
    path = ("virtual_interfaces", vif.name, "customer", key)
    return Mismatch(path=path, customer=customer, amazon=amazon, symptom=symptom, why=why)
