r"""Wrong calls of commands, told as every other error is: what is wrong, and what to do. No command.

click finds most of it and words it in its own way; this is the one place where that becomes ours. What a command raises
itself (`click.UsageError`, `click.BadParameter`) has the form of a `DxemuError`: `PROBLEM\n  REMEDY`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

WIDTH = 120
GAP, NEXT_LINE = "     ", "\n  "
_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_COMMAND = re.compile(r"No such command '(.*?)'\.", re.DOTALL)
_NO_CHOICE = re.compile(r"'(.*)' is not one of ", re.DOTALL)
_BRACKETS = re.compile(r"\s*\[[^\]]*\]$")
_EXAMPLE = re.compile(r"Examples:\n  (dxemu .*)")


def told(error: click.ClickException, root: click.Group, words: Sequence[str]) -> str:
    """An error of a call of `root` by these words: `dxemu explain path: TO is missing`, and below it what to do."""
    ctx = (error.ctx or _called(root, words)) if isinstance(error, click.UsageError) else None
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click before 8.2 has none
        return error.format_message()
    if ctx is None:
        return f"dxemu: {error.format_message()}"
    shown = ctx.parent if ctx.command.hidden and ctx.parent is not None else ctx
    problem, remedy = _parts(error, ctx, shown)
    line, more = f"  {remedy}", f"{shown.command_path} --help"
    gap = GAP if len(line) + len(GAP) + len(more) <= WIDTH else NEXT_LINE
    return f"{shown.command_path}: {problem}\n{line}{gap}{more}"


def no_command(name: str, known: Iterable[str]) -> str:
    """What is wrong where `name` is no command, with the nearest."""
    from dxemu.topology.words import quoted, suggestion

    return f"there is no command {quoted(name)}\n  {suggestion(name, known)}"


def _called(root: click.Group, words: Sequence[str]) -> click.Context:
    """The command that the words call. click does not say it where an option lacks its value."""
    ctx = click.Context(root, info_name="dxemu")
    for word in words:
        if not isinstance(ctx.command, click.Group) or word not in ctx.command.list_commands(ctx):
            break
        command = ctx.command.get_command(ctx, word)
        assert command is not None
        ctx = click.Context(command, info_name=word, parent=ctx)
    return ctx


def _parts(error: click.ClickException, ctx: click.Context, shown: click.Context) -> tuple[str, str]:
    """The problem and the remedy; of two contexts the second is the one whose usage people are shown."""
    from dxemu.topology.words import quoted

    if _hint(error):
        return _of_parameter(error, ctx, shown)
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {quoted(error.option_name)}", _nearest_option(error.option_name, ctx)
    if isinstance(error, click.BadOptionUsage):
        return _plain(error.message), _of_option(error.option_name, ctx) or _usage(shown)
    if isinstance(ctx.command, click.Group) and (found := _NO_COMMAND.match(error.message)):
        problem, _, remedy = no_command(found[1], ctx.command.list_commands(ctx)).partition("\n")
        return problem, remedy.strip()
    if found := _EXTRA.search(error.message):
        return f"too many arguments: {quoted(found[1])}", _usage(shown)
    problem, _, remedy = error.message.partition("\n")
    return _plain(problem), remedy.strip() or _usage(shown)


def _of_parameter(error: click.ClickException, ctx: click.Context, shown: click.Context) -> tuple[str, str]:
    """Of an option or an argument that is missing, or has a value that it cannot have."""
    from dxemu.topology.words import suggestion

    assert isinstance(error, click.BadParameter)
    param, hint = error.param, _hint(error)
    option = hint if hint.startswith("-") else ""
    if isinstance(error, click.MissingParameter):
        return f"{hint} is missing", _of_option(option, ctx) or _usage(shown)
    if param is not None and isinstance(param.type, click.Choice) and (found := _NO_CHOICE.match(error.message)):
        choices = [str(choice) for choice in param.type.choices]
        return f"unknown {f'{option} ' if option else ''}'{found[1]}'", suggestion(found[1], choices)
    problem, _, remedy = error.message.partition("\n")
    where = f"{hint}: " if option or not remedy else ""
    return f"{where}{_plain(problem)}", remedy.strip() or _of_option(option, ctx) or _usage(shown)


def _hint(error: click.ClickException) -> str:
    """What people call the parameter that is meant: `--runs`, `TO`; empty if none is."""
    if not isinstance(error, click.BadParameter):
        return ""
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param is not None else "")
    words = hint if isinstance(hint, str) else " / ".join(hint)
    return words.replace("'", "").removeprefix("[").removesuffix("]")


def _of_option(option: str, ctx: click.Context) -> str:
    """What `--help` says of an option, without its default and limits; empty if it has no words on it."""
    named = {word.strip() for word in option.split("/")}
    for param in ctx.command.get_params(ctx):
        if isinstance(param, click.Option) and named & {*param.opts, *param.secondary_opts}:
            record = param.get_help_record(ctx)
            return " ".join(_BRACKETS.sub("", ": ".join(record)).split()) if record else ""
    return ""


def _nearest_option(option: str, ctx: click.Context) -> str:
    from dxemu.topology.words import listed, nearest

    known = [word for param in ctx.command.get_params(ctx) for word in (*param.opts, *param.secondary_opts)]
    options = {word.lstrip("-").replace("-", "_"): word for word in known if word.startswith("--")}
    close = nearest(option.lstrip("-"), options)
    if close is not None:
        return f"Did you mean '{options[close]}'?"
    return f"Known: {listed(sorted(options.values()), 'and')}." if options else _usage(ctx)


def _usage(ctx: click.Context) -> str:
    """How the command is written, with its first example."""
    form = " ".join(ctx.get_usage().split()).partition(": ")[2].replace(" [OPTIONS]", "")
    example = _EXAMPLE.search(ctx.command.epilog or "")
    return f"Write {form}" + (f", for example {example[1]}" if example and example[1] != form else "")


def _plain(words: str) -> str:
    """A sentence of click's as a problem is worded: no capital, no full stop. `WHAT` stays."""
    return (words if words[:2].isupper() else words[:1].lower() + words[1:]).removesuffix(".")
