"""`dxemu man`: manual pages, made from the commands themselves."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.files import border, shown
from dxemu.report.manual import pages
from dxemu.report.terminal import echo


@click.command(
    "man",
    short_help="Write manual pages of all commands.",
    epilog=examples("man ~/.local/share/man/man1", "man /tmp/man1 && man /tmp/man1/dxemu.1"),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    """Write a manual page for dxemu and for each of its commands to FOLDER."""
    root = click.get_current_context().find_root().command
    with border(folder, otherwise="name another folder"):
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder.joinpath(name).write_text(text, encoding="utf-8") for name, text in pages(root)]
    echo(f"wrote {len(written)} pages to {shown(folder)}")
