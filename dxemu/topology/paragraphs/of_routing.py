"""DX-T100 and up: mistakes of the customer's own routing, and of the route tables of VPCs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-T100": """\
A static route of one of your routers leads over a circuit to the router at its other end, by that
router's name, or nowhere: `discard`. It wins over a BGP route to the same prefix, because its
administrative distance is lower (1, against 20 of eBGP and 200 of iBGP), and is there as long as
the circuit's port has light: a silent failure does not take it out. Routes to AWS over a virtual
interface are learnt by BGP.""",
        "DX-T101": """\
The prefix of a static route is a network, `10.9.0.0/16`, or the default route, `0.0.0.0/0`; a
router has one for each prefix. A network that is connected to the router wins over every other
route to it, and a router with a line to the Internet has its default route there.""",
        "DX-T102": """\
A virtual interface or VPN announces the data center's networks if the file does not say which.
`announce` names others: some of them, parts of them (`10.0.1.0/24` of `10.0.0.0/16`), aggregates
around them, or the default route `0.0.0.0/0`, which AWS takes on private and transit virtual
interfaces. The longest prefix wins at AWS whatever path it came by, so a part that is announced on
the backup only draws the traffic there.""",
        "DX-T103": """\
This word is about BGP, and there is no BGP session here that it could be about: a static VPN has
none, and a virtual interface has one for IPv6 only with `ipv6: on`.""",
        "DX-T120": """\
A static route of a VPC's route table leads to a gateway that is attached to the VPC: its virtual
private gateway, or the transit gateway that it is attached to. What becomes of the packet there is
the gateway's own choice. AWS has no static route to nowhere: in a VPC it shows a route as
`blackhole` when the target is gone.""",
        "DX-T121": """\
The prefix of a VPC's static route is a network, `10.0.0.0/8`, or the default route, `0.0.0.0/0`; a
route table has one for each prefix. It may be around the VPC's own network, whose `local` route is
longer and wins. Equal to it or inside it AWS takes only a network interface, a NAT gateway or a
Gateway Load Balancer endpoint as the target (a middlebox), and dxemu has none of them.""",
    }
)
