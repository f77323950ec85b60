"""A patch for every kind of change, in designs where it can be made: what the proof of changes makes and takes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.changes.change import Change
from dxemu.changes.permission import Permission
from dxemu.changes.standing import Standing
from dxemu.changes.table import HOSTED_BANDWIDTH, TABLE
from dxemu.errors import InputErrors, Mark
from dxemu.topology.document import Document
from dxemu.topology.yaml import Tree, parse
from tools.fault_examples import Site
from tools.verify_changes import CHANGES, design_of

KINDS: tuple[Permission, ...] = tuple(row for row in (HOSTED_BANDWIDTH, *TABLE) if not row.refused)
"""What may change: the rows of docs/changes.md."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "vif": ("virtual_interfaces",),
    "connection": ("connections",),
    "lag": ("lags",),
    "vpn": ("vpns",),
    "vpc": ("aws", "vpcs"),
    "vgw": ("aws", "virtual_private_gateways"),
    "tgw": ("aws", "transit_gateways"),
    "dxgw": ("aws", "direct_connect_gateways"),
    "home": ("customer", "data_center", "routers"),
    "colo": ("customer", "colocation", "routers"),
    "place": ("customer", "colocations"),
    "there": ("customer", "colocations", "<place", "routers"),
    "guest": ("customer", "colocations", "<place", "hosts"),
}
"""Where the names stand that a patch below may have; `<place` is the one that was chosen before."""
STARTS: Mapping[str, tuple[str, ...]] = {
    "backup_connection": (
        "connections: {backup: {hosted: on, bandwidth: 500 Mbps, interconnect: 10 Gbps}}",
        "aws: {vpcs: {prod: {static_routes: {10.8.0.0/16: vgw}}}}",
    ),
    "high_resiliency": ("customer: {colocations: {EqNY5: {networks: [10.2.0.0/16], hosts: {branch: 10.2.1.10}}}}",),
    "transit_gateway": (
        "connections: {primary: {owner_account: network}},"
        " virtual_interfaces: {transit: {owner_account: analytics, confirmed: off}}",
        "connections: {primary: {lag: bundle}, second: {location: EqDC2, device: dx_1, router: colo_router,"
        " bandwidth: 10 Gbps, lag: bundle}}, lags: {bundle: {minimum_links: 1}},"
        " virtual_interfaces: {transit: {connection: bundle}}",
        "aws: {vpcs: {prod: {static_routes: {10.0.0.0/8: tgw}}}}",
        "customer: {data_center: {public_networks: [203.0.113.0/24]}},"
        " virtual_interfaces: {public: {type: public, connection: primary, vlan: 202,"
        " amazon_address: 198.51.100.249/30, customer_address: 198.51.100.250/30,"
        " route_filter_prefixes: [203.0.113.0/24]}}",
    ),
    "vpn_backup": ("vpns: {vpn: {routing: static, static_routes: [10.0.0.0/16]}}",),
}
"""By topology: other designs to start with, for kinds that fewer than two topologies can have as they are written."""
PATCHES = (
    "connections: {<connection>: {bandwidth: 200 Mbps}}",
    "virtual_interfaces: {<vif>: {customer: {enabled: off}}}",
    "virtual_interfaces: {<vif>: {customer: {as_path_prepend: 3}}}",
    "vpns: {<vpn>: {customer: {enabled: off}}}",
    "vpns: {<vpn>: {customer: {as_path_prepend: 3}}}",
    "vpns: {<vpn>: {tunnels: {1: {customer: {enabled: off}}}}}",
    "vpns: {<vpn>: {tunnels: {1: {amazon: {enabled: off}}}}}",
    "vpns: {<vpn>: {static_routes: [10.0.0.0/17]}}",
    "customer: {data_center: {routers: {<home>: {static_routes: {198.18.0.0/16: <colo>}}}}}",
    "customer: {data_center: {routers: {<home>: {maximum_paths: 4}}}}",
    "customer: {data_center: {routers: {<home>: {route_reflector_clients: [<colo>]}}}}",
    "customer: {data_center: {routers: {<home>: {route_reflector_clients: [<colo>], cluster_id: 10.0.0.9}}}}",
    "customer: {colocation: {routers: {<colo>: {route_reflector_clients: [<home>]}}}}",
    "customer: {colocation: {routers: {<colo>: {route_reflector_clients: [<home>], cluster_id: 10.0.0.9}}}}",
    "customer: {colocations: {<place>: {routers: {<there>: {route_reflector_clients: [<home>]}}}}}",
    "customer: {colocations: {<place>: {routers: {<there>: {route_reflector_clients: [<home>],"
    " cluster_id: 10.0.0.9}}}}}",
    "customer: {data_center: {routers: {<home>: {announcements: {10.64.0.0/16: originate}}}}}",
    "customer: {colocation: {routers: {<colo>: {static_routes: {198.18.0.0/16: <home>}}}}}",
    "customer: {colocation: {routers: {<colo>: {maximum_paths: 4}}}}",
    "customer: {colocation: {routers: {<colo>: {announcements: {10.64.0.0/16: originate}}}}}",
    "customer: {colocations: {<place>: {routers: {<there>: {static_routes: {198.18.0.0/16: <home>}}}}}}",
    "customer: {colocations: {<place>: {routers: {<there>: {maximum_paths: 4}}}}}",
    "customer: {colocations: {<place>: {routers: {<there>: {announcements: {10.64.0.0/16: originate}}}}}}",
    "customer: {colocations: {<place>: {hosts: {<guest>: null}}}}",
    "customer: {colocations: {<place>: {hosts: {other: 10.2.1.77}}}}",
    "customer: {data_center: {hosts: {other: 10.0.1.77}}}",
    "virtual_interfaces: {<vif>: {amazon: {enabled: off}}}",
    "virtual_interfaces: {<vif>: {bfd: off}}",
    "virtual_interfaces: {<vif>: {hold_time: 30 s}}",
    "virtual_interfaces: {<vif>: {keepalive: 7 s}}",
    "virtual_interfaces: {<vif>: {graceful_restart: 60 s}}",
    "virtual_interfaces: {<vif>: {graceful_restart: on}}",
    "virtual_interfaces: {<vif>: {auth_key: another-1}}",
    "virtual_interfaces: {<vif>: {mtu: 8500}}",
    "virtual_interfaces: {<vif>: {site_link: off}}",
    "virtual_interfaces: {<vif>: {site_link: on}}",
    "virtual_interfaces: {<vif>: {prefix_pool_allocated_count_ipv4: 150}}",
    "virtual_interfaces: {<vif>: {prefix_pool_allocated_count_ipv6: 150}}",
    "virtual_interfaces: {<vif>: {route_filter_prefixes: [203.0.113.0/24, 203.0.113.0/25],"
    " customer: {announce: [203.0.113.0/24, 203.0.113.0/25]}}}",
    "virtual_interfaces: {<vif>: {confirmed: on}}",
    "aws: {direct_connect_gateways: {<dxgw>: {associations: {<vgw>: {allowed_prefixes: [172.31.0.0/17]}}}}}",
    "aws: {direct_connect_gateways: {<dxgw>: {associations: {<tgw>: {allowed_prefixes: [172.31.0.0/17]}}}}}",
    "aws: {direct_connect_gateways: {<dxgw>: {associations: {<vgw>: null}}}}",
    "aws: {virtual_private_gateways: {<vgw>: {route_propagation: off}}}",
    "aws: {vpcs: {<vpc>: {static_routes: {10.9.0.0/16: <vgw>}}}}",
    "aws: {vpcs: {<vpc>: {static_routes: {10.9.0.0/16: <tgw>}}}}",
    "aws: {transit_gateways: {<tgw>: {route_tables: {on_premises: {propagations: [prod]}}}}}",
    "aws: {transit_gateways: {<tgw>: {route_tables: {clear: {propagations: [dxgw, prod]}}}}}",
    "aws: {vpcs: {more: {cidr: 172.29.0.0/16, instances: {web_more: 172.29.1.10}}},"
    " transit_gateways: {<tgw>: {attachments: [prod, more]}}}",
    "lags: {<lag>: {minimum_links: 2}}",
    "lags: {more: {minimum_links: 1}}, connections: {more_1: {location: EqDC2, device: dx_1, router: colo_router,"
    " bandwidth: 10 Gbps, lag: more}}",
    "virtual_interfaces: {<vif>: null}",
    "connections: {<connection>: null}",
    "connections: {<connection>: null}, virtual_interfaces: {<connection>: null}",
    "vpns: {<vpn>: null}",
    "aws: {vpcs: {more: {cidr: 172.29.0.0/16, instances: {web_more: 172.29.1.10}}}}",
    "aws: {vpcs: {<vpc>: {instances: {more: 172.31.1.77}}}}",
    "aws: {vpcs: {more: {cidr: 172.29.0.0/16, instances: {web_more: 172.29.1.10}}},"
    " virtual_private_gateways: {vgw_more: {asn: 64599, vpc: more, route_propagation: on}}}",
)
"""In `<...>` a name of the design: each is tried."""
_PLACE = re.compile(r"<(\w+)>")
AT = Mark("change", 1, 1)


@dataclass(frozen=True, slots=True)
class ChangeExample:
    """A patch of a site's design, and the kinds of change in it, by their patterns.

    `start` is what the design differs in from the site's file when the lab starts.
    """

    site: Site
    patch: str
    kinds: frozenset[str]
    start: str = ""


def change_examples(site: Site) -> Iterator[ChangeExample]:
    """All patches that can be made of a site's design, each with the first names with which it can."""
    before = Standing.of(design_of(site.file.stem, frozenset()))
    for written in CHANGES.get(site.file.stem, ()):
        yield from _made(site, before, (written.strip()[1:-1],))
    for patch in PATCHES:
        yield from _made(site, before, _filled(patch, before.document))


def started_otherwise(site: Site) -> Iterator[ChangeExample]:
    """The same, in the other designs that a site may start with. Raises InputErrors if one of them cannot be."""
    for start in STARTS.get(site.file.stem, ()):
        before = Standing.of(design_of(site.file.stem, frozenset()).changed(_patch(start)))
        before.document.topology()
        for patch in PATCHES:
            yield from _made(site, before, _filled(patch, before.document), start)


def covering(everywhere: Sequence[Site], each: int) -> list[ChangeExample]:
    """So few of them that every kind is in `each` arrangements, or in as many as can have it: as written first."""
    found = sorted((one for site in everywhere for one in change_examples(site)), key=_many)
    found += sorted((one for site in everywhere for one in started_otherwise(site)), key=_many)
    chosen: list[ChangeExample] = []
    for row in KINDS:
        had = {one.site.file for one in chosen if row.pattern in one.kinds}
        for example in found:
            if len(had) < each and row.pattern in example.kinds and example.site.file not in had:
                had.add(example.site.file)
                chosen.append(example)
    return list(dict.fromkeys(chosen))


def _many(example: ChangeExample) -> int:
    return len(example.kinds)


def _patch(written: str) -> Tree:
    return parse(f"{{{written}}}", "change")


def _made(site: Site, before: Standing, patches: Iterable[str], start: str = "") -> Iterator[ChangeExample]:
    for patch in patches:
        try:
            change = Change(id="change", patch=_patch(patch), mark=AT, interruption=None)
            _, effects = before.made(change)
        except InputErrors:
            continue
        yield ChangeExample(site, patch, frozenset(effect.permission.pattern for effect in effects), start)
        return


def _filled(patch: str, design: Document) -> Iterator[str]:
    """The patch with every choice of names for those in it."""
    wanted = tuple(dict.fromkeys(_PLACE.findall(patch)))
    for names in _chosen(wanted, {}, design):
        filled = patch
        for place, name in names.items():
            filled = filled.replace(f"<{place}>", name)
        yield filled


def _chosen(wanted: Sequence[str], had: Mapping[str, str], design: Document) -> Iterator[Mapping[str, str]]:
    if not wanted:
        yield had
        return
    there: object = design.tree.value
    for key in (had.get(key[1:], key) if key.startswith("<") else key for key in NAMES[wanted[0]]):
        there = there.get(key) if isinstance(there, dict) else None
    for name in there if isinstance(there, dict) else ():
        yield from _chosen(wanted[1:], {**had, wanted[0]: str(name)}, design)
