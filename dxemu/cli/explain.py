"""`dxemu explain`: why packets go where they go, what becomes of a prefix, and the paragraph behind an error's code."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from dxemu.cli.completing import labs
from dxemu.cli.helping import examples
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.cli.usage import no_command
from dxemu.explain.path import explain_path
from dxemu.explain.prefix import explain_prefix
from dxemu.explain.replay import state_of_run
from dxemu.explain.state import State
from dxemu.labs.moment import state_of_lab
from dxemu.labs.places import chosen
from dxemu.plan.make import make_plan
from dxemu.report import explain_path as explain_path_report
from dxemu.report import explain_route as explain_route_report
from dxemu.report.codes import explain
from dxemu.report.console import PlainConsole
from dxemu.report.terminal import echo
from dxemu.topology.load import load
from dxemu.topology.words import listed, nearest


class _Explain(click.Group):
    """Whatever is not `path` or `route` is an error's code."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        if nearest(args[0], self.commands) is not None:
            raise click.UsageError(no_command(args[0], self.commands), ctx)
        return "CODE", _code, args

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "CODE | path FROM TO | route PREFIX")


@click.group(
    "explain",
    cls=_Explain,
    short_help="Explain a path, a prefix, or an error's code.",
    epilog=examples(
        "explain DX-T014",
        "explain path web app --topology vpn_backup_static",
        "explain route 10.0.0.0/16 --run runs/mine/1 --at 12s",
    ),
)
def command() -> None:
    """Explain why packets go where they go (path), what becomes of a prefix (route), or an error's CODE.

    An error's CODE is one such as DX-T014: the rule, why AWS has it, and how to keep it.
    """


@click.command("CODE", hidden=True)
@click.argument("code")
def _code(code: str) -> None:
    """Explain an error's CODE."""
    echo(explain(code))


_topology = click.option("--topology", type=TOPOLOGY_FILE, help="As this design is when all is well.")
_run = click.option("--run", "run", type=click.Path(path_type=Path), help="As it was in this run: runs/SCENARIO/N.")
_lab = click.option(
    "--lab", metavar="NAME", help="As it is in this lab, which dxemu up has started.", shell_complete=labs
)
_at = click.option("--at", metavar="TIME", help="At this moment of the run or lab, such as 12s.  [default: the latest]")
_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@command.command(
    "path",
    short_help="Why packets go where they go, hop by hop.",
    epilog=examples("explain path web app --topology vpn_backup_static", "explain path app web --lab mine --at 12s"),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--ipv6", is_flag=True, help="The path of IPv6 packets.")
@_topology
@_run
@_lab
@_at
@_json
def path(
    source: str,
    target: str,
    ipv6: bool,
    topology: Path | None,
    run: Path | None,
    lab: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Explain the path between FROM and TO in both directions, hop by hop, with the rule that decided at each.

    FROM and TO are names of hosts, instances, services or routers, or addresses.
    """
    found = explain_path(_state(topology, run, lab, at), source, target, ipv6=ipv6)
    if as_json:
        echo(json.dumps({"schema": "dxemu.path/1", **dataclasses.asdict(found)}, indent=2))
    else:
        echo(explain_path_report.render(found, PlainConsole().width), nl=False)


@command.command(
    "route",
    short_help="What becomes of a prefix: who announces it, who refuses it.",
    epilog=examples("explain route 10.0.0.0/16 --run runs/mine/1 --at 12s"),
)
@click.argument("prefix")
@_topology
@_run
@_lab
@_at
@_json
def route(prefix: str, topology: Path | None, run: Path | None, lab: str | None, at: str | None, as_json: bool) -> None:
    """Explain what becomes of PREFIX: who announces it to whom, who refuses it and why, and what each table does."""
    found = explain_prefix(_state(topology, run, lab, at), prefix)
    if as_json:
        echo(json.dumps({"schema": "dxemu.route/1", **dataclasses.asdict(found)}, indent=2))
    else:
        echo(explain_route_report.render(found, PlainConsole().width), nl=False)


def _state(topology: Path | None, run: Path | None, lab: str | None, at: str | None) -> State:
    """What is to be explained: the design, or a moment of a run or lab."""
    given = [name for name, value in (("--topology", topology), ("--run", run), ("--lab", lab)) if value is not None]
    if len(given) != 1:
        problem = f"{listed(given, 'and')} are more than one" if given else "it is not said of what"
        raise click.UsageError(f"{problem}\n  Give --topology FILE, --run FOLDER of a finished run, or --lab NAME.")
    if run is not None:
        return state_of_run(run, at)
    if lab is not None:
        return state_of_lab(chosen(lab), at)
    if at is not None:
        raise click.UsageError("--at is a moment of a run\n  Give --run FOLDER or --lab NAME with it.")
    assert topology is not None
    design = load(topology)
    return State(design, make_plan(design))
