"""`dxemu advance`: let a lab's time go on."""

from __future__ import annotations

import click

from dxemu.cli.completing import event_values, events
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, moment
from dxemu.labs.client import ask
from dxemu.report.terminal import echo

EXIT_NOT_SEEN = 1


@click.command(
    "advance",
    short_help="Let the time of a lab go on, by a duration or until an event.",
    epilog=examples("advance 90s", "advance --until bgp state=down session=primary --within 30s"),
)
@lab_option
@click.option(
    "--until",
    "event",
    metavar="EVENT",
    help="Until an event, such as bgp, path or fault_healed.",
    shell_complete=events,
)
@click.option("--within", metavar="TIME", help="With --until: for so long at most.  [default: 60 s]")
@click.argument("what", nargs=-1, metavar="[TIME | KEY=VALUE...]", shell_complete=event_values)
def command(lab: str | None, event: str | None, within: str | None, what: tuple[str, ...]) -> None:
    """Let the time of a lab with the virtual clock go on by TIME: `dxemu advance 90s`.

    Or until an event that has these values: `dxemu advance --until bgp state=down session=primary`. Then it exits
    with 1 if the event did not happen in time. The words and keys are those of dxemu events --json.
    """
    if event is None:
        if len(what) != 1 or within is not None:
            problem = "--within is for --until" if within is not None else "it is not said how far"
            remedy = "Write dxemu advance 90s, or dxemu advance --until EVENT [KEY=VALUE]..."
            raise click.UsageError(f"{problem}\n  {remedy}")
        echo(f"{moment(ask(lab, 'advance', by=what[0])['t'])}")
        return
    having = dict(_pair(one) for one in what)
    done = ask(lab, "until", event=event, having=having, within=within)
    found = done["event"]
    if found is None:
        echo(f"{moment(done['t'])}   no {event} happened", err=True)
        raise SystemExit(EXIT_NOT_SEEN)
    echo(f"{moment(done['t'])}   {' '.join(f'{key}={value}' for key, value in found.items())}")


def _pair(written: str) -> tuple[str, object]:
    key, equals, value = written.partition("=")
    if not equals or not key:
        raise click.UsageError(f"'{written}' is no value of an event\n  Write for example state=down.")
    words: dict[str, object] = {"true": True, "false": False}
    return key, words.get(value, value)
