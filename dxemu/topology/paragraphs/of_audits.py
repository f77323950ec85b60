"""DX-A: what `dxemu audit` finds. Sources are AWS's pages as read in November 2026."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-A001": """\
A single point of failure: when this one element fails, nothing is left until somebody repairs it.
The audit takes every router, AWS device, connection, virtual interface, circuit, carrier, line to
the Internet, tunnel endpoint and location away in turn and predicts what routing does then. Where
cables are left that no route uses, it says so: then the design needs a session, not a cable. AWS's
resiliency models are one connection in each of two locations (99.9 %) and two in each of two
locations on different devices (99.99 %); a single connection has 95 %. Source: Direct Connect User
Guide, Resiliency Toolkit; Direct Connect SLA.""",
        "DX-A002": """\
Connections that stand in for each other depend on the same thing, so that they fail together. AWS
tells devices apart by awsLogicalDeviceId and maintains one at a time, for up to four hours; two
connections on one device are both down then. A campus counts as one location. Carriers, circuits
and routers are yours to choose: give circuits a `carrier` and the audit compares them. Source:
Direct Connect FAQ and User Guide, Resiliency Toolkit.""",
        "DX-A003": """\
A virtual interface without BFD. When packets vanish and the light stays on, only BGP's hold timer
notices: 90 s after the last keepalive. AWS runs BFD with 300 ms x 3 on every virtual interface, but
waits for the customer's router to start it; then the same failure is noticed in 0.6 to 0.9 s.
Source: Direct Connect User Guide, BGP-specific settings; Knowledge Center, enable BFD.""",
        "DX-A004": """\
A LAG's minimum links are 0, which is AWS's default. It is then reported as up even when no member
is, and nothing says that it is down. At 1 it goes down with its last member, at a higher number as
soon as fewer are left than the traffic needs. Source: Direct Connect User Guide, Link aggregation
groups.""",
        "DX-A005": """\
A transit gateway takes a static route before a propagated one for the same prefix, whatever the
attachments are. A static VPN that was meant to be the backup of Direct Connect therefore carries
AWS's answers all the time, and the path is asymmetric. On a virtual private gateway it is
different: there Direct Connect wins. Source: Transit Gateway User Guide, Route evaluation order.""",
        "DX-A006": """\
The longest prefix wins before anything else is compared. Where the VPN has a more specific prefix
than Direct Connect, traffic takes the VPN although Direct Connect is up. This happens unnoticed
towards AWS: a transit gateway announces every VPC's CIDR over a VPN, but only the allowed prefixes,
often an aggregate, over Direct Connect. Source: Knowledge Center, Direct Connect asymmetric
routing; Direct Connect User Guide, Transit gateway associations.""",
        "DX-A007": """\
Each location is associated with a Region, and a Region prefers its own locations before it compares
AS_PATH. Prepending on a virtual interface at a location of another Region, or of the own one, moves
nothing. The communities 7224:7300, 7224:7200 and 7224:7100 come before both. Source: Direct Connect
User Guide, Routing policies and BGP communities.""",
        "DX-A008": """\
The customer announces 80 % or more of the prefixes that AWS takes: 100 for each address family on a
private or transit virtual interface, 1,000 on a public one. One more than the quota takes the
session down, and it stays Idle until prefixes are withdrawn and the session is reset: a new site
can take all of them off the net. Source: Direct Connect User Guide, Quotas.""",
        "DX-A009": """\
The ways to a gateway have different MTUs. After a failover packets that fitted before are dropped;
a VPN tunnel carries 1446 bytes at most, and AWS's side sends no ICMP for those that do not fit.
Small packets pass, so that connections open and then hang. Source: Direct Connect User Guide, Set
the MTU; Site-to-Site VPN User Guide, Your customer gateway device.""",
        "DX-A010": """\
The way that is used when the first one fails carries less. The failover itself works, and then
packets are lost because of too much traffic. A standard VPN tunnel carries 1.25 Gbps, and a virtual
private gateway sends by one tunnel at a time. Source: Direct Connect User Guide, Resiliency
Toolkit; Site-to-Site VPN User Guide, Quotas.""",
        "DX-A011": """\
With everything up, packets to AWS take another way than the answers. It is the state after every
failback too: sessions that a firewall followed through the backup break when one direction returns
and the other one does not. The customer's local preference decides the way to AWS; prefix,
attachment, community and AS_PATH decide the way back. Source: Knowledge Center, Direct Connect
asymmetric routing.""",
        "DX-A012": """\
The customer's local preference makes one virtual interface active and the other one passive, but
local preference is not sent to AWS. Without a preference community (or a longer AS_PATH, within one
Region) AWS takes both for equal and shares the flows between them. Source: Direct Connect User
Guide, Routing policies and BGP communities.""",
        "DX-A013": """\
The hosts have one router as their gateway. However many connections there are behind it, they are
gone with it. Two routers that share the gateway's address by VRRP (RFC 5798) take over from each
other within three to four advertisement intervals.""",
        "DX-A014": """\
A VPN connection has two tunnels, to two endpoints of AWS's, because AWS replaces endpoints from
time to time. Both begin at one customer gateway and run over its line to the Internet. A second VPN
connection from a second customer gateway device, with a line of its own, survives that line.
Source: Site-to-Site VPN User Guide, Using redundant connections.""",
        "DX-A015": """\
The failure is survived, but more than 10 s pass until something notices. BGP's hold timer needs 60
to 91 s at its default of 90 s, and 20 to 31 s over a VPN; a static VPN has dead peer detection
only, 40 s; LACP with the long timeout needs 90 s. A failure that takes the light away is noticed at
once, a silent one is not.""",
        "DX-A016": """\
With everything up, no route leads from a host to an instance, or back. The usual reasons: route
propagation into the VPC's route table is off, as it is at AWS by default; a transit gateway
association with an empty list of allowed prefixes announces nothing, without any error; a virtual
private gateway association allows less than the VPC's CIDR; a transit gateway's route table lacks
a propagation. What fails in such a design costs nothing, because nothing worked. Source: Direct
Connect User Guide, Allowed prefixes interactions and Troubleshooting routing issues.""",
    }
)
