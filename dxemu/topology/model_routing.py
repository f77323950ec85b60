"""What the customer's routers are set to, as the user wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address

from dxemu.bgp.prefix_policy import PrefixPolicy
from dxemu.units import BitsPerSecond, IPNetwork, Seconds


class GracefulRestartMode(StrEnum):
    """Whether the customer's router restarts gracefully (RFC 4724); AWS's end always offers it.

    It and BFD: with ON stale routes stay when BFD goes down, with UNTIL_BFD_DOWN they go (RFC 5882 sections 4.3.2 and
    4.3.1).
    """

    OFF = "off"
    ON = "on"
    UNTIL_BFD_DOWN = "until_bfd_down"


class RouterAnnouncement(StrEnum):
    """What a router announces otherwise than follows from its networks, its peers and their filters."""

    ORIGINATE = "originate"
    LET_OUT = "let_out"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterSettings:
    """What is configured on a router of the customer's beside its sessions.

    `static_routes` are by prefix: the next router, or None where packets are discarded. They win over BGP's routes to
    the same prefix. `maximum_paths` are how many BGP routes it uses together. `carrier_delay` is how long it waits
    before it takes a port that has lost its light for down, `carrier_delay_up` how long one has to have light again
    before it is up.
    `route_reflector_clients` are the routers that it reflects routes to and from, in the cluster `cluster_id` (None:
    the cluster is called by its router ID).
    `announcements` are by prefix.
    """

    router: str
    static_routes: tuple[tuple[IPNetwork, str | None], ...] = ()
    maximum_paths: int = 1
    carrier_delay: Seconds = Seconds(0)  # noqa: RUF009 - a number
    carrier_delay_up: Seconds = Seconds(0)  # noqa: RUF009 - a number
    route_reflector_clients: tuple[str, ...] = ()
    cluster_id: IPv4Address | None = None
    announcements: tuple[tuple[IPNetwork, RouterAnnouncement], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """What the customer's router does with this virtual interface.

    `local_pref` is set on routes learnt from AWS; `communities`, `as_path_prepend` more of the own ASN and `med` are
    sent to AWS with the customer's prefixes. With `send_communities` False no route carries any, which is how many
    routers are set if nobody says otherwise. Exactly the prefixes in `announce` are announced (None: the data center's
    networks), and what lies in those of `accept` is accepted (None: everything), even if the own ASN is up to
    `allow_as_in` times in its AS_PATH.
    The first of `policies` whose filter matches a prefix says what is done with that in place of all this.
    Without `enabled` the customer has switched its end of the BGP sessions off.
    `tcp_mss` is what the router makes of a larger one in TCP connections that begin there, in either direction.
    `shape` holds what is sent to a rate; `nat` is the public source address that packets of the data centre's private
    networks get.
    """

    local_pref: int = 100
    communities: tuple[str, ...] = ()
    send_communities: bool = True
    as_path_prepend: int = 0
    med: int | None = None
    announce: tuple[IPNetwork, ...] | None = None
    policies: tuple[PrefixPolicy, ...] = ()
    accept: tuple[IPNetwork, ...] | None = None
    allow_as_in: int = 0
    tcp_mss: int | None = None
    shape: BitsPerSecond | None = None
    nat: IPv4Address | None = None
    enabled: bool = True
