"""`dxemu graph`: a topology as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.host.convert import svg_to_png
from dxemu.plan.make import make_plan
from dxemu.report.picture.draw import draw
from dxemu.topology.load import load


@click.command("graph", short_help="Draw a topology.")
@click.argument("topology", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write here: FILE.svg, or FILE.png (needs rsvg-convert); - for SVG on stdout.  [default: NAME.svg]",
)
def command(topology: Path, out: Path | None) -> None:
    """Draw TOPOLOGY as SVG or PNG: places, nodes, cables, and each virtual interface in its own colour."""
    design = load(topology)
    svg = draw(design, make_plan(design))
    if out is not None and str(out) == "-":
        click.echo(svg, nl=False)
        return
    file = out or Path(f"{design.name}.svg")
    if file.suffix not in {".svg", ".png"}:
        raise click.BadParameter(f"'{file}' must end in .svg or .png.", param_hint="'--out'")
    if not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder '{file.parent}'.", param_hint="'--out'")
    if file.suffix == ".png":
        svg_to_png(svg, file)
    else:
        try:
            file.write_text(svg, encoding="utf-8")
        except OSError as error:
            raise click.FileError(str(file), error.strerror) from None
    click.echo(f"wrote {file}")
