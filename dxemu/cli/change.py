"""`dxemu change`: change a lab's design while it runs, or take a change back."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option, say_change
from dxemu.files import border
from dxemu.labs.client import ask
from dxemu.topology.source import nearest_file
from dxemu.topology.words import quoted

NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
"""Errors of the kernel that say that a word names no file."""


@click.command(
    "change",
    short_help="Change the design of a lab while it runs, or take a change back.",
    epilog=examples(
        "change virtual_interfaces.primary.customer.as_path_prepend=3",
        "change tonight.yaml --id drain",
        "change --back drain",
    ),
)
@lab_option
@click.option("--back", is_flag=True, help="Take back the latest change that stands, or the one called WHAT.")
@click.option("--id", "name", metavar="ID", help="What --back calls it.  [default: change]")
@click.option("--interruption", metavar="TIME", help="How long AWS interrupts what it interrupts, in place of at most.")
@click.argument("what", required=False)
def command(lab: str | None, name: str | None, interruption: str | None, what: str | None, *, back: bool) -> None:
    """Lay WHAT over the design: a file, or PATH=VALUE.

    For example: dxemu change virtual_interfaces.primary.customer.as_path_prepend=3
    """
    if back:
        say_change(ask(lab, "back", id=what), "taken back")
        return
    if what is None:
        raise click.UsageError("WHAT is missing\n  Name a file, or write PATH=VALUE.")
    text, where = _patch(what)
    say_change(ask(lab, "change", text=text, where=where, id=name, interruption=interruption), "made")


def _patch(what: str) -> tuple[str, str | None]:
    """The patch as YAML, and the file that it is from. Raises FileError, and click.UsageError if it is neither."""
    path, equals, value = what.partition("=")
    if not equals:
        file = Path(what)
        with border(file, verb="read", otherwise="name a file, or write PATH=VALUE"):
            try:
                return file.read_text(encoding="utf-8", errors="replace"), what
            except OSError as error:
                if error.errno not in NO_FILE:
                    raise
                raise click.UsageError(f"there is no file {quoted(what)}\n  {_instead(what)}") from error
    keys = path.split(".")
    return "".join(f"{{{key}: " for key in keys) + value + "}" * len(keys), None


def _instead(what: str) -> str:
    """What somebody may have meant by a word that is no file."""
    if what == "back":
        return "dxemu change --back takes back the latest change that stands."
    close = nearest_file(Path(what))
    return f"Did you mean {quoted(str(close))}?" if close else "Name a file, or write PATH=VALUE."
