"""SiteLink: which virtual interfaces can have it, and how many routes it carries."""

from __future__ import annotations

from dxemu.aws.quotas import SITELINK_ROUTES
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.check.sites import networks_behind
from dxemu.topology.file import TopologyFile
from dxemu.units import IPNetwork


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T108: SiteLink without a Direct Connect gateway. DX-T109: more routes than it carries."""
    behind: dict[str, dict[IPNetwork, None]] = {}
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
            for port in members(file, vif.connection).values():
                behind.setdefault(vif.gateway, {}).update(dict.fromkeys(networks_behind(file, port.router)))
    for gateway, networks in behind.items():
        for version in (4, 6):
            routes = sum(network.version == version for network in networks)
            if routes > SITELINK_ROUTES.most:
                problem = f"SiteLink on '{gateway}' would carry {routes} IPv{version} routes"
                findings.add(
                    ("aws", "direct_connect_gateways", gateway),
                    "DX-T109",
                    problem,
                    f"AWS takes up to {SITELINK_ROUTES.most}. Summarise the networks of the sites.",
                )
