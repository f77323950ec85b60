"""`dxemu graph`: a topology as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.cli.writable import check_file
from dxemu.files import border
from dxemu.host.convert import svg_to_png
from dxemu.host.signals import as_exceptions
from dxemu.plan.make import make_plan
from dxemu.report.picture.draw import draw
from dxemu.report.terminal import echo
from dxemu.topology.load import load


@click.command("graph", short_help="Draw a topology.", epilog=examples("graph backup_connection --out design.svg"))
@click.argument("topology", type=TOPOLOGY_FILE)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write here: FILE.svg, or FILE.png (needs rsvg-convert); - for SVG on stdout.  [default: NAME.svg]",
)
def command(topology: Path, out: Path | None) -> None:
    """Draw TOPOLOGY as SVG or PNG: places, nodes, cables, and each virtual interface in its own colour."""
    as_exceptions()
    design = load(topology)
    svg = draw(design, make_plan(design))
    if out is not None and str(out) == "-":
        echo(svg, nl=False)
        return
    file = out or Path(f"{design.name}.svg")
    check_picture_file(file, "--out")
    write_picture(svg, file)
    echo(f"wrote {file}")


def check_picture_file(file: Path, option: str) -> None:
    """Raises click.BadParameter if no picture can be written to `file`, which `option` named."""
    if file.suffix not in {".svg", ".png"}:
        raise click.BadParameter(
            f"'{file}' is neither SVG nor PNG\n  Name a file that ends in .svg or .png.", param_hint=f"'{option}'"
        )
    check_file(file, option)


def write_picture(svg: str, file: Path) -> None:
    """Write it as SVG, or PNG where the file's name says so. Raises FileError, Unsupported or LabError."""
    if file.suffix == ".png":
        svg_to_png(svg, file)
        return
    with border(file, otherwise="name another file"):
        file.write_text(svg, encoding="utf-8")
