"""`dxemu schema`: what a topology file or a scenario file may hold, for editors."""

from __future__ import annotations

import json

import click

from dxemu.cli.helping import examples
from dxemu.report.terminal import echo

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command(
    "schema",
    short_help="Print the JSON schema of a file, for editors.",
    epilog=examples("schema topology", "schema scenario > scenario.schema.json"),
)
@click.argument("which", type=click.Choice(["topology", "scenario"]))
def command(which: str) -> None:
    """Print the JSON schema of topology files or scenario files: their keys, and every kind that this dxemu knows.

    An editor with a YAML language server completes and checks a file whose first line names it:
    # yaml-language-server: $schema=scenario.schema.json
    """
    if which == "topology":
        from dxemu.topology.load import json_schema as topology_schema

        schema = topology_schema()
    else:
        from dxemu.story.schema import json_schema as scenario_schema

        schema = scenario_schema()
    titled = {"$schema": DIALECT, **schema, "title": f"dxemu {which} file"}
    echo(json.dumps(titled, indent=2), nl=True)
