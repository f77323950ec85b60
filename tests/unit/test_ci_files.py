"""Every line of the files for CI, containers and machines that runs dxemu is one that dxemu understands."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dxemu.cli.app import root

REPOSITORY = Path(__file__).parents[2]
FILES = [
    REPOSITORY / name
    for name in ("action.yml", "Containerfile", "Vagrantfile", "cloud-init.yaml", ".pre-commit-hooks.yaml")
] + sorted((REPOSITORY / "examples" / "ci").iterdir())
CALL = re.compile(r"(?:^|[\s`'\"(]|/bin/)dxemu ((?:[a-z]+)(?: [^`'\n|&;)]*)?)")
"""What is run: up to a quote, a bracket, or the end of a command."""
VARIABLE = re.compile(r"\"?\$\{?(\w+)\}?\"?")
VALUES = {"SEED": "7", "LABS": "2", "TOPOLOGY": "backup_connection"}
"""What is no file of a scenario."""
PROSE = {"bash", "dxemu", "for", "from", "in", "is", "needs", "that"}
"""Words behind the name where it is no command, or an image's name."""


def calls(text: str) -> Iterator[list[str]]:
    for found in CALL.finditer(text):
        words = VARIABLE.sub(lambda v: VALUES.get(v[1], "cut_primary_silently"), found[1])
        words = words.partition("   (")[0].rstrip(" .,:")
        if words.split()[0] not in PROSE:
            yield shlex.split(words, comments=True)


def understood(words: list[str]) -> None:
    """Raises UsageError. The files may be left out: pre-commit adds them, and a comment may speak of the option."""
    command: click.Command | None = root
    while isinstance(command, click.Group) and words and words[0] != "explain":
        name, *words = words
        command = command.get_command(click.Context(command), name)
    assert command is not None  # or UsageError was raised
    with contextlib.suppress(click.MissingParameter):
        command.make_context(command.name, words)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_runs_dxemu_is_understood(file: Path) -> None:
    found = list(calls(file.read_text(encoding="utf-8")))
    assert found or file.name in ("Vagrantfile", "github.yml"), "which run dxemu by a script, and by action.yml"
    for words in found:
        understood(words)


def test_what_is_no_command_is_found() -> None:
    (line,) = calls("  - dxemu chek topologies/*.yaml || true\n")
    assert line == ["chek", "topologies/*.yaml"]
    with pytest.raises(click.UsageError, match="Did you mean 'check'"):
        understood(line)
    with pytest.raises(click.UsageError):
        understood(*calls("sh 'dxemu run --juint x.xml scenarios/x.yaml'"))
