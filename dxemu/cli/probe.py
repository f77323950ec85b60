"""`dxemu probe`: measure in a lab."""

from __future__ import annotations

import click

from dxemu.cli.completing import kinds, named, parameters
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, moment, text_of
from dxemu.labs.client import ask
from dxemu.report.terminal import echo


@click.command(
    "probe",
    short_help="Measure in a lab from now on, or stop doing so.",
    epilog=examples("probe app udp from=app to=web rate=100/s", "probe --stop app"),
)
@lab_option
@click.option("--stop", is_flag=True, help="End the probe NAME.")
@click.argument("name", shell_complete=named("probe"))
@click.argument("kind", required=False, shell_complete=kinds("probe"))
@click.argument("parameters", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=parameters("probe"))
def command(lab: str | None, name: str, kind: str | None, parameters: tuple[str, ...], *, stop: bool) -> None:
    """Start a probe called NAME: `dxemu probe app udp from=app to=web rate=100/s`. Probes are those of scenarios."""
    if stop:
        done = ask(lab, "stop_probe", probe=name)
        echo(f"{moment(done['t'])}   {name} has ended")
        return
    if kind is None or "=" in kind:
        raise click.UsageError("KIND is missing\n  Write for example dxemu probe app udp from=app to=web rate=100/s.")
    kind_of = text_of(kind, parameters) if parameters else f"{kind}: {{}}"
    done = ask(lab, "probe", text=f"{name}: {{{kind_of}}}")
    echo(f"{moment(done['t'])}   {name} goes on")
