"""BGP sessions of a plan, and who speaks on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from dxemu.aws.quotas import Quota
from dxemu.bgp.prefix_policy import PrefixPolicy
from dxemu.plan.mismatch import Mismatch
from dxemu.plan.parts import MAIN_TABLE, BfdSession
from dxemu.plan.wiring import Side
from dxemu.units import Asn, IPAddress, IPNetwork, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """One speaker's end of a BGP session. `speaker` is the speaker's name, `node` where it runs.

    `import_local_pref` is set on what this end learns (None: 100, or by AWS's community rules);
    `export_communities` are added to what it sends, `export_prepend` times its own ASN is put in front once more.
    `export_med` goes with it; without `send_communities` no community does.
    `announces` are the only prefixes that an eBGP peer may hear of, `accepts` what it takes from there; None: no such
    limit. `withholds` are those of them that it does not hear of all the same.
    `cost` is what the other end costs as a next hop, inside the AS.
    Is the other end a `client`, this one reflects routes to and from it (RFC 4456); `cluster_id` is the cluster of a
    route reflector, on all its iBGP sessions.
    `policies` say of some prefixes what is done with them in place of that.
    `allow_as_in` times the own ASN may be in the AS_PATH of what is taken.
    `port` is the physical port (or bond) whose carrier this end sees; `interface` the one that holds `address`.
    `bfd` is what this end runs; None: no BFD. `hold_time` is what it offers, `keepalive` how often it sends one;
    None: the session's. `graceful_restart` is the restart time that it offers; None: none.
    `peer_asn`, `peer_address` and `auth_key` are what this end has configured of the other one where that differs from
    what the other one is; without `signs` it signs nothing; with `ttl_security` it takes only packets with TTL 255.
    An end that is not `enabled` is switched off (administratively down): it neither connects nor takes connections.
    """

    speaker: str
    node: str
    interface: str
    port: str
    address: IPAddress
    asn: Asn
    passive: bool
    import_local_pref: int | None = None
    export_communities: tuple[str, ...] = ()
    send_communities: bool = True
    export_prepend: int = 0
    export_med: int | None = None
    announces: tuple[IPNetwork, ...] | None = None
    withholds: tuple[IPNetwork, ...] = ()
    accepts: tuple[IPNetwork, ...] | None = None
    policies: tuple[PrefixPolicy, ...] = ()
    allow_as_in: int = 0
    bfd: BfdSession | None = None
    hold_time: Seconds | None = None
    keepalive: Seconds | None = None
    graceful_restart: Seconds | None = None
    cost: int = 0
    client: bool = False
    cluster_id: IPv4Address | None = None
    enabled: bool = True
    peer_asn: Asn | None = None
    peer_address: IPAddress | None = None
    auth_key: str | None = field(default=None, repr=False)
    signs: bool = True
    ttl_security: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """A BGP session. `name` is the virtual interface's or tunnel's (eBGP), or the two routers' names (iBGP).

    The IPv6 session of a virtual interface is called `NAME_ipv6`. `ends[0]` is the active side (the customer's
    router), `ends[1]` the passive one (AWS's). `cables` are the cables that its packets cross: all members of a LAG.
    `mismatch` is what the two ends have configured differently, so that it never comes up.
    `connection` is the connection or LAG. `tunnel` is the IPsec tunnel that carries it, `pinned_to` the
    virtual interface whose address that ends at and without which it is dead. `confirmed` is False for a
    hosted virtual interface that its owner has not accepted yet.

    With `static` there is no BGP: both ends take what the other end `announces` for learnt while the tunnel is up.
    On a public virtual interface AWS accepts `route_filter_prefixes` only. `prefix_quota` is how many prefixes AWS's
    end takes; None: any number. With `until_bfd_down` a graceful restart is given up when BFD goes down.
    """

    name: str
    virtual_interface: str | None
    connection: str | None
    ends: tuple[SessionEnd, SessionEnd]
    hold_time: Seconds
    keepalive: Seconds
    auth_key: str | None = field(repr=False)
    cables: tuple[str, ...]
    tunnel: str | None = None
    pinned_to: str | None = None
    confirmed: bool = True
    static: bool = False
    route_filter_prefixes: tuple[IPNetwork, ...] | None = None
    prefix_quota: Quota | None = None
    until_bfd_down: bool = False
    mismatch: Mismatch | None = None

    @property
    def restarts_gracefully(self) -> bool:
        """Whether both ends offer graceful restart."""
        return all(end.graceful_restart is not None for end in self.ends)

    @property
    def in_service(self) -> bool:
        """Whether it comes up while nothing is broken: accepted, switched on at both ends, which fit."""
        return self.confirmed and self.mismatch is None and all(end.enabled for end in self.ends)

    @property
    def switched_off(self) -> str:
        """Who has switched an end of it off, for people; empty if nobody has."""
        who = (name for name, end in zip(("the customer", "AWS"), self.ends, strict=True) if not end.enabled)
        names = " and ".join(who)
        return f"switched off by {names}" if names else ""

    @property
    def external(self) -> bool:
        """Whether it is eBGP."""
        return self.ends[0].asn != self.ends[1].asn

    def keepalive_of(self, end: SessionEnd) -> Seconds:
        """How often `end` sends a KEEPALIVE."""
        return end.keepalive if end.keepalive is not None else self.keepalive

    @property
    def has_bfd(self) -> bool:
        """Whether BFD watches over it: both ends run it, or none."""
        return self.ends[0].bfd is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One BGP table of a node: the customer's router has one, an AWS device one for each gateway behind it.

    `name` is the node's, on an AWS device `dx_1:vgw`. Its routes go into the kernel's `table`; up to
    `maximum_paths` that are level share the flows (multipath).
    With `site_link` it passes on what it hears from the customer to the other virtual interfaces with SiteLink, in a
    `cloud_hub` to the other VPNs, and virtual interfaces, of its virtual private gateway.
    `region` is the one that an AWS device's location is associated with; `tags` are the communities that AWS gives to
    its public prefixes there.
    """

    name: str
    node: str
    side: Side
    asn: Asn
    router_id: IPv4Address
    originates: tuple[IPNetwork, ...]
    table: int = MAIN_TABLE
    maximum_paths: int = 1
    site_link: bool = False
    cloud_hub: bool = False
    region: str = ""
    tags: tuple[tuple[IPNetwork, tuple[str, ...]], ...] = ()

    @property
    def exchanges(self) -> str:
        """By what AWS's speakers tell each other what customers announce: SiteLink, VPN CloudHub; "" if they do not."""
        return "SiteLink" if self.site_link else "VPN CloudHub" if self.cloud_hub else ""
