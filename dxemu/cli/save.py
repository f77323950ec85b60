"""`dxemu save`: the design of a lab as a topology file."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.files import border, shown
from dxemu.labs.client import ask
from dxemu.report.terminal import echo


@click.command(
    "save",
    short_help="Write the design of a lab as a topology file.",
    epilog=examples("save mine.yaml", "save --keys mine.yaml"),
)
@lab_option
@click.option("--keys", is_flag=True, help="With its keys; a FILE is then for you alone.")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def command(lab: str | None, file: Path | None, *, keys: bool) -> None:
    """Write the design as it is now, with every change that stands, to FILE or to standard output.

    Without --keys it has none: dxemu makes keys up where they are missing, as AWS does.
    """
    text = ask(lab, "save", secrets=keys or None)["text"]
    if file is None:
        echo(text, nl=False)
        return
    with border(file, otherwise="name another file"):
        file.touch(0o600 if keys else 0o666, exist_ok=True)
        if keys:
            file.chmod(0o600)
        file.write_text(text, encoding="utf-8", errors="replace")
    echo(f"wrote {shown(file)}", err=True)
