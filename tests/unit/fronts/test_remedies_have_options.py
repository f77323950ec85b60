"""A remedy names only options that whoever reads it has: of the command that was given, or with that written out."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

import dxemu
from dxemu.cli.app import root
from dxemu.forms import BY_LAB, BY_PYTEST, BY_PYTHON, BY_RUN, BY_TRIAL, Means, asking_with, means

PACKAGE = Path(str(dxemu.__file__)).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
WRITTEN_OUT = re.compile(r"dxemu ([a-z]+(?: [a-z]+)?)([^\n`;]*?)(--[a-z][a-z-]*[a-z])")
OTHER_PROGRAMS = ("host/convert.py", "host/kernel_file.py", "host/process.py", "lab/probes/throughput.py")
"""What these call has options of the same names."""
SHOWN_BY: Mapping[str, str] = {
    "host/diagnosis.py --kernel": "up, run",
    "host/kernel_build.py --source": "kernel build",
    "host/kernel_store.py --force": "kernel build",
    "host/kernel_store.py --source": "kernel build",
    "host/diagnosis.py --force": "kernel build",
    "host/diagnosis.py --runs": "run",
    "host/shares.py --jobs": "audit, run",
    "lab/frame_dump.py --pcap": "run",
    "labs/again.py --name": "up",
    "labs/classes.py --name": "class start",
    "labs/requests.py --back": "change",
    "forms.py --runs": "run",
    "forms.py --memory": "run",
    "forms.py --stall-limit": "run",
    "forms.py --for": "fail",
    "report/html/page.py --run": "explain path, explain route",
    "report/html/page.py --lab": "explain path, explain route, status, report",
    "report/repeated.py --seed": "run",
    "run/frame_files.py --pcap": "run",
    "run/listing.py --runs": "list",
    "run/living.py --back": "change",
    "story/copies.py --into": "new",
    "story/matrix.py --set": "run",
    "story/load.py --topology": "run",
    "story/variant.py --set": "run",
    "topology/document.py --topology": "run",
}
"""The commands that show what a file outside `dxemu/cli` says of an option; each of them has it."""


def options() -> dict[str, set[str]]:
    """Those of every command, by its words."""
    found: dict[str, set[str]] = {}

    def take(name: str, command: click.Command) -> None:
        found[name] = {word for each in command.params for word in (*each.opts, *each.secondary_opts)}
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            for each in command.list_commands(ctx):
                below = command.get_command(ctx, each)
                assert below is not None
                take(f"{name} {each}".strip(), below)

    take("", root)
    return found


OPTIONS = options()
KNOWN = set().union(*OPTIONS.values()) - {"--help", "--version"}


@functools.cache
def texts(file: Path) -> tuple[str, ...]:
    """What a file's code says, without docstrings; a text with values in it as one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (comments | parts):
            found.append(node.value)
    return tuple(text for text in found if "--" in text)


def written_out(text: str) -> tuple[str, list[str]]:
    """A text without the commands that it writes out, and what is wrong with those."""
    wrong = []

    def check(found: re.Match[str]) -> str:
        words = found[1].split()
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in OPTIONS), "")
        if name and found[3] not in OPTIONS[name]:
            wrong.append(f"dxemu {name} has no {found[3]}")
        return "" if name else found[0]

    return WRITTEN_OUT.sub(check, text), wrong


def test_commands_that_are_written_out_have_their_options() -> None:
    wrong = [
        f"{file.relative_to(PACKAGE)}: {each}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for text in texts(file)
        for each in written_out(text)[1]
    ]
    assert not wrong


def test_an_option_by_itself_is_one_of_every_command_that_shows_it() -> None:
    said = {
        f"{file.relative_to(PACKAGE)} {option}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if "cli" not in file.relative_to(PACKAGE).parts and not str(file).endswith(OTHER_PROGRAMS)
        for text in texts(file)
        for option in OPTION.findall(written_out(text)[0])
        if option in KNOWN
    }
    assert said == set(SHOWN_BY), "write the command out (`dxemu run --runs`), or ask `dxemu.forms`"
    for where, commands in SHOWN_BY.items():
        lacking = [name for name in commands.split(", ") if where.split()[1] not in OPTIONS[name]]
        assert not lacking, where


@pytest.mark.parametrize("name", [name for name in OPTIONS if (PACKAGE / "cli" / f"{name}.py").is_file()])
def test_a_command_speaks_of_its_own_options(name: str) -> None:
    own = OPTIONS[name].union(*(found for other, found in OPTIONS.items() if other.startswith(f"{name} ")))
    said = {
        option
        for text in texts(PACKAGE / "cli" / f"{name}.py")
        for option in OPTION.findall(written_out(text)[0])
        if option in KNOWN and not text.startswith(f"{name} ")
    }
    assert said <= own


@pytest.mark.parametrize(
    ("at_hand", "commands"),
    [(BY_RUN, ["run"]), (BY_LAB, ["up", "class start"]), (BY_TRIAL, ["doctor", "kernel build"])],
)
def test_means_are_options_of_their_commands(at_hand: Means, commands: list[str]) -> None:
    said = set(OPTION.findall(f"{at_hand.folder} {at_hand.memory} {at_hand.patience}"))
    assert all(said <= OPTIONS[name] for name in commands)


def test_python_is_told_of_arguments() -> None:
    with asking_with(BY_PYTEST), asking_with(BY_PYTHON):
        assert means() is BY_PYTEST
    with asking_with(BY_PYTHON):
        assert "runs=" in means().folder
        assert means().option("at", "12s") == "at='12s'"
        assert means().option("ipv6", "True") == "ipv6=True"
    assert means().option("at", "12s") == "--at 12s"
