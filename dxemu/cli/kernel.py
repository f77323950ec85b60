"""`dxemu kernel`: build the embedded kernel, and say what it is."""

from __future__ import annotations

import json
import time

import click

from dxemu.files import border
from dxemu.host import kernel_build, kernel_store
from dxemu.host.proving import prove_embedded
from dxemu.report import kernel as kernel_report


@click.group("kernel", short_help="Build the embedded kernel, or show it.")
def command() -> None:
    """The embedded kernel: Linux as an ordinary process, for labs without root."""


@command.command("build")
@click.option("--force", is_flag=True, help="Build it again even if it is there.")
def build(force: bool) -> None:
    """Build the embedded kernel from the distribution's Linux source, once: about 4 minutes on 2 cores.

    It is kept under ~/.cache/dxemu (or XDG_CACHE_HOME) and built again only when its config or patches change.
    """
    started = time.monotonic()

    def progress(line: str) -> None:
        click.echo(f"{time.monotonic() - started:5.0f} s  {line}")

    with border(kernel_store.store_folder(), otherwise="export XDG_CACHE_HOME=<a folder with 1 GB free>"):
        kernel = kernel_build.build(progress, prove_embedded, force=force)
    click.echo(kernel_report.render_text(kernel), nl=False)


@command.command("info")
@click.option("--json", "as_json", is_flag=True, help="Print the facts and the whole proof as JSON.")
def info(as_json: bool) -> None:
    """Say which embedded kernel is used, where it came from and what it was seen to do."""
    kernel = kernel_store.require()
    if as_json:
        click.echo(json.dumps(kernel_report.to_json(kernel), indent=2))
    else:
        click.echo(kernel_report.render_text(kernel), nl=False)
