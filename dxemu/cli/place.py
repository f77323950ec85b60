"""Where a run's lab is to be: the options of `dxemu run` for that. No command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from dxemu.cli.lab_options import clock_option, kernel_option
from dxemu.cli.ranges import Number
from dxemu.cli.run_values import memory_size
from dxemu.host import patience, where
from dxemu.host.embedded import MEMORY
from dxemu.host.guest_mode import Wish

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAsked:
    """What the options say; None is each place's own."""

    kernel: str
    guest: str
    clock: str | None
    stall_limit: float | None
    memory: str | None

    def place(self) -> where.Where:
        """The place. Raises click.ClickException or DxemuError if no lab can be there."""
        if self.kernel == "host":
            return where.host(self.clock or "real", self.stall_limit)
        return where.embedded(self.clock or "virtual", self.stall_limit, self.guest, self.memory)


def place_options(command: F) -> Callable[..., Any]:
    """`--kernel`, `--guest`, `--clock`, `--stall-limit` and `--memory`, which the command gets as one, `asked`."""

    @functools.wraps(command)
    def with_place(
        kernel: str, guest: str, clock: str | None, stall_limit: float | None, memory: str | None, **others: Any
    ) -> Any:
        if kernel == "host" and guest != Wish.AUTO:
            raise click.UsageError(
                "on this machine's own kernel no guest runs\n  Leave --guest out, or use --kernel embedded."
            )
        asked = PlaceAsked(kernel=kernel, guest=guest, clock=clock, stall_limit=stall_limit, memory=memory)
        return command(asked=asked, **others)

    found: Callable[..., Any] = with_place
    for option in (_memory_option, _stall_option, _CLOCK, _guest_option, kernel_option()):
        found = option(found)
    return found


_CLOCK = clock_option("Virtual time passes as fast as the machine allows.  [default: virtual; real with --kernel host]")
_guest_option = click.option(
    "--guest",
    type=click.Choice([str(wish) for wish in Wish]),
    default=str(Wish.AUTO),
    show_default=True,
    help="How the embedded kernel runs the lab's programs. strict: by ptrace, which trusts none of them; trusted: by"
    " seccomp, which is faster; auto: by seccomp where this machine confines it, else by ptrace.",
)
_stall_option = click.option(
    "--stall-limit",
    type=Number(min=1),
    metavar="SECONDS",
    help="End a lab that says nothing for so many seconds of wall time."
    f"  [default: {patience.STALL_LIMIT_S:g}, and more the slower this machine is]",
)
_memory_option = click.option(
    "--memory",
    metavar="SIZE",
    callback=lambda _context, _option, value: memory_size(value),
    help="What a lab on the embedded kernel may use at most, such as 512M or 2G; it takes what it needs."
    f"  [default: {MEMORY}, and more for a large design]",
)
