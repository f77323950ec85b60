"""`dxemu capture`: the packets of a lab."""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.files import border, is_file, shown
from dxemu.host import invoker
from dxemu.host.signals import as_exceptions
from dxemu.labs.client import ask_at
from dxemu.labs.pcap import PacketCount, packets
from dxemu.labs.places import LabFolder, NoLab, chosen
from dxemu.labs.wire import AskedInVain
from dxemu.report.terminal import echo

KEYS = "esp_sa"
"""The name by which Wireshark looks for it in its folder."""


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
@click.option(
    "--esp-keys",
    is_flag=True,
    help="Leave the keys of all tunnels beside the packets, as Wireshark has them, in the file esp_sa, for you alone.",
)
@click.argument("what", metavar="CABLE|NODE", shell_complete=named("cable", "node"))
@click.argument("wanted", nargs=-1, metavar="[FILTER]...", type=click.UNPROCESSED)
def command(lab: str | None, out: Path | None, esp_keys: bool, what: str, wanted: tuple[str, ...]) -> None:
    """Capture packets (pcap, with the lab's times) until Ctrl-C: of a cable, or of all interfaces of a node.

    FILTER is tcpdump's. A virtual clock stands still meanwhile, as far as nobody lets it go on.
    """
    place = chosen(lab)
    if str(out) == "-" and os.isatty(1):
        problem = "packets are no text for a terminal\n  Pipe them into `tshark -r -`, or name a file."
        raise click.BadParameter(problem, param_hint="'--out'")
    as_exceptions()  # also where a script's & has it ignore Ctrl-C: a capture has no other end
    parts = packets(place, what, wanted)  # what the lab has not leaves no file
    captures = place.folder / "captures"
    if str(out) == "-":
        with _keys(place, captures, wanted=esp_keys):
            _write(1, parts)
        return
    begun = next(parts, b"")  # nor does what is no filter
    file = out or _new_file(captures, what)
    with border(file, otherwise="name another file with --out"):
        invoker.make_folders(file.parent)
        with file.open("wb") as opened:
            with contextlib.suppress(OSError):  # a link, such as /dev/stdout, is whose it is
                invoker.give(file)
            goes = "" if out else ", which goes with the lab (--out FILE stays)"
            echo(f"capturing to {shown(file)}{goes}, until Ctrl-C", err=True)
            count = PacketCount()
            try:
                with _keys(place, file.parent, wanted=esp_keys):
                    _write(opened.fileno(), count.counted(itertools.chain([begun], parts)))
            finally:
                echo(f"{count.packets} packet{'s' * (count.packets != 1)} in {shown(file)}", err=True)


@contextlib.contextmanager
def _keys(place: LabFolder, folder: Path, *, wanted: bool) -> Iterator[None]:
    """Those of the tunnels as they are before and after, beside those that the file has. Raises FileError."""
    if not wanted:
        yield
        return
    file = folder / KEYS
    with border(folder, otherwise="name another folder with --out"):
        invoker.make_folders(folder)
        known = dict.fromkeys(file.read_text(encoding="utf-8").splitlines(True) if is_file(file) else ())

        def write() -> None:
            known.update(dict.fromkeys(ask_at(place, "esp_keys")["keys"]))
            file.touch(0o600)
            file.write_text("".join(known), encoding="utf-8")
            invoker.give(file)

        write()
        tshark = "tshark -o esp.enable_encryption_decode:TRUE -r FILE"
        echo(f"keys: WIRESHARK_CONFIG_DIR={shlex.quote(shown(folder))} {tshark}", err=True)
        try:
            yield
        finally:
            with contextlib.suppress(NoLab, AskedInVain):  # the lab has ended: what was known is there
                write()


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
