"""What options of `dxemu run` hold, checked before anything starts. No command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])  # Any: whatever a command takes


def given_values(values: Sequence[str]) -> Mapping[str, str]:
    """`loss=20 %` by name. Raises click.BadParameter."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name or not text:
            raise click.BadParameter(f"'{value}' gives nothing a value\n  Write for example --set loss=20%.")
        if name in found:
            raise click.BadParameter(f"'{name}' is given twice\n  Leave one of them out.")
        found[name] = text
    return found


def memory_size(value: str | None) -> str | None:
    """A size as the kernel reads it. Raises click.BadParameter."""
    if value is not None and not re.fullmatch(r"[1-9][0-9]{0,5}[MG]", value):
        raise click.BadParameter(f"'{value}' is no size\n  Write for example 512M or 2G.")
    return value


def pcap_options(command: F) -> F:
    """`--pcap NAME`, any number of times, and `--esp-keys`."""
    words = "Leave the keys of all tunnels, as Wireshark has them, in the file esp_sa."
    command = click.option("--esp-keys", is_flag=True, help=words)(command)
    words = "Leave all frames at both ends of this cable or connection, or at all ports of this node, in NAME.pcapng."
    return click.option("--pcap", multiple=True, metavar="NAME", help=words)(command)
