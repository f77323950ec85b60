"""The table of what may be changed while a lab runs. The first row that fits decides; what fits none of them cannot be.

Where AWS's own order (UpdateVirtualInterfaceAttributes and the like) has no word for something, it cannot be changed
here either: a network engineer makes another one beside it and removes the first.
"""

from __future__ import annotations

from dxemu.changes.permission import Interrupts, Permission
from dxemu.topology.differences import DifferenceKind

ALL = tuple(DifferenceKind)
ELEMENT = (DifferenceKind.ADDED, DifferenceKind.REMOVED)

_REFRESH = "routes are chosen and announced anew; the session stays"
_OPEN = "both ends agree on it in the OPEN message"
_CREATED = "AWS fixes it when it is created: make another one and remove this one"
_WIRED = "what a port is cabled to does not change: make another connection and remove this one"

REFLECTORS: tuple[Permission, ...] = tuple(
    Permission(pattern=f"customer.{place}.routers.*.{key}", interrupts=interrupts, words=words, source=source)
    for place in ("data_center", "colocation", "colocations.*")
    for key, interrupts, words, source in (
        (
            "route_reflector_clients",
            Interrupts.CLIENT,
            "the router reflects to and from others",
            "FRR, bgpd/bgpd.c, `peer_flag_action_list`",
        ),
        (
            "cluster_id",
            Interrupts.CLUSTER,
            "the router is of another cluster",
            "FRR, bgpd/bgpd.c, `bgp_cluster_id_set`",
        ),
    )
)

CUSTOMER: tuple[Permission, ...] = (
    Permission(
        pattern="virtual_interfaces.*.customer.enabled",
        interrupts=Interrupts.SESSION,
        words="the customer shuts its end of the sessions down, or brings it up again",
        source="RFC 4486 and RFC 8203: Cease, Administrative Shutdown",
    ),
    Permission(
        pattern="virtual_interfaces.*.customer.**",
        of=ALL,
        words=_REFRESH,
        source="RFC 2918: route refresh",
    ),
    Permission(
        pattern="vpns.*.customer.enabled",
        interrupts=Interrupts.SESSION,
        words="the customer shuts its end of the sessions down, or brings it up again",
    ),
    Permission(pattern="vpns.*.customer.**", of=ALL, words=_REFRESH),
    Permission(
        pattern="vpns.*.tunnels.*.customer.enabled",
        interrupts=Interrupts.SESSION,
        words="the customer shuts its end of the session down, or brings it up again",
    ),
    Permission(pattern="customer.data_center.routers.*.static_routes.*", of=ALL, words="the router's route"),
    Permission(pattern="customer.data_center.routers.*.maximum_paths", words=_REFRESH),
    Permission(pattern="customer.data_center.routers.*.announcements.*", of=ALL, words=_REFRESH),
    Permission(pattern="customer.colocation.routers.*.static_routes.*", of=ALL, words="the router's route"),
    Permission(pattern="customer.colocation.routers.*.maximum_paths", words=_REFRESH),
    Permission(pattern="customer.colocation.routers.*.announcements.*", of=ALL, words=_REFRESH),
    Permission(pattern="customer.colocations.*.routers.*.static_routes.*", of=ALL, words="the router's route"),
    Permission(pattern="customer.colocations.*.routers.*.maximum_paths", words=_REFRESH),
    Permission(pattern="customer.colocations.*.routers.*.announcements.*", of=ALL, words=_REFRESH),
    *REFLECTORS,
    Permission(pattern="customer.data_center.hosts.*", of=ELEMENT, words="a host comes, or goes"),
    Permission(pattern="customer.colocations.*.hosts.*", of=ELEMENT, words="a host comes, or goes"),
)

SESSIONS: tuple[Permission, ...] = (
    Permission(
        pattern="virtual_interfaces.*.amazon.enabled",
        interrupts=Interrupts.SESSION,
        words="AWS takes its end of the sessions down, or brings it up again",
        source="Direct Connect API, StartBgpFailoverTest (botocore 1.44.5)",
    ),
    Permission(
        pattern="vpns.*.tunnels.*.amazon.enabled",
        interrupts=Interrupts.SESSION,
        words="AWS takes its end of the session down, or brings it up again",
    ),
    Permission(
        pattern="virtual_interfaces.*.bfd",
        words="BFD begins, ends (AdminDown) or goes over to other intervals (Poll); the session stays",
        source="RFC 5880 sections 6.8.3 and 6.8.16, RFC 5882 section 3.2",
    ),
    Permission(
        pattern="virtual_interfaces.*.hold_time",
        interrupts=Interrupts.SESSION,
        words=_OPEN,
        source="RFC 4271 section 4.2",
    ),
    Permission(pattern="virtual_interfaces.*.keepalive", words="the customer's router sends at another interval"),
    Permission(
        pattern="virtual_interfaces.*.graceful_restart",
        interrupts=Interrupts.SESSION,
        words=_OPEN,
        source="RFC 4724 section 3",
    ),
    Permission(
        pattern="virtual_interfaces.*.auth_key",
        interrupts=Interrupts.SESSION,
        words="AWS knows no change of a key: its peer is deleted and created again",
        source="Direct Connect API, DeleteBGPPeer and CreateBGPPeer (botocore 1.44.5)",
    ),
    Permission(
        pattern="virtual_interfaces.*.mtu",
        interrupts=Interrupts.CONNECTION,
        words="AWS updates the connection",
        assumed="every change of an MTU updates the connection, and for as long as AWS says at most",
        source="Direct Connect API, UpdateVirtualInterfaceAttributes (botocore 1.44.5)",
    ),
    Permission(
        pattern="virtual_interfaces.*.site_link",
        interrupts=Interrupts.SESSION,
        words="AWS moves the virtual interface to, or from, the table of those with SiteLink",
        assumed="the sessions are made anew; AWS does not say",
    ),
    Permission(
        pattern="virtual_interfaces.*.prefix_pool_allocated_count_ipv4",
        words="AWS takes another number of prefixes",
    ),
    Permission(
        pattern="virtual_interfaces.*.prefix_pool_allocated_count_ipv6",
        words="AWS takes another number of prefixes",
    ),
    Permission(pattern="virtual_interfaces.*.route_filter_prefixes", words="AWS approves other prefixes"),
    Permission(pattern="virtual_interfaces.*.confirmed", words="its owner accepts the virtual interface"),
)

GATEWAYS: tuple[Permission, ...] = (
    Permission(
        pattern="aws.direct_connect_gateways.*.associations.*.allowed_prefixes",
        words="AWS announces other prefixes",
        source='Direct Connect User Guide, "Allowed prefixes interactions"',
    ),
    Permission(pattern="aws.direct_connect_gateways.*.associations.*", of=ELEMENT, words="a gateway behind it"),
    Permission(
        pattern="aws.virtual_private_gateways.*.route_propagation", words="the VPC's route table learns, or not"
    ),
    Permission(pattern="aws.vpcs.*.static_routes", of=ALL, words="the VPC's route table"),
    Permission(pattern="aws.vpcs.*.static_routes.*", of=ALL, words="the VPC's route table"),
    Permission(pattern="aws.transit_gateways.*.route_tables.**", of=ALL, words="the transit gateway's route tables"),
    Permission(pattern="aws.transit_gateways.*.attachments", words="VPCs are attached, or detached"),
    Permission(pattern="vpns.*.static_routes", words="the static routes of a VPN"),
    Permission(pattern="lags.*.minimum_links", words="how many members have to work"),
)

ELEMENTS: tuple[Permission, ...] = tuple(
    Permission(pattern=pattern, of=ELEMENT, interrupts=Interrupts.ITSELF, words=f"{word} comes, or goes")
    for pattern, word in (
        ("virtual_interfaces.*", "a virtual interface"),
        ("connections.*", "a connection, or a member of a LAG,"),
        ("lags.*", "a LAG"),
        ("vpns.*", "a VPN"),
        ("aws.vpcs.*", "a VPC"),
        ("aws.vpcs.*.instances.*", "an instance"),
        ("aws.virtual_private_gateways.*", "a virtual private gateway"),
    )
)

REFUSED: tuple[Permission, ...] = (
    Permission(pattern="virtual_interfaces.*.vlan", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.type", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.gateway", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.asn", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.amazon_address", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.customer_address", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.ipv6", refused=_CREATED),
    Permission(pattern="virtual_interfaces.*.owner_account", refused=_CREATED),
    Permission(
        pattern="virtual_interfaces.*.connection",
        refused="it would be created anew at the other connection: make another one and remove this one",
    ),
    Permission(pattern="connections.*.location", refused=_WIRED),
    Permission(pattern="connections.*.device", refused=_WIRED),
    Permission(pattern="connections.*.router", refused=_WIRED),
    Permission(pattern="connections.*.lag", refused="add a connection to the LAG, and remove this one"),
    Permission(pattern="aws.virtual_private_gateways.*.asn", refused=_CREATED),
    Permission(pattern="aws.direct_connect_gateways.*.asn", refused=_CREATED),
    Permission(pattern="aws.transit_gateways.*.asn", refused=_CREATED),
    Permission(pattern="aws.vpcs.*.cidr", refused=_CREATED),
    Permission(
        pattern="**",
        of=ALL,
        refused="Write it into the topology, or under the scenario's own `change:`, before anything starts",
    ),
)

HOSTED_BANDWIDTH = Permission(
    pattern="connections.*.bandwidth",
    words="the partner and AWS police to another rate",
    assumed="at once, and nothing is lost; partners order it differently",
)
DEDICATED_BANDWIDTH = Permission(
    pattern="connections.*.bandwidth",
    refused="a dedicated port has one speed: make another connection and remove this one",
)

TABLE: tuple[Permission, ...] = (*CUSTOMER, *SESSIONS, *GATEWAYS, *ELEMENTS, *REFUSED)
"""All but the bandwidth of connections, which hangs on the kind of connection."""
