"""`dxemu explain`: the paragraph behind an error's code."""

from __future__ import annotations

import click

from dxemu.topology.codes import explain


@click.command("explain", short_help="Explain an error's code.")
@click.argument("code")
def command(code: str) -> None:
    """Explain an error CODE such as DX-T014: the rule, why AWS has it, and how to keep it."""
    click.echo(explain(code))
