"""Public virtual interfaces: the prefixes that AWS approves, and public addresses at both ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from dxemu.aws.direct_connect_gateway import within
from dxemu.aws.quotas import ROUTE_FILTER_PREFIXES
from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import overlap
from dxemu.topology.check.public import is_public
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.marks import KeyPath
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T037": """\
On a public virtual interface AWS accepts the prefixes that it has approved, at least 1 and at
most 1000, each of them public and owned by the customer: one of the data center's
`public_networks`, a part of one or an aggregate, and something in it has to be announced. Private
addresses need NAT to one of them. Source: Direct Connect User Guide, Virtual interfaces, and
Routing policies and BGP communities.""",
    "DX-T059": """\
Both ends of a public virtual interface have public addresses, out of a /30 or /31 that the
customer owns. AWS picks addresses by itself for private and transit ones only; who owns none gets
a /31 through a support case. Source: Direct Connect User Guide, Virtual interfaces; Direct
Connect FAQ.""",
    "DX-T089": """\
`public_prefix_count` has AWS announce so many made-up prefixes more on public virtual interfaces,
where a real one hands over thousands. Elsewhere nobody would hear of them.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T037: the prefixes of a public virtual interface. DX-T059: its ends. DX-T089: prefixes of AWS's for nobody."""
    for name, vif in file.virtual_interfaces.items():
        path: KeyPath = ("virtual_interfaces", name)
        if vif.type == "public":
            _count(vif, path, findings)
            _each(file, vif, path, findings)
            _ends(vif, path, findings)
        elif vif.route_filter_prefixes:
            problem = f"a {vif.type} virtual interface has no route filter prefixes"
            remedy = "AWS approves prefixes on public ones only. Take them out."
            findings.add((*path, "route_filter_prefixes"), "DX-T037", problem, remedy)
    if file.aws.public_prefix_count and all(vif.type != "public" for vif in file.virtual_interfaces.values()):
        problem = "nobody hears of these prefixes: there is no public virtual interface"
        findings.add(("aws", "public_prefix_count"), "DX-T089", problem, "Take it out, or add one of type public.")


def _count(vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    prefixes = vif.route_filter_prefixes
    if not prefixes:
        most = ROUTE_FILTER_PREFIXES.most
        remedy = f"Name the public prefixes that you own: AWS checks them. At least one, at most {most}."
        findings.add_name(path, "DX-T037", "a public virtual interface needs route_filter_prefixes", remedy)
    if len(prefixes) > ROUTE_FILTER_PREFIXES.most:
        problem = f"{len(prefixes)} prefixes are too many"
        remedy = f"AWS takes at most {ROUTE_FILTER_PREFIXES.most}. Summarise them."
        findings.add((*path, "route_filter_prefixes"), "DX-T037", problem, remedy)


def _each(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    own = file.customer.data_center.public_networks
    announced = own if vif.customer.announce is None else vif.customer.announce
    seen: set[IPv4Network] = set()
    for number, prefix in enumerate(vif.route_filter_prefixes[: ROUTE_FILTER_PREFIXES.most]):
        here = (*path, "route_filter_prefixes", number)
        if not is_public(prefix):
            problem = f"{prefix} is not public"
            remedy = "AWS accepts public prefixes that you own. Private hosts need NAT: `customer: {nat: ...}`."
            findings.add(here, "DX-T037", problem, remedy)
        elif not any(overlap(prefix, network) for network in own):
            problem = f"{prefix} is none of the data center's public_networks, no part of one and no aggregate"
            remedy = f"AWS approves prefixes that you own. Add `public_networks: [{prefix}]` to the data center."
            findings.add(here, "DX-T037", problem, remedy)
        elif not any(within(network, prefix) for network in (*announced, *_said_of_routers(file))):
            problem = f"nothing that is announced lies in {prefix}"
            remedy = f"Announce it: `customer: {{announce: [{prefix}]}}`. AWS refuses what is not approved."
            findings.add(here, "DX-T037", problem, remedy)
        elif prefix in seen:
            findings.add(here, "DX-T037", f"{prefix} is there twice", "Name each prefix once.")
        seen.add(prefix)


def _said_of_routers(file: TopologyFile) -> Iterator[IPNetwork]:
    """What routers are told to announce, or not to, beside all else: nobody has forgotten it."""
    for _, router, _ in router_entries(file):
        for prefix in router.announcements:
            with contextlib.suppress(ValueError):  # told of where it stands
                yield ip_network(prefix)


def _ends(vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    if vif.gateway is not None:
        return  # That is reported, and the virtual interface may be meant to be of another type.
    if vif.amazon_address is None and vif.customer_address is None:
        problem = f"'{path[-1]}' is public and has no addresses: AWS picks private ones only"
        remedy = "Add amazon_address and customer_address out of a public /30 or /31 that you own."
        findings.add_name(path, "DX-T059", problem, remedy)
    for key, address in (("amazon_address", vif.amazon_address), ("customer_address", vif.customer_address)):
        if address is not None and not is_public(address.network):
            problem = f"{address} is not public, '{path[-1]}' is"
            findings.add((*path, key), "DX-T059", problem, "Use a public /30 or /31 that you own.")
