"""`dxemu`: finds the commands, and turns what can go wrong into a message and an exit status.

0 passed, 1 an expectation failed, 2 the input is wrong, 3 no lab could be built, 4 the run is not
valid, 130 interrupted (Ctrl-C, SIGTERM, SIGHUP or SIGQUIT), 141 whoever read the output has gone, 70 a bug of dxemu's.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pkgutil
import re
import sys
from pathlib import Path
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

import dxemu
from dxemu import cli
from dxemu.errors import DxemuError, GuestError, InputErrors
from dxemu.host.exhausted import exhausted
from dxemu.host.output import Unread, check_streams
from dxemu.host.signals import INTERRUPTED, at_once
from dxemu.report.terminal import echo

EXIT_BUG = 70
EXIT_USAGE = 2
EXIT_NO_LAB = 3
NO_COMMANDS = (
    "app",
    "bundled",
    "ci",
    "completing",
    "helping",
    "lab_options",
    "living",
    "matrix",
    "named",
    "outputs",
    "place",
    "ranges",
    "report_all",
    "run_values",
    "shells",
    "usage",
    "writable",
    "audit_scenarios",
)
"""Of the modules here: this one, and what commands have in common."""
COMPLETE = "_DXEMU_COMPLETE"
"""The variable by which click knows that a shell asks: `_`, the program's name and this."""
_SHORT_HELP = re.compile(r'short_help="(.+?)"')


class _Commands(click.Group):
    """Imports a command when it is asked for, so that `check` does not wait for what `run` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(info.name for info in pkgutil.iter_modules(cli.__path__) if info.name not in NO_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, _short_help(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, none of which is imported for it, and options."""
        found = [CompletionItem(name, help=_short_help(name)) for name in self.list_commands(ctx)]
        begun = [item for item in found if str(item.value).startswith(incomplete)]
        return begun or click.Command.shell_complete(self, ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = self.list_commands(ctx)
        if cmd_name not in known:
            if ctx.resilient_parsing:  # a shell asks what could come here
                return None
            from dxemu.cli.usage import no_command  # commands are to answer at once, and few are misspelt

            raise click.UsageError(no_command(cmd_name, known), ctx)
        command: click.Command = importlib.import_module(f"dxemu.cli.{cmd_name}").command
        return command


def _short_help(name: str) -> str:
    """What a command says of itself in the list of all. Read, not imported: together they import all of dxemu."""
    source = Path(cli.__path__[0], f"{name}.py").read_text(encoding="utf-8")
    found = _SHORT_HELP.search(source)
    return found[1] if found else ""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(dxemu.__version__, prog_name="dxemu")
def root() -> None:
    """Rehearse the failover of an AWS Direct Connect link, on real Linux networking, without root, in seconds."""


def main() -> None:
    """The commands. SIGTERM, SIGHUP and SIGQUIT are Ctrl-C to them, also while the end of one is being told."""
    try:
        status = _main()
    except KeyboardInterrupt:
        _leave_interrupted()
    sys.exit(status)


def _main() -> int:
    """Run the command that is asked for. Returns the exit status."""
    check_streams()
    if COMPLETE in os.environ:
        from dxemu.cli import shells  # noqa: F401 - only a shell at Tab asks for them
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them takes longer than to check a file
    try:
        status = root.main(prog_name="dxemu", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        from dxemu.cli.usage import told

        echo(told(error, root, sys.argv[1:]), err=True)
        return EXIT_USAGE
    except Unread as error:
        return error.exit_status
    except DxemuError as error:
        return _say(error)
    except Exception as error:  # noqa: BLE001 - the outermost line
        return _say_unexpected(error)
    return status if isinstance(status, int) else 0


def _leave_interrupted() -> NoReturn:
    """Say so and leave, but not by an exception: CPython would end by the signal if one has ever struck in an `exec`.

    There is an `exec` in every import that makes a dataclass.
    """
    at_once()
    echo("interrupted", err=True)
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
    finally:
        os._exit(INTERRUPTED)


def _say(error: DxemuError) -> int:
    """Show an error of ours on stderr. Returns the exit status."""
    if isinstance(error, InputErrors):
        from dxemu.report import problems

        echo(problems.render(error, colour=sys.stderr.isatty()), err=True, styled=True)
        return error.exit_status
    if isinstance(error, GuestError) and error.console:
        echo("The end of the console:\n" + "\n".join(f"  | {line}" for line in error.console.splitlines()), err=True)
    echo(str(error) if error.rendered else f"dxemu: {error}", err=True)
    return error.exit_status


def _say_unexpected(error: Exception) -> int:
    """Show what nothing of ours expected: no memory is left, or it is a bug. Returns the exit status."""
    if lack := exhausted(error):
        echo(f"dxemu: {lack}", err=True)
        return EXIT_NO_LAB
    import traceback  # it is a bug: nothing else needs it

    traceback.print_exception(error)
    echo("This is a bug in dxemu. Please report it with the lines above.", err=True)
    return EXIT_BUG


if __name__ == "__main__":
    main()
