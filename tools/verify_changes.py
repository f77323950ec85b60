"""Is a lab that was changed the lab of a fresh start? Random sequences of changes are made, and taken back, in a lab.

`python -m tools.verify_changes --runs 30` does it for seeds from 1 on; the topologies take turns. All sequences of one
topology are made in one lab. What every kernel's tables hold after each is compared with what they hold in a lab that
was started with the design that stands then.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from types import MappingProxyType

import click

from dxemu.host import versions, where
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report.terminal import echo
from dxemu.run.design_file import PlannedDesign
from dxemu.run.orders import Advance, AskRoutes, Follow
from dxemu.run.session import Session, session
from dxemu.topology import yaml
from dxemu.topology.document import Document
from dxemu.units import Seconds
from dxemu.words import count

CHANGES = MappingProxyType(
    {
        "backup_connection": (
            "{virtual_interfaces: {primary: {customer: {local_pref: 50, as_path_prepend: 3}}}}",
            "{virtual_interfaces: {primary: {amazon: {enabled: off}}}}",
            "{virtual_interfaces: {primary: {mtu: 8500, auth_key: another-1}}}",
            "{virtual_interfaces: {primary: {bfd: off, hold_time: 30 s}}}",
            "{virtual_interfaces: {backup: null}}",
            "{aws: {virtual_private_gateways: {vgw: {route_propagation: off}}}}",
            "{aws: {vpcs: {prod: {static_routes: {10.0.0.0/8: vgw}}}}}",
            "{customer: {data_center: {routers: {customer_router: {static_routes: {172.31.0.0/16: colo_router}}}}}}",
            "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}",
        ),
        "direct_connect_gateway": (
            "{aws: {direct_connect_gateways: {dxgw: {associations: {vgw_west: null}}}}}",
            "{aws: {direct_connect_gateways: {dxgw: {associations: {vgw_east: {allowed_prefixes: [172.31.0.0/17]}}}}}}",
            "{aws: {virtual_private_gateways: {vgw_west: {route_propagation: off}}}}",
            "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}",
            "{virtual_interfaces: {dxgw: {mtu: 8500}}}",
            "{virtual_interfaces: {dxgw: {customer: {enabled: off}}}}",
            "{aws: {vpcs: {third: {cidr: 172.29.0.0/16, instances: {web_third: 172.29.1.10}}},"
            " virtual_private_gateways: {vgw_third: {asn: 64515, vpc: third, route_propagation: on}},"
            " direct_connect_gateways: {dxgw: {associations: {vgw_third: {allowed_prefixes: [172.29.0.0/16]}}}}}}",
        ),
        "high_resiliency": (
            "{connections: {ny_1: null}, virtual_interfaces: {ny_1: null}}",
            "{virtual_interfaces: {dc_1: {customer: {as_path_prepend: 3}}}}",
            "{virtual_interfaces: {dc_1: {amazon: {enabled: off}}}}",
        ),
        "lag": (
            "{connections: {member_2: null}}",
            "{virtual_interfaces: {prod: {mtu: 8500}}}",
            "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}",
            "{connections: {member_3: {location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps,"
            " lag: bundle}}}",
        ),
        "many_vpcs": (
            "{aws: {vpcs: {staging: null}, virtual_private_gateways: {vgw_staging: null}},"
            " virtual_interfaces: {staging: null}}",
            "{virtual_interfaces: {data: null}}",
            "{virtual_interfaces: {prod: {bfd: off}}}",
            "{aws: {vpcs: {prod: {instances: {more: 172.31.1.11}}}}}",
        ),
        "public_vif": (
            "{virtual_interfaces: {second: {type: public, connection: primary, vlan: 202,"
            " amazon_address: 198.51.100.245/30, customer_address: 198.51.100.246/30,"
            " route_filter_prefixes: [203.0.113.0/24], customer: {nat: 203.0.113.2}}}}",
            "{virtual_interfaces: {public: {customer: {as_path_prepend: 2}}}}",
            "{virtual_interfaces: {public: {bfd: off, hold_time: 30 s}}}",
        ),
        "vpn_backup": (
            "{vpns: {vpn: null}}",
            "{virtual_interfaces: {primary: {customer: {enabled: off}}}}",
            "{vpns: {second: {gateway: vgw, router: customer_router, customer_address: 198.51.100.2,"
            " tunnels: [{inside_cidr: 169.254.22.0/30, pre_shared_key: Rehearse_3},"
            " {inside_cidr: 169.254.23.0/30, pre_shared_key: Rehearse_4}]}}}",
        ),
        "ipsec_over_public_vif": (
            "{vpns: {vpn: null}}",
            "{virtual_interfaces: {public: {bfd: off}}}",
        ),
        "transit_gateway": (
            "{aws: {vpcs: {dev: null}, transit_gateways: {tgw: {attachments: [prod], route_tables:"
            " {on_premises: {propagations: [prod]}, vpcs: {associations: [prod]}}}}}}",
            "{virtual_interfaces: {transit: {customer: {enabled: off}}}}",
        ),
    }
)
"""Changes of topologies that do not hang on each other."""

MOST = 5
BETWEEN_S = 5.0
AFTER_S = 40.0
"""Until every session is up again."""
CONFLICT = 1
Routes = frozenset[tuple[str, ...]]


def design_of(topology: str, changes: frozenset[int]) -> Document:
    """The topology with these of its changes."""
    document = Document(topology, yaml.read(Path("topologies", f"{topology}.yaml")))
    for number in sorted(changes):
        document = document.changed(yaml.parse(CHANGES[topology][number], "change"))
    return document


async def tables_of(lab: Session, plan: Plan) -> Routes:
    """What all kernels' tables hold now."""
    found: set[tuple[str, ...]] = set()
    for node in plan.nodes:
        routes = (await lab.give(AskRoutes(node=node.name)))["routes"]
        assert isinstance(routes, list)
        found |= {(node.name, *(str(one[key]) for key in ("table", "prefix", "via", "interface"))) for one in routes}
    return frozenset(found)


async def fresh_tables(plan: Plan, folder: Path) -> Routes:
    """What they hold in a lab that was started with this design."""
    folder.mkdir()
    async with session(plan, where.embedded("virtual"), folder) as lab:
        return await tables_of(lab, plan)


async def tables_after(sequences: Sequence[Sequence[Plan]], folder: Path) -> list[Routes]:
    """What they hold after each sequence of designs, all in one lab, which becomes the first design before each."""
    folder.mkdir()
    found, number = [], 0
    async with session(sequences[0][0], where.embedded("virtual"), folder) as lab:
        now = sequences[0][0]
        for plans in sequences:
            for plan in plans:
                if plan == now:
                    continue
                now, number = plan, number + 1
                await lab.give(Advance(by=Seconds(BETWEEN_S)))
                name = f"design-{number}"
                PlannedDesign(plan=plan, names={}).write(folder / name)
                await lab.give(Follow(id=name, back=False, design=name, topology=name))
            await lab.give(Advance(by=Seconds(AFTER_S)))
            found.append(await tables_of(lab, now))
    return found


def sequence(seed: int, topologies: Sequence[str]) -> tuple[str, list[frozenset[int]]]:
    """A topology, and which of its changes stand, step by step: one that stands is taken back."""
    random = Random(seed)
    topology = topologies[seed % len(topologies)]
    steps: list[frozenset[int]] = [frozenset()]
    for _ in range(random.randint(1, MOST)):
        steps.append(steps[-1] ^ {random.randrange(len(CHANGES[topology]))})
    return topology, steps


def compared(topology: str, of_seed: Mapping[int, list[frozenset[int]]]) -> Iterator[tuple[int, str]]:
    """What differs after each of a topology's sequences, in words; empty if nothing does."""
    cache: dict[frozenset[int], Plan] = {}

    def plan_of(stands: frozenset[int]) -> Plan:
        if stands not in cache:
            cache[stands] = make_plan(design_of(topology, stands).topology(), versions.installed())
        return cache[stands]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sequences = [[plan_of(stands) for stands in steps] for steps in of_seed.values()]
        changed = asyncio.run(tables_after(sequences, folder / "changed"))
        fresh: dict[frozenset[int], Routes] = {}
        for (seed, steps), after in zip(of_seed.items(), changed, strict=True):
            end = steps[-1]
            if end not in fresh:
                fresh[end] = asyncio.run(fresh_tables(plan_of(end), folder / f"fresh-{len(fresh)}"))
            more = [f"more: {' '.join(one)}" for one in sorted(after - fresh[end])]
            less = [f"less: {' '.join(one)}" for one in sorted(fresh[end] - after)]
            yield seed, "; ".join((*more, *less))


@click.command(help=__doc__)
@click.option("--runs", default=30, show_default=True)
@click.option("--first", default=1, show_default=True, help="The first seed.")
@click.option("--topology", "only", multiple=True, type=click.Choice(list(CHANGES)), help="Only this one.")
def main(runs: int, first: int, only: tuple[str, ...]) -> None:
    """Say what differs."""
    conflicts = 0
    topologies = only or tuple(CHANGES)
    seeds = {seed: sequence(seed, topologies) for seed in range(first, first + runs)}
    for topology in topologies:
        mine = {seed: steps for seed, (its, steps) in seeds.items() if its == topology}
        for seed, found in compared(topology, mine) if mine else ():
            conflicts += bool(found)
            said = " ".join(str(sorted(stands)) for stands in mine[seed][1:])
            echo(f"{seed} {topology} {said}: {found or 'the tables are those of a fresh start'}")
    echo(f"{count(runs, 'sequence')}, {count(conflicts, 'conflict')}")
    sys.exit(CONFLICT if conflicts else 0)


if __name__ == "__main__":
    main()
