"""The file for a virtual machine of a cloud says what dxemu needs, and what it runs at boot are commands of dxemu's."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from dxemu.cli.app import root
from dxemu.host.diagnosis import _MODULES

FILE = Path(__file__).parents[2] / "cloud-init.yaml"


@pytest.fixture(scope="module")
def config() -> Any:
    return YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))


def written(config: Any, path: str) -> str:
    (content,) = (file["content"] for file in config["write_files"] if file["path"] == path)
    return str(content)


def test_it_is_user_data(config: Any) -> None:
    assert FILE.read_text(encoding="utf-8").startswith("#cloud-config\n")
    assert {"packages", "users", "write_files", "runcmd"} <= config.keys()


def test_every_module_that_a_lab_needs_is_loaded(config: Any) -> None:
    loaded = set(written(config, "/etc/modules-load.d/dxemu.conf").split())
    assert loaded == {module for modules in _MODULES.values() for module in modules}


def test_what_runs_at_boot_is_understood(config: Any) -> None:
    settings = dict(line.split("=") for line in written(config, "/etc/default/dxemu-class").split())
    lines = written(config, "/etc/systemd/system/dxemu-class.service").splitlines()
    commands = [line.partition("=")[2].lstrip("-") for line in lines if line.startswith("Exec")]
    assert len(commands) == 3
    for command in commands:
        for name, value in settings.items():
            command = command.replace(f"${{{name}}}", value)
        program, group, verb, *arguments = shlex.split(command)
        found = root.get_command(click.Context(root), group)  # type: ignore[attr-defined]
        assert program.endswith("/.venv/bin/dxemu") and isinstance(found, click.Group)
        found.commands[verb].make_context(verb, arguments)
