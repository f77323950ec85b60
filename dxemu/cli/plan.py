"""`dxemu plan`: what will exist, before anything does."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.plan.make import make_plan
from dxemu.report.plan import plan_to_json, render_plan
from dxemu.report.terminal import echo
from dxemu.topology.load import load


@click.command(
    "plan",
    short_help="Show what a topology becomes.",
    epilog=examples("plan backup_connection", "plan mine.yaml --json"),
)
@click.argument("topology", type=TOPOLOGY_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(topology: Path, as_json: bool) -> None:
    """Show what TOPOLOGY becomes: namespaces, cables, addresses, VLANs, BGP sessions. Nothing is started."""
    plan = make_plan(load(topology))
    echo(json.dumps(plan_to_json(plan), indent=2) if as_json else render_plan(plan), nl=as_json)
