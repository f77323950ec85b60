"""SiteLink: which virtual interfaces can have it, and how many routes it carries."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.aws.quotas import SITELINK_ROUTES
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.check.sites import networks_behind
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T108": """\
SiteLink joins the private or transit virtual interfaces of one Direct Connect gateway that have it
on: sites reach each other over AWS's backbone, without a Region between. A virtual interface that
ends at a virtual private gateway, or a public one, cannot have it. Source: Direct Connect User
Guide, Virtual interfaces.""",
    "DX-T109": """\
SiteLink carries up to 1000 routes per IP version to a virtual interface. What AWS does with more
is not published. Source: Direct Connect User Guide, SiteLink.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T108: SiteLink without a Direct Connect gateway. DX-T109: more routes than it carries."""
    behind: dict[str, dict[str, set[IPNetwork]]] = {}
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name, "site_link")
        if not vif.site_link:
            continue
        if vif.type == "public":
            problem = f"SiteLink is for private and transit virtual interfaces, '{name}' is public"
            findings.add(path, "DX-T108", problem, "Take it out.")
        elif vif.gateway in file.aws.virtual_private_gateways:
            problem = f"SiteLink needs a Direct Connect gateway, '{name}' ends at gateway '{vif.gateway}'"
            remedy = "Put a Direct Connect gateway between, with the other site's virtual interfaces on it."
            findings.add(path, "DX-T108", problem, remedy)
        elif vif.gateway is not None:
            behind.setdefault(vif.gateway, {})[name] = set(_announced(file, vif))
    for sites in behind.values():
        for name, own in sites.items():
            heard = set().union(*sites.values()) - own
            for version in (4, 6):
                routes = sum(network.version == version for network in heard)
                if routes > SITELINK_ROUTES.most:
                    problem = f"'{name}' would hear {routes} IPv{version} routes of the other sites"
                    remedy = f"SiteLink carries up to {SITELINK_ROUTES.most} to one virtual interface. Summarise them."
                    findings.add(("virtual_interfaces", name, "site_link"), "DX-T109", problem, remedy)


def _announced(file: TopologyFile, vif: VirtualInterfaceEntry) -> Iterator[IPNetwork]:
    if vif.customer.announce is not None:
        yield from vif.customer.announce
        return
    for port in members(file, vif.connection).values():
        yield from networks_behind(file, port.router)
