"""DX-T: mistakes of LAGs, hosted connections, gateways and VPNs. Sources are AWS's pages as read in November 2026."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-T030": """\
A link aggregation group has at most 4 members of 1 or 10 Gbps, or 2 of 100 or 400 Gbps. Source:
Direct Connect User Guide, Link aggregation groups.""",
        "DX-T031": """\
All members of a link aggregation group are dedicated connections of one speed between the same
two devices: AWS has no multi-chassis LAG, so a LAG is one device and one location and counts as
one connection for AWS's service level agreement. Source: Direct Connect User Guide, Link
aggregation groups.""",
        "DX-T032": """\
With fewer working members than its minimum links the whole LAG goes down with all its virtual
interfaces. More than there are members would keep it down for ever. With 0, AWS's default, AWS
goes on reporting a LAG as available when no member works: 1 is a better choice. Source: Direct
Connect User Guide, Link aggregation groups.""",
        "DX-T033": """\
A link aggregation group is made of the connections that name it with `lag:`. AWS lets an empty
one remain, but it carries nothing.""",
        "DX-T034": """\
When a connection joins a LAG its virtual interfaces move to the LAG, and their VLANs must be
unique there. A virtual interface names the LAG as its `connection`. Source: Direct Connect API,
AssociateConnectionWithLag.""",
        "DX-T035": """\
A hosted connection carries exactly one virtual interface, private, public or transit. Source:
Direct Connect User Guide, Direct Connect quotas.""",
        "DX-T036": """\
A hosted connection is a part of a partner's port, the interconnect. AWS has 50, 100, 200, 300,
400 and 500 Mbps and 1, 2, 5, 10 and 25 Gbps, and drops what exceeds them. The interconnect is a
dedicated port of 1, 10, 100 or 400 Gbps; left out, it is the slowest that the hosted connection
fits into. Hosted connections cannot be bundled. Source: Direct Connect User Guide, Hosted
connections.""",
        "DX-T037": """\
On a public virtual interface AWS accepts the prefixes that it has approved, at least 1 and at
most 1000, each of them public and owned by the customer: one of the data center's
`public_networks`, a part of one or an aggregate, and something in it has to be announced. Private
addresses need NAT to one of them. Source: Direct Connect User Guide, Virtual interfaces, and
Routing policies and BGP communities.""",
        "DX-T038": """\
A Direct Connect gateway is associated with virtual private gateways (private virtual interfaces)
or with transit gateways (transit virtual interfaces), never with both. Source: Direct Connect
User Guide, Direct Connect gateways.""",
        "DX-T039": """\
The ASNs of a Direct Connect gateway and of the transit gateways behind it must all differ, else
AWS refuses the association: routes would be dropped as loops. Source: Direct Connect User Guide,
Transit gateway associations.""",
        "DX-T040": """\
For a transit gateway the allowed prefixes are what AWS announces, literally: at most 200, IPv4
and IPv6 together, and those of two transit gateways on one Direct Connect gateway must not
overlap. An empty list announces nothing and AWS says nothing about it. For a virtual private
gateway they are a filter. Source: Direct Connect User Guide, Allowed prefixes interactions.""",
        "DX-T042": """\
A virtual private gateway is associated with at most one Direct Connect gateway. Source: Direct
Connect User Guide, Virtual private gateway associations.""",
        "DX-T043": """\
An attachment of a transit gateway is associated with one route table, in which its packets are
looked up; it may propagate its routes to several, to each once. Static routes are networks that
lead to an attachment or to `blackhole`, one for each network of a table. Source: Transit Gateway
User Guide, Transit gateway route tables.""",
        "DX-T044": """\
The inside CIDR of a VPN tunnel is a /30 of 169.254.0.0/16 that is unique on its gateway. The
customer's router needs another one for each tunnel and virtual interface, too. AWS reserves
169.254.0.0/30 to 169.254.5.0/30 and 169.254.169.252/30. Source: Site-to-Site VPN User Guide,
Tunnel options.""",
        "DX-T045": """\
A pre-shared key has 8 to 64 letters, digits, dots and underscores and does not begin with 0.
Source: Site-to-Site VPN User Guide, Tunnel options.""",
        "DX-T046": """\
AWS takes a phase 1 lifetime of 900 to 28800 s, a phase 2 lifetime of 900 to 3600 s below that of
phase 1, a rekey margin of 60 s to half of phase 2, and a DPD timeout of at least 30 s. Source:
Site-to-Site VPN User Guide, Tunnel options.""",
        "DX-T047": """\
A VPN connection is static, with the customer's networks listed at AWS (at most 100 on a virtual
private gateway, each of them with something of the data center in it), or learns them by BGP. AWS
advises BGP. On a transit gateway a static VPN wins over Direct Connect. Source: Site-to-Site VPN
User Guide, Routing options.""",
        "DX-T048": """\
The tunnels run between the customer's outside address and AWS's. A public one is the router's
address on the Internet, or one that it announces on a public virtual interface; AWS's are in
192.0.2.128/25 here. A private one (private IP VPN) is announced on a transit virtual interface,
and AWS's come from a CIDR block of the transit gateway that must be among the allowed prefixes.
All of them are public or all private, and no two ends share one. Source: Site-to-Site VPN User
Guide, Private IP VPN with Direct Connect.""",
        "DX-T049": """\
An IPv6 session carries IPv6 prefixes, and there is none to announce, or no IPv6 where a route
leads to. IPv6 needs a network of the data center and an `ipv6_cidr` of a VPC behind the gateway.
Public services and VPNs are IPv4 here.""",
        "DX-T050": """\
A hosted virtual interface is one on somebody else's connection. It stays `confirming` until the
account that it is for accepts it. One of the connection's own account is there at once. Source:
Direct Connect User Guide, Hosted virtual interfaces.""",
        "DX-T051": """\
Routers that share the hosts' gateway address agree by priority who has it (VRRP, RFC 5798): all
routers of the data center take part, at least two, each with another priority from 1 to 254. They
advertise every 10 ms to 40.95 s. Without VRRP the hosts are on the first router, and circuits
have to lead from there to the others.""",
        "DX-T052": """\
Delays between Regions are counted from `aws: region:`. Every other Region that the file names
stands under `region_delays` with its one-way delay.""",
        "DX-T053": """\
The customer's side of a Direct Connect location is `colocation: circuit` (a carrier extends layer
2 to the data center), one cage under `colocation:`, or several by location under `colocations:`.""",
        "DX-T054": """\
Settings of the customer's router that cannot have an effect: a shaper faster than the connection,
or NAT where AWS would not send the answers, or to a host's own address. Both are settings of
virtual interfaces, not of VPNs.""",
        "DX-T055": """\
Virtual private and transit gateways belong to a Region. A private virtual interface reaches a
virtual private gateway in the Region of its location only, and a transit gateway has attachments
of VPCs in its own Region. A Direct Connect gateway is global. Source: Direct Connect User Guide,
Virtual interfaces; Transit Gateway User Guide.""",
        "DX-T056": """\
The Internet and AWS's public side route public addresses only: not those of RFC 1918, shared
(100.64.0.0/10), link-local, loopback, benchmark, multicast or reserved ones (RFC 6890). For
examples there are 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737).""",
        "DX-T057": """\
Instances are reached through a gateway of their VPC: a virtual private gateway, or a transit
gateway that the VPC is attached to. AWS lets a VPC have both, with routes in the VPC's route
table that choose; dxemu gives it one.""",
        "DX-T058": """\
A CIDR block of a transit gateway, from which private IP VPNs get their outside addresses, is a
/24 or larger. Source: EC2 API, TransitGatewayCidrBlocks.""",
        "DX-T059": """\
Both ends of a public virtual interface have public addresses, out of a /30 or /31 that the
customer owns. AWS picks addresses by itself for private and transit ones only; who owns none gets
a /31 through a support case. Source: Direct Connect User Guide, Virtual interfaces; Direct
Connect FAQ.""",
        "DX-T113": """\
The members of a link aggregation group are one account's connections: another account gets a hosted
virtual interface on the group, or a connection and a group of its own. Source: Direct Connect User
Guide, Link aggregation groups.""",
        "DX-T114": """\
A virtual interface and the Direct Connect gateway or virtual private gateway that it ends at belong
to one account; who accepts a hosted virtual interface names a gateway of their own. A Direct
Connect gateway reaches gateways of other accounts by association proposals. Source: Direct Connect
User Guide, Direct Connect gateways, and Hosted virtual interfaces.""",
        "DX-T108": """\
SiteLink joins the private or transit virtual interfaces of one Direct Connect gateway that have it
on: sites reach each other over AWS's backbone, without a Region between. A virtual interface that
ends at a virtual private gateway, or a public one, cannot have it. Source: Direct Connect User
Guide, Virtual interfaces.""",
        "DX-T109": """\
SiteLink carries up to 1000 routes per IP version to a virtual interface. What AWS does with more
is not published. Source: Direct Connect User Guide, SiteLink.""",
        "DX-T095": """On a private or transit virtual interface the customer may announce as many prefixes of each IP
version as are allocated to it: 100 without an allocation, 1 to 1000 with one, and more only
through AWS's account team. Source: Direct Connect User Guide, Inbound prefix controls.""",
        "DX-T096": """Allocations of prefixes come out of the pool of the dedicated connection, in each IP version: 5000
at 1 and 10 Gbps, 30000 at 100 Gbps, 50000 at 400 Gbps; of a LAG as often as it has members. A
virtual interface without an allocation takes 100. Source: Direct Connect User Guide, Inbound
prefix controls.""",
        "DX-T097": """A public virtual interface takes 1000 prefixes from the customer, and nobody can change that.
Prefixes are allocated to private and transit ones. Source: Direct Connect User Guide, Direct
Connect quotas.""",
        "DX-T098": """The allocations of all virtual interfaces on a Direct Connect gateway, IPv4 and IPv6 together, are
10000 at most. A virtual interface without an allocation counts with 100 for each IP version.
Source: Direct Connect User Guide, Inbound prefix controls.""",
        "DX-T099": """Prefixes are allocated out of the pool of a dedicated connection or LAG by its owner. A hosted
connection has no pool that is published: its virtual interface keeps 100 of each IP version. So
does a hosted virtual interface until it was accepted. Source: Direct Connect User Guide, Inbound
prefix controls; Hosted virtual interfaces.""",
        "DX-T088": """\
A public prefix with community 7224:9200 goes to the Regions of one continent: North America, Asia
Pacific, or Europe with the Middle East and Africa. dxemu tells a Region's continent by the first
part of its code, as in us-east-1; what it does not know would be left out. Source: Direct Connect
User Guide, Routing policies and BGP communities.""",
        "DX-T089": """\
`public_prefix_count` has AWS announce so many made-up prefixes more on public virtual interfaces,
where a real one hands over thousands. Elsewhere nobody would hear of them.""",
    }
)
