"""`dxemu kernel`: build the embedded kernel, and say what it is."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.errors import Unsupported
from dxemu.files import border
from dxemu.host import kernel_build, kernel_store
from dxemu.host.proving import prove_embedded
from dxemu.host.signals import as_exceptions
from dxemu.report import kernel as kernel_report
from dxemu.report.terminal import echo


@click.group(
    "kernel", short_help="Build the embedded kernel, or show it.", epilog=examples("kernel build", "kernel info")
)
def command() -> None:
    """The embedded kernel: Linux as an ordinary process, for labs without root."""


@command.command(
    "build",
    short_help="Build it from the distribution's Linux source, once.",
    epilog=examples("kernel build", "kernel build --source linux-6.12.tar.xz"),
)
@click.option("--force", is_flag=True, help="Build it again even if it is there.")
@click.option(
    "--source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Build it from this linux-*.tar.*. Default: the best at hand (kernel/source.sh says what that is).",
)
def build(force: bool, source: Path | None) -> None:
    """Build the embedded kernel from the distribution's Linux source, once: about 4 minutes on 2 cores.

    It is kept under ~/.cache/dxemu (or XDG_CACHE_HOME) and built again only when its config or patches change. Kernels
    of several sources lie side by side: `dxemu kernel list`.
    """
    as_exceptions()
    started = time.monotonic()

    def progress(line: str) -> None:
        echo(f"{time.monotonic() - started:5.0f} s  {line}")

    with border(kernel_store.store_folder(), otherwise="export XDG_CACHE_HOME=<a folder with 1 GB free>"):
        kernel = kernel_build.build(progress, prove_embedded, source=source.absolute() if source else None, force=force)
    echo(kernel_report.render_text(kernel), nl=False)


@command.command(
    "info",
    short_help="Say which one is used, and what it was seen to do.",
    epilog=examples("kernel info", "kernel info --json"),
)
@click.option("--json", "as_json", is_flag=True, help="Print the facts and the whole proof as JSON.")
def info(as_json: bool) -> None:
    """Say which embedded kernel is used, where it came from and what it was seen to do."""
    kernel = kernel_store.require()
    damage = kernel_store.damage(kernel, thorough=True)
    if damage:
        raise Unsupported(damage, f"{kernel_store.BUILD_COMMAND} --force")
    if as_json:
        echo(json.dumps(kernel_report.to_json(kernel), indent=2))
    else:
        echo(kernel_report.render_text(kernel), nl=False)


@command.command("list", short_help="List those that are built.", epilog=examples("kernel list", "kernel list --json"))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_all(as_json: bool) -> None:
    """List the embedded kernels that are built. The first is used unless DXEMU_KERNEL_VERSION names another.

    DXEMU_KERNEL_VERSION=6.12 takes the newest 6.12, for one command; DXEMU_KERNEL=/path/to/linux takes a file.
    """
    kernels, used = kernel_store.all_built(), kernel_store.find()
    if used is not None and used not in kernels:
        kernels = (used, *kernels)  # an override
    if as_json:
        echo(json.dumps([{**kernel_report.to_json(one), "used": one == used} for one in kernels], indent=2))
    else:
        echo(kernel_report.render_list(kernels, used), nl=False)
