"""What the commands about labs that live have in common. No command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from dxemu.cli.completing import labs
from dxemu.report.terminal import echo
from dxemu.words import bounds, duration

F = Callable[..., Any]
LAB_VARIABLE = "DXEMU_LAB"
"""In the environment: the lab that is meant."""


def lab_option(command: F) -> F:
    """`--lab NAME`."""
    return click.option(
        "--lab",
        metavar="NAME",
        envvar=LAB_VARIABLE,
        help=f"Which lab, where there are several (dxemu status); ${LAB_VARIABLE} says the same.",
        shell_complete=labs,
        is_eager=True,
    )(command)


def text_of(kind: str, parameters: Sequence[str]) -> str:
    """A kind with its parameters as scenarios have it: `cable_cut` and `connection=primary`. Raises UsageError."""
    values = []
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        if not equals or not key:
            raise click.UsageError(f"'{parameter}' is no parameter\n  Write for example connection=primary.")
        values.append(f"{key}: {value}")
    return f"{kind}: {{{', '.join(values)}}}" if values else f"{kind}:"


def moment(t: float) -> str:
    """A time since the run's start, as the lines of `dxemu run` have it."""
    return f"{t:9.3f} s"


def say_change(done: Mapping[str, Any], what: str) -> None:  # Any: as `dxemu.run.living` has it
    """A change that was made, or taken back, with what it does."""
    echo(f"{moment(done['at_s'])}   {done['id']} {what}")
    for effect in done["effects"]:
        echo(f"             {effect}")
    echo(f"             confirmed: {done['evidence']}")


def say_predicted(predicted: Sequence[Mapping[str, Any]]) -> None:  # Any: as `dxemu.measure.result.Predicted` has it
    """What a fault should cost, a line for each direction of each probe; why, where it is not as in the line before."""
    if not predicted:
        echo("             not predicted")
    said = ""
    for one in predicted:
        low, high = one["outage_ms"]
        of = f"{one['probe']} " if one["probe"] else ""
        where = "to AWS" if one["direction"] == "to_aws" else "from AWS"
        why = "" if one["why"] == said else f"   ({one['why']})"
        said = one["why"]
        echo(f"             predicted {of}{where}: {_window(low, high)}{why}")


def _window(low: float | None, high: float | None) -> str:
    if low == high == 0:
        return "no outage"
    if low is None or high is None:
        return f"{duration(low)} or longer" if low is not None else "until it is healed"
    return bounds(low, high)
