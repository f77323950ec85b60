"""Manual pages (man(7)) of commands."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

import dxemu


def pages(root: click.Command) -> Iterator[tuple[str, str]]:
    """The name of each file, `dxemu-run.1`, and its text."""
    yield from _pages(click.Context(root, info_name="dxemu", **root.context_settings), ("dxemu",))


def _pages(ctx: click.Context, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    command = ctx.command
    below = []
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            if found is not None and not found.hidden:
                below.append(click.Context(found, info_name=name, parent=ctx))
    yield f"{'-'.join(names)}.1", _page(ctx, names, below)
    for one in below:
        yield from _pages(one, (*names, str(one.info_name)))


def _page(ctx: click.Context, names: Sequence[str], below: Sequence[click.Context]) -> str:
    command, title = ctx.command, "-".join(names)
    lines = [f'.TH "{_plain(title.upper())}" "1" "{_today()}" "dxemu {dxemu.__version__}" "dxemu"', ".SH NAME"]
    lines += [*_filled(f"{title} - {command.get_short_help_str(limit=200)}"), ".SH SYNOPSIS"]
    usage = " ".join(command.collect_usage_pieces(ctx))
    lines += [f".B {_plain(' '.join(names))}", _plain(usage), ".SH DESCRIPTION"]
    for number, paragraph in enumerate((command.help or "").replace("\b\n", "").split("\n\n")):
        lines += [*([".PP"] if number else []), *_filled(paragraph)]
    options = [record for one in command.get_params(ctx) if (record := one.get_help_record(ctx)) and record[1]]
    lines += _entries("OPTIONS", options)
    lines += _entries("COMMANDS", [(str(one.info_name), one.command.get_short_help_str(limit=200)) for one in below])
    if command.epilog:
        shown = [line.removeprefix("  ") for line in command.epilog.splitlines() if line.startswith("  ")]
        lines += [".SH EXAMPLES", ".nf", *map(_plain, shown), ".fi"]
    return "\n".join(lines) + "\n"


def _entries(title: str, entries: Sequence[tuple[str, str]]) -> list[str]:
    if not entries:
        return []
    return [f".SH {title}", *(line for name, text in entries for line in (".TP", f".B {_plain(name)}", *_filled(text)))]


def _filled(text: str) -> list[str]:
    """Lines of at most 80 characters, as man(7) wants them; how long they are shown is not theirs to say."""
    short = textwrap.wrap(" ".join(text.split()), 70, break_long_words=False, break_on_hyphens=False)
    return [_plain(line) for line in short]


def _today() -> str:
    """The day, or that of SOURCE_DATE_EPOCH: who packs the pages wants the same ones each time."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.now(UTC)
    return moment.date().isoformat()


def _plain(text: str) -> str:
    """Text that man(7) shows as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
