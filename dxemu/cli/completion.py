"""`dxemu completion`: what a shell needs to complete commands, labs, nodes, faults and parameters."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from dxemu.cli import shells  # noqa: F401 - they make themselves known to click
from dxemu.cli.helping import examples
from dxemu.report.terminal import echo


@click.command(
    "completion",
    short_help="Print what a shell needs to complete dxemu's words.",
    epilog=examples(
        "completion bash > ~/.local/share/bash-completion/completions/dxemu",
        "completion zsh > ~/.zfunc/_dxemu",
        "completion fish > ~/.config/fish/completions/dxemu.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script for SHELL. A new shell then completes commands, options, labs, nodes, faults and parameters."""
    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root().command
    echo(kind(root, {}, "dxemu", "_DXEMU_COMPLETE").source())
