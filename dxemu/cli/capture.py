"""`dxemu capture`: the packets of a lab."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.files import border, shown
from dxemu.host import invoker
from dxemu.host.signals import as_exceptions
from dxemu.labs.pcap import PacketCount, packets
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
    help="Where to, - for stdout.  [default: a new file in captures of the lab's folder]",
)
@click.argument("what", metavar="CABLE|NODE", shell_complete=named("cable", "node"))
@click.argument("wanted", nargs=-1, metavar="[FILTER]...", type=click.UNPROCESSED)
def command(lab: str | None, out: Path | None, what: str, wanted: tuple[str, ...]) -> None:
    """Capture packets (pcap, with the lab's times) until Ctrl-C: of a cable, or of all interfaces of a node.

    FILTER is tcpdump's. A virtual clock stands still meanwhile, as far as nobody lets it go on.
    """
    place = chosen(lab)
    if str(out) == "-" and os.isatty(1):
        problem = "packets are no text for a terminal: pipe them into `tshark -r -`, or name a file."
        raise click.BadParameter(problem, param_hint="'--out'")
    as_exceptions()  # also where a script's & has it ignore Ctrl-C: a capture has no other end
    parts = packets(place, what, wanted)  # what the lab has not leaves no file
    if str(out) == "-":
        _write(1, parts)
        return
    begun = next(parts, b"")  # nor does what is no filter
    file = out or _new_file(place.folder / "captures", what)
    with border(file, otherwise="name another file with --out"):
        invoker.make_folders(file.parent)
        with file.open("wb") as opened:
            with contextlib.suppress(OSError):  # a link, such as /dev/stdout, is whose it is
                invoker.give(file)
            goes = "" if out else ", which goes with the lab (--out FILE stays)"
            echo(f"capturing to {shown(file)}{goes}, until Ctrl-C", err=True)
            count = PacketCount()
            try:
                _write(opened.fileno(), count.counted(itertools.chain([begun], parts)))
            finally:
                echo(f"{count.packets} packet{'s' * (count.packets != 1)} in {shown(file)}", err=True)


def _new_file(folder: Path, what: str) -> Path:
    """One that is not there: two captures, also at once, are two files."""
    names = (f"{what}{f'.{number}' if number > 1 else ''}.pcap" for number in itertools.count(1))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def _write(to: int, parts: Iterator[bytes]) -> None:
    """Until Ctrl-C, which is how a capture ends."""
    try:
        for data in parts:
            left = data
            while left:
                left = left[os.write(to, left) :]
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            echo(err=True)  # behind the ^C that the terminal shows
