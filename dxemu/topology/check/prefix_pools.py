"""How many prefixes the customer may announce: allocations to virtual interfaces, and the pools they come from."""

from __future__ import annotations

from collections import Counter

from dxemu.aws.quotas import PREFIX_ALLOCATION, PREFIX_ALLOCATIONS_GATEWAY, ROUTES_PRIVATE, ROUTES_PUBLIC, prefix_pool
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import bundle, members
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry

KEYS = ("prefix_pool_allocated_count_ipv4", "prefix_pool_allocated_count_ipv6")

PARAGRAPHS = {
    "DX-T095": """\
On a private or transit virtual interface the customer may announce as many prefixes of each IP
version as are allocated to it: 100 without an allocation, 1 to 1000 with one, and more only
through AWS's account team. Source: Direct Connect User Guide, Inbound prefix controls.""",
    "DX-T096": """\
Allocations of prefixes come out of the pool of the dedicated connection, in each IP version: 5000
at 1 and 10 Gbps, 30000 at 100 Gbps, 50000 at 400 Gbps; of a LAG as often as it has members. A
virtual interface without an allocation takes 100. Source: Direct Connect User Guide, Inbound
prefix controls.""",
    "DX-T097": """\
A public virtual interface takes 1000 prefixes from the customer, and nobody can change that.
Prefixes are allocated to private and transit ones. Source: Direct Connect User Guide, Direct
Connect quotas.""",
    "DX-T098": """\
The allocations of all virtual interfaces on a Direct Connect gateway, IPv4 and IPv6 together, are
10000 at most. A virtual interface without an allocation counts with 100 for each IP version.
Source: Direct Connect User Guide, Inbound prefix controls.""",
    "DX-T099": """\
Prefixes are allocated out of the pool of a dedicated connection or LAG by its owner. A hosted
connection has no pool that is published: its virtual interface keeps 100 of each IP version. So
does a hosted virtual interface until it was accepted. Source: Direct Connect User Guide, Inbound
prefix controls; Hosted virtual interfaces.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T095: size. DX-T096: the pool. DX-T097: public. DX-T098: the Direct Connect gateway. DX-T099: hosted."""
    _pools(file, findings)
    on_gateway: Counter[str] = Counter()
    for name, vif in file.virtual_interfaces.items():
        if vif.type == "public":
            _public(name, vif, findings)
            continue
        for key in KEYS:
            _size(file, name, key, findings)
        if vif.gateway not in file.aws.direct_connect_gateways:
            continue
        on_gateway[vif.gateway] += sum(allocated(vif, key) for key in KEYS)
        mine = [key for key in KEYS if written(vif, key)]
        if mine and on_gateway[vif.gateway] > PREFIX_ALLOCATIONS_GATEWAY.most:
            problem = (
                f"{on_gateway[vif.gateway]} prefixes would be allocated on '{vif.gateway}', both IP versions together"
            )
            most = f"AWS takes {PREFIX_ALLOCATIONS_GATEWAY.most} on a Direct Connect gateway."
            remedy = f"{most} Allocate less, or use another gateway."
            findings.add(("virtual_interfaces", name, mine[-1]), "DX-T098", problem, remedy)


def _pools(file: TopologyFile, findings: Findings) -> None:
    """What all virtual interfaces of a connection take together, in whatever order they stand in the file."""
    of_pool: dict[tuple[str, str], list[str]] = {}
    for name, vif in file.virtual_interfaces.items():
        if vif.type != "public":
            for key in KEYS:
                of_pool.setdefault((bundle(file, vif.connection), key), []).append(name)
    for (on, key), names in of_pool.items():
        counts = {name: allocated(file.virtual_interfaces[name], key) for name in names}
        pool, asked = _pool(file, on), [name for name in names if written(file.virtual_interfaces[name], key)]
        if pool is not None and asked and sum(counts.values()) > pool:
            problem = f"{sum(counts.values())} prefixes would be allocated on '{on}', whose pool has {pool}"
            left = pool - sum(counts.values()) + counts[asked[-1]]
            remedy = f"Allocate less: there are {max(left, 0)} left."
            findings.add(("virtual_interfaces", asked[-1], key), "DX-T096", problem, remedy)


def allocated(vif: VirtualInterfaceEntry, key: str) -> int:
    """What a virtual interface takes out of the pool under `key`."""
    count: int | None = getattr(vif, key)
    return ROUTES_PRIVATE.most if count is None else count


def written(vif: VirtualInterfaceEntry, key: str) -> bool:
    """Whether it was asked for more or less than everybody gets."""
    return allocated(vif, key) != ROUTES_PRIVATE.most


def _pool(file: TopologyFile, on: str) -> int | None:
    """The pool of a dedicated connection or LAG in one IP version; None if there is none that is published."""
    ports = members(file, on).values()
    pools = [prefix_pool(port.bandwidth) for port in ports if not port.hosted]
    known = [pool.most for pool in pools if pool is not None]
    return sum(known) if known and len(known) == len(ports) else None


def _public(name: str, vif: VirtualInterfaceEntry, findings: Findings) -> None:
    for key in KEYS:
        if getattr(vif, key) is not None:
            problem = f"nothing is allocated to '{name}': it is public"
            remedy = f"It takes {ROUTES_PUBLIC.most} prefixes, and that cannot be changed. Take the line out."
            findings.add(("virtual_interfaces", name, key), "DX-T097", problem, remedy)


def _size(file: TopologyFile, name: str, key: str, findings: Findings) -> None:
    vif = file.virtual_interfaces[name]
    path, count = ("virtual_interfaces", name, key), allocated(vif, key)
    if not 1 <= count <= PREFIX_ALLOCATION.most:
        remedy = f"AWS takes 1 to {PREFIX_ALLOCATION.most}; more through its account team only. Summarise the routes."
        findings.add(path, "DX-T095", f"{count} prefixes cannot be allocated to a virtual interface", remedy)
    elif not written(vif, key):
        return
    elif any(port.hosted for port in members(file, vif.connection).values()):
        problem = f"'{vif.connection}' is hosted and has no pool to allocate {count} prefixes from"
        remedy = f"Its virtual interface takes {ROUTES_PRIVATE.most}. Use a dedicated connection, or summarise."
        findings.add(path, "DX-T099", problem, remedy)
    elif not vif.confirmed:
        problem = f"'{name}' is not accepted yet and starts with {ROUTES_PRIVATE.most} prefixes"
        remedy = "The owner of the connection can change that when it is. Take the line out."
        findings.add(path, "DX-T099", problem, remedy)
