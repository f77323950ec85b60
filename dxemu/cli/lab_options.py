"""The options that commands which start labs, or look at runs, have in common. No command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dxemu.cli.ranges import Whole

F = TypeVar("F", bound=Callable[..., Any])
KERNEL = "embedded"
SEED = 1


def kernel_option(default: str | None = KERNEL) -> Callable[[F], F]:
    """`--kernel`. Without a `default` a command learns whether it was given."""
    words = "Where the lab runs: dxemu's own kernel, without root, or this machine's, as root."
    return click.option(
        "--kernel",
        type=click.Choice(["embedded", "host"]),
        default=default,
        show_default=default is not None,
        help=words if default else f"{words}  [default: {KERNEL}]",
    )


def clock_option(words: str, default: str | None = None) -> Callable[[F], F]:
    """`--clock`; `words` say what virtual means for the command, and its default if that hangs on other options."""
    kinds = click.Choice(["virtual", "real"])
    return click.option("--clock", type=kinds, default=default, show_default=default is not None, help=words)


def seed_option(default: int | None = SEED) -> Callable[[F], F]:
    """`--seed`. Without a `default` a command learns whether it was given."""
    words = "Everything random is drawn from it: the same seed gives the same run."
    return click.option(
        "--seed",
        type=Whole(0, 2**63 - 1),
        metavar="N",
        default=default,
        show_default=default is not None,
        help=words if default else f"{words}  [default: {SEED}]",
    )


def runs_option(words: str) -> Callable[[F], F]:
    """`--runs`, the folder of runs: `runs` where the command is given."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option("--runs", "runs_folder", type=kind, default=Path("runs"), show_default=True, help=words)
