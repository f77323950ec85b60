"""A plan's routing as rows of words: tunnels, speakers, sessions and gateways."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from dxemu.bgp.prefix_policy import PrefixPolicy
from dxemu.plan.model import (
    MAIN_TABLE,
    BgpSession,
    Gateway,
    GatewayKind,
    IpsecTunnel,
    Plan,
    SessionEnd,
    Side,
    Speaker,
    TunnelEnd,
)
from dxemu.report.plan_rows import Row, community_words, listed_networks, table_words, words
from dxemu.units import IPNetwork


def tunnel_head(tunnel: IpsecTunnel) -> Row:
    """What both ends of an IPsec tunnel agree on."""
    return (
        tunnel.name,
        f"of {tunnel.vpn}",
        f"MTU {tunnel.mtu}",
        f"{tunnel.rate} each way",
        f"IKE {tunnel.phase1_lifetime}, ESP {tunnel.phase2_lifetime}, rekeyed {tunnel.rekey_margin} before",
        f"DPD {tunnel.dpd_delay}, timeout {tunnel.dpd_timeout}",
        "pre-shared key set",
    )


def tunnel_end(end: TunnelEnd) -> Row:
    """One end of an IPsec tunnel."""
    return (
        "initiates" if end.initiates else "responds",
        f"{end.node} {end.interface}",
        f"outside {end.outside} on {end.underlay_interface}",
        f"inside {end.inside}",
        *([f"IKE {end.phase1_lifetime}"] if end.phase1_lifetime else []),
        *([f"ESP {end.phase2_lifetime}"] if end.phase2_lifetime else []),
        *([str(end.dpd)] if end.dpd else []),
    )


def speakers(plan: Plan) -> Iterator[Row]:
    """BGP tables, by the speaker's name."""
    for speaker in plan.speakers:
        yield (
            speaker.name,
            f"AS {speaker.asn}",
            f"router ID {speaker.router_id}",
            "" if speaker.table == MAIN_TABLE else table_words(speaker.table),
            f"announces {listed_networks(speaker.originates, 'nothing of its own')}",
            *([f"up to {speaker.maximum_paths} paths share the flows"] if _has_multipath(speaker) else []),
            *(f"route reflector of cluster {cluster}" for cluster in _clusters(plan, speaker)),
            "; ".join(_tags(speaker)),
        )


def _clusters(plan: Plan, speaker: Speaker) -> list[IPv4Address]:
    """Its cluster, if it is a route reflector."""
    ends = (end for session in plan.sessions_of(speaker.name) for end in session.ends if end.speaker == speaker.name)
    return list(dict.fromkeys(end.cluster_id for end in ends if end.cluster_id is not None))


def _has_multipath(speaker: Speaker) -> bool:
    """Whether it is worth a word: all of AWS's speakers have multipath."""
    return speaker.maximum_paths > 1 and speaker.side is Side.CUSTOMER


def _tags(speaker: Speaker) -> Iterator[str]:
    """The communities of the prefixes, one part for each combination of them."""
    found: dict[tuple[str, ...], list[IPNetwork]] = {}
    for prefix, communities in speaker.tags:
        found.setdefault(communities, []).append(prefix)
    for communities, prefixes in found.items():
        yield f"{' '.join(map(community_words, communities))} on {listed_networks(prefixes, 'nothing')}"


def session_head(session: BgpSession) -> Row:
    """What both ends of a session agree on."""
    over = f"over {', '.join(session.cables)}"
    if session.tunnel is not None:
        over = f"in tunnel {session.tunnel}, {over}"
    extra = [] if session.confirmed else ["not accepted yet by its owner"]
    extra += [session.switched_off] if session.switched_off else []
    extra += [session.mismatch.text] if session.mismatch is not None else []
    if session.route_filter_prefixes is not None:
        extra.append(f"AWS accepts {listed_networks(session.route_filter_prefixes, 'nothing')}")
    if session.restarts_gracefully:
        extra.append(f"graceful restart{' until BFD is down' if session.until_bfd_down else ''}")
    tail = ["; ".join(extra)] if extra else []
    if session.static:
        return session.name, "static", "no BGP", "", "", over, *tail
    own = session.ends[0].bfd
    return (
        session.name,
        "eBGP" if session.external else "iBGP",
        f"hold {session.hold_time}, keepalive {session.keepalive}",
        "no BFD" if own is None else f"BFD {own.interval} x {own.detect_mult}",
        "MD5 key set" if session.auth_key is not None else "no MD5 key",
        over,
        *tail,
    )


def session_end(end: SessionEnd, *, static: bool) -> Row:
    """One end of a session, with its policy."""
    policy = [] if end.import_local_pref is None else [f"local preference {end.import_local_pref}"]
    policy += [f"sends {community_words(community)}" for community in end.export_communities]
    if end.export_prepend:
        policy.append(f"prepends {end.export_prepend} x AS {end.asn}")
    if end.export_med is not None:
        policy.append(f"MED {end.export_med}")
    if not end.send_communities:
        policy.append("sends no communities")
    if end.accepts is not None:
        policy.append(f"accepts only {listed_networks(end.accepts, 'nothing')}")
    if end.allow_as_in:
        policy.append(f"own AS allowed in {end.allow_as_in} x")
    if end.announces is not None:
        policy.append(f"{'has' if static else 'announces only'} {listed_networks(end.announces, 'nothing')}")
    policy += [f"of {one.filter}: {_of_prefixes(one)}" for one in end.policies]
    policy += ["reflects to and from its client"] if end.client else []
    how = "passive" if end.passive else "active"
    return "static" if static else how, end.speaker, str(end.address), f"AS {end.asn}", ", ".join(policy)


def _of_prefixes(policy: PrefixPolicy) -> str:
    said = [] if policy.accept else ["not accepted"]
    said += [] if policy.announce else ["not announced"]
    said += [] if policy.local_pref is None else [f"local preference {policy.local_pref}"]
    said += [f"sends {community_words(community)}" for community in policy.communities or ()]
    said += [] if policy.prepend is None else [f"prepends {policy.prepend} x"]
    return " and ".join(said if policy.med is None else [*said, f"MED {policy.med}"])


def gateway_head(gateway: Gateway) -> Row:
    """A gateway and what is behind it."""
    led = {(table, prefix): f" to {name}" for table, prefix, name in gateway.led}
    fixed = [f"{one[1]}{led.get(one, '')} fixed in {table_words(one[0])}" for one in gateway.fixed]
    public = gateway.kind is GatewayKind.PUBLIC
    return (
        gateway.node,
        words(gateway.kind),
        f"AS {gateway.asn}",
        f"in front of {listed_networks(gateway.prefixes, 'nothing')}",
        "" if public else f"route propagation {'on' if gateway.route_propagation else 'off'}",
        ", ".join(fixed),
        "" if gateway.vpc_table is None else f"{table_words(gateway.vpc_table)} is the VPC's",
        "tunnels share the flows (ECMP)" if gateway.vpn_ecmp_support else "",
    )


def gateway_attachments(gateway: Gateway) -> Iterator[Row]:
    """From whom a gateway hears of routes, and into which tables they go."""
    for attachment in gateway.attachments:
        where = ", ".join(table_words(table) for table in attachment.tables)
        yield (
            attachment.kind,
            attachment.speaker,
            f"{gateway.node} {attachment.gateway_interface} -- {attachment.device} {attachment.device_interface}",
            f"into {where or 'no table'}",
            "" if attachment.home_region else "of another Region",
        )
