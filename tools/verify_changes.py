"""Is a lab that was changed the lab of a fresh start? Random sequences of changes are made, and taken back, in a lab.

`python -m tools.verify_changes --runs 30` does it for seeds from 1 on. What every kernel's tables hold in the end is
compared with what they hold in a lab that was started with the design that stands then.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
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
from dxemu.run.session import session
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


async def tables_after(plans: Sequence[Plan], folder: Path) -> Routes:
    """What all kernels' tables hold in a lab of the first plan that has become all the others, one after the other."""
    folder.mkdir()
    found: set[tuple[str, ...]] = set()
    async with session(plans[0], where.embedded("virtual"), folder) as lab:
        for number, plan in enumerate(plans[1:]):
            await lab.give(Advance(by=Seconds(BETWEEN_S)))
            name = f"design-{number}"
            PlannedDesign(plan=plan, names={}).write(folder / name)
            await lab.give(Follow(id=name, back=False, design=name, topology=name))
        await lab.give(Advance(by=Seconds(AFTER_S)))
        for node in plans[-1].nodes:
            answer = await lab.give(AskRoutes(node=node.name))
            routes = answer["routes"]
            assert isinstance(routes, list)
            found |= {
                (node.name, *(str(one[key]) for key in ("table", "prefix", "via", "interface"))) for one in routes
            }
    return frozenset(found)


def sequence(seed: int) -> tuple[str, list[frozenset[int]]]:
    """A topology, and which of its changes stand, step by step: one that stands is taken back."""
    random = Random(seed)
    topology = random.choice(list(CHANGES))
    steps: list[frozenset[int]] = [frozenset()]
    for _ in range(random.randint(1, MOST)):
        steps.append(steps[-1] ^ {random.randrange(len(CHANGES[topology]))})
    return topology, steps


def differences(seed: int, folder: Path) -> list[str]:
    """What differs in the end, in words."""
    topology, steps = sequence(seed)
    plans = [make_plan(design_of(topology, stands).topology(), versions.installed()) for stands in steps]
    changed = asyncio.run(tables_after(plans, folder / "changed"))
    fresh = asyncio.run(tables_after(plans[-1:], folder / "fresh"))
    more = [f"more: {' '.join(one)}" for one in sorted(changed - fresh)]
    return [*more, *(f"less: {' '.join(one)}" for one in sorted(fresh - changed))]


@click.command(help=__doc__)
@click.option("--runs", default=30, show_default=True)
@click.option("--first", default=1, show_default=True, help="The first seed.")
def main(runs: int, first: int) -> None:
    """Say what differs."""
    conflicts = 0
    for seed in range(first, first + runs):
        topology, steps = sequence(seed)
        with tempfile.TemporaryDirectory() as folder:
            found = differences(seed, Path(folder))
        conflicts += bool(found)
        said = " ".join(str(sorted(stands)) for stands in steps[1:])
        echo(f"{seed} {topology} {said}: {'; '.join(found) or 'the tables are those of a fresh start'}")
    echo(f"{count(runs, 'sequence')}, {count(conflicts, 'conflict')}")
    sys.exit(CONFLICT if conflicts else 0)


if __name__ == "__main__":
    main()
