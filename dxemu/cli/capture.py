"""`dxemu capture`: the packets of a lab."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.files import border, shown
from dxemu.host import invoker
from dxemu.host.signals import as_exceptions
from dxemu.labs.pcap import packets
from dxemu.labs.places import chosen
from dxemu.report.terminal import echo


@click.command(
    "capture",
    short_help="Capture the packets of a cable or a node.",
    epilog=examples("capture primary", "capture --out - dx_1 | wireshark -k -i -", "capture primary tcp port 179"),
    context_settings={"allow_interspersed_args": False},
)
@lab_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to, - for stdout.  [default: captures/WHAT.pcap in the lab's folder]",
)
@click.argument("what", metavar="CABLE|NODE", shell_complete=named("cable", "node"))
@click.argument("wanted", nargs=-1, metavar="[FILTER]...", type=click.UNPROCESSED)
def command(lab: str | None, out: Path | None, what: str, wanted: tuple[str, ...]) -> None:
    """Capture packets (pcap, with the lab's times) until Ctrl-C: of a cable, or of all interfaces of a node.

    FILTER is tcpdump's. A virtual clock stands still meanwhile, as far as nobody lets it go on.
    """
    place = chosen(lab)
    as_exceptions()  # also where a script's & has it ignore Ctrl-C: a capture has no other end
    file = out or place.folder / "captures" / f"{what}.pcap"
    parts = packets(place, what, wanted)  # what the lab has not leaves no file
    if str(file) == "-":
        _write(1, parts)
        return
    with border(file, otherwise="name another file with --out"):
        invoker.make_folders(file.parent)
        with file.open("wb") as opened:
            with contextlib.suppress(OSError):  # a link, such as /dev/stdout, is whose it is
                invoker.give(file)
            echo(f"capturing to {shown(file)} until Ctrl-C", err=True)
            _write(opened.fileno(), parts)


def _write(to: int, parts: Iterator[bytes]) -> None:
    """Until Ctrl-C, which is how a capture ends."""
    try:
        for data in parts:
            left = data
            while left:
                left = left[os.write(to, left) :]
    except KeyboardInterrupt:
        return
