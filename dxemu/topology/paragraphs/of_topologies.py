"""DX-T: mistakes of a topology. Sources are AWS's pages as read in November 2026."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-T001": """\
Names have 1 to 100 letters, digits, hyphens and underscores. AWS limits names of virtual interfaces
to 100 characters; dxemu also uses names on its command line, in file names and in reports, so
spaces and signs are left out.""",
        "DX-T002": """\
Two things have the same name. Routers, AWS devices, gateways, hosts, instances, services, other
customers and VPCs on a transit gateway share one set of names, because `dxemu exec NAME` and
probes find them by it. dxemu adds nodes to it: `internet`, `lan_switch`, `amazon_REGION`,
`NAME_host` of another customer, `NAME_endpoint_1` and `_2` of a VPN, `partner_NAME` and
`carrier_NAME` of a connection. Circuits, connections, LAGs and VPNs share another set, because
faults find them by it. Gateways differ from each other, and so do the attachments of transit
gateways; none is called `public` or `blackhole`. A virtual interface may have the name of its
connection.""",
        "DX-T003": """\
The value is the name of something that the file does not describe. Names are compared letter by
letter, upper and lower case too. The message has the nearest name of the right kind.""",
        "DX-T004": """\
Autonomous system numbers are 1 to 4294967294 (RFC 6793; AWS takes all of them on every type of
virtual interface since September 2025). If you do not own one, use a private one: 64512 to 65534,
or 4200000000 to 4294967294.""",
        "DX-T005": """\
The Amazon-side ASN is that of the virtual private, Direct Connect or transit gateway. AWS takes
private numbers only: 64512 to 65534 and 4200000000 to 4294967294. If none is given it is 64512.
Old examples show 7224, which today is AWS's own side of public virtual interfaces. Source: Direct
Connect User Guide, BGP-specific settings.""",
        "DX-T006": """\
The session of a virtual interface, or in a VPN's tunnel, is eBGP: the customer's ASN must differ
from the Amazon-side ASN, which is 7224 on public virtual interfaces. With the same number on both
sides AWS refuses the virtual interface, and a router would drop AWS's routes because its own
number is in their AS_PATH (RFC 4271 section 9.1.2). The Amazon-side ASN cannot be changed once
the gateway exists.""",
        "DX-T007": """\
Two networks have addresses in common, so a router could not tell where a packet belongs. Compared
are the data center's networks, the VPCs, transit gateways' CIDR blocks, the subnets of the
virtual interfaces' peers (which may be of the data center's own networks, away from machines),
and everything public: prefixes of services and of other customers, and the /29 that dxemu gives
each line to the Internet. AWS refuses VPCs that overlap behind one Direct Connect gateway.
198.19.0.0/16, fd00:64::/64, fd00:65::/64 and 2001:db8:dc::/64 are kept as well: dxemu numbers
circuits, AWS's own side and IPv6 peers with them, as AWS does not publish how it does that;
192.0.2.128/25 is kept where there are public VPNs. Loopback, link-local and multicast networks
cannot be announced.""",
        "DX-T008": """\
A host has to be inside one of the data center's networks, an instance inside its VPC, a public
service inside its prefix, and another customer's host inside that customer's network. Otherwise
nothing that BGP announces would lead to it.""",
        "DX-T009": """\
The address is one that its network keeps. In a VPC AWS keeps the first four addresses of each
subnet and the last one (network, router, DNS, future use, broadcast). In the data center dxemu's
router has the first usable address, and with VRRP each router one more. Every network with hosts
needs room for its router. A line to the Internet is a /29.""",
        "DX-T010": """\
Two hosts, instances or services have the same address, or a VPN that of a host. Packets for both
would arrive at one of them.""",
        "DX-T011": """\
A connection is a port on an AWS device, and each device stands at one Direct Connect location. The
device that this connection names is at another one. Two devices at one location survive the loss of
a device; two locations survive the loss of a building.""",
        "DX-T012": """\
The cross connect of a connection joins an AWS device and a customer's router in the same building.
The router that this connection names is elsewhere. If a carrier extends layer 2 to the data center
instead, write `colocation: circuit` and describe a circuit from the data center's router to the
connection.""",
        "DX-T013": """\
AWS needs an 802.1Q VLAN of 1 to 4094 for each virtual interface. 0 means `no VLAN` and 4095 is
reserved by the standard. Direct Connect does not take untagged packets.""",
        "DX-T014": """\
Each virtual interface on a connection has a VLAN of its own, because the VLAN is all that tells
their packets apart. It cannot be changed after creation. Two connections may use the same VLAN.
Source: Direct Connect User Guide, Virtual interfaces.""",
        "DX-T015": """\
amazon_address and customer_address belong together: give both, or leave both out. Left out, AWS
picks a /30 of 169.254.0.0/16, its own address first.""",
        "DX-T016": """\
The two peers of a virtual interface are neighbours on one VLAN: both addresses are in the same
subnet and have the same length. AWS's BGP packets have a TTL of 1, so there is no way around over
another router. Source: Direct Connect User Guide, BGP-specific settings.""",
        "DX-T017": """\
A peer's address has to be one that a host can have in its subnet: not the network (all host bits
0), not the broadcast address (all 1), not the other end's. In a /31 both addresses are usable (RFC
3021). AWS takes /30 and /31; one page of its guide also has /29, but not for public ones.""",
        "DX-T018": """\
AWS always protects BGP with an MD5 key (RFC 2385); it cannot be turned off. A key has 6 to 80
characters. If it is left out, AWS makes one. A space at its end counts as part of the key, and is
what many sessions that never come up have in common: `check` warns of it. A key that differs on the
two sides looks like a timeout: the packets are dropped without an answer.""",
        "DX-T019": """\
AWS has three types of virtual interface. A private one leads to a virtual private gateway, or to
a Direct Connect gateway with virtual private gateways behind it. A transit one leads to a Direct
Connect gateway with transit gateways behind it. A public one reaches AWS's public services and
has no gateway. Source: Direct Connect User Guide, Virtual interfaces.""",
        "DX-T020": """\
Dedicated connections are ports of 1, 10, 100 or 400 Gbps. Other speeds, from 50 Mbps to 25 Gbps,
are hosted connections that a partner sells on its own port; AWS polices those to the speed bought.
Source: Direct Connect User Guide, Dedicated connections.""",
        "DX-T021": """\
A private virtual interface has an MTU of 1500, or jumbo frames. AWS's sources disagree about
jumbo: the guide says 9001, the API says 8500. dxemu takes both. A transit one has 1500 or 8500, a
public one 1500. The default is 1500. At AWS, switching may interrupt every virtual interface of
the connection for up to 30 seconds. Source: Direct Connect User Guide, Virtual interfaces.""",
        "DX-T022": """\
AWS offers a hold time of 90 s and a keepalive of 30 s. The lower hold time of the two sides is
used, so your router alone can shorten it. AWS's minimum is 3 s with a keepalive of 1 s; a hold time
of 0 is not supported. BGP counts whole seconds, at most 65535. Three keepalives in a hold time are
what RFC 4271 section 4.4 recommends, so that two lost ones do not end the session; routers take any
that comes in time.""",
        "DX-T023": """\
AWS runs asynchronous BFD (RFC 5880) on every virtual interface and waits for your router to start
it. Its shortest interval is 300 ms and its smallest multiplier 3, which finds a silent fault within
900 ms. Faster settings are not refused at AWS: the slower side wins, so they would only look faster
than they are. Source: Direct Connect User Guide, BGP-specific settings.""",
        "DX-T024": """\
A community is two numbers of 0 to 65535, `ASN:value`; write it in quotes. On private virtual
interfaces AWS honours three: 7224:7100 (low preference), 7224:7200 (medium, which is also the
default) and 7224:7300 (high). They decide which connection AWS uses towards you, before AS_PATH
is looked at, and exclude each other for one prefix. On transit ones it is the same. On public
ones AWS reads the scope of a prefix: 7224:9100 (the location's Region), 7224:9200 (its continent)
or 7224:9300 (everywhere, which is also the default); they exclude each other, too, and AWS
removes all others. In a VPN connection AWS reads none of them. The well-known communities may be
written by name: no-export, no-advertise, no-export-subconfed (RFC 1997), no-peer (RFC 3765).
Source: Direct Connect User Guide, Routing policies and BGP communities.""",
        "DX-T025": """\
Every connection has to be reachable from the data center over exactly the circuits that exist. With
`colocation: circuit` each connection has one circuit of its own, from the router that it names.
With routers in the colocation, each of them is joined to the data center by at least one circuit,
directly or over another router; in a colocation with networks of its own, to its first router.""",
        "DX-T026": """\
A circuit joins two of the customer's routers, or, with `colocation: circuit`, the data center's
router and the connection that names this router. This one has ends that do not fit together.""",
        "DX-T027": """\
AWS attaches one virtual private gateway to a VPC at a time, and a gateway to one VPC. For
redundancy attach several virtual interfaces to the same gateway: that is what a backup connection
is.""",
        "DX-T028": """\
AWS takes a /16 to a /28 as the CIDR of a VPC, and a /44, /48, /52, /56 or /60 as its IPv6
network. Source: VPC User Guide, VPC CIDR blocks.""",
        "DX-T029": """\
A scenario says what happens to a design, and names it under `topology`. What shows a design
(`dxemu plan`, `dxemu graph`, --topology) takes the topology's own file.""",
    }
)
