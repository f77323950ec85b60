"""`dxemu doctor`: can a lab run on this machine, and which command repairs what lacks?"""

from __future__ import annotations

import json

import click

from dxemu.cli.helping import examples
from dxemu.host.diagnosis import diagnose
from dxemu.host.proof_apart import prove_here
from dxemu.host.signals import as_exceptions
from dxemu.report import doctor
from dxemu.report.terminal import echo


@click.command("doctor", short_help="Say whether a lab can run here.", epilog=examples("doctor", "doctor --json"))
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON.")
def command(as_json: bool) -> None:
    """Try what a lab needs and name the command that repairs each lack.

    Exits with 0 if a lab can run on the embedded kernel or on this machine's own, else with 3.
    """
    as_exceptions()
    diagnosis = diagnose(prove_here)
    if as_json:
        echo(json.dumps(doctor.to_json(diagnosis), indent=2))
    else:
        echo(doctor.render_text(diagnosis), nl=False)
    raise SystemExit(diagnosis.exit_status)
