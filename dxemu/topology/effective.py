"""A topology as it took effect: the file with a scenario's `change` laid over it, kept with a run, without its keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dxemu.errors import InputErrors
from dxemu.topology import document, yaml
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.topology.secrets import SECRETS

FILE = "topology.yaml"
"""Its name in a run's folder."""


def changed_file(number: int) -> str:
    """The name of what the design is after so many changes."""
    return f"topology.{number}.yaml"


LEFT_OUT = " and ".join(sorted(SECRETS))
"""The keys that are not kept, in words."""
_HEAD = "# The topology {name} as this run had it: with what was changed, {without} {secrets}.\n"


def text_of(path: Path, change: object = None) -> str:
    """The file at `path` with the patch `change` laid over it, as `read` reads it again: all of it but its keys.

    Raises InputErrors if it cannot be read.
    """
    found = document.read(path)
    return text_of_document(found.changed(yaml.Tree(change, found.tree.marks)))


def text_of_document(found: document.Document, *, secrets: bool = False) -> str:
    """A document, as `read` reads it again: all of it but its keys, unless with `secrets`.

    Raises InputErrors if it cannot be read.
    """
    tree = found.tree
    if tree.problems:
        raise InputErrors(list(tree.problems))
    without = "with" if secrets else "without"
    head = _HEAD.format(name=found.name, without=without, secrets=LEFT_OUT)
    return head + yaml.dump(tree.value if secrets else without_secrets(tree.value))


def read(path: Path, name: str) -> Topology:
    """The topology called `name` that `text_of` wrote. Raises InputErrors."""
    return replace(load(path), name=name)


def without_secrets(value: object) -> object:
    """`value` without secrets: one is made up where it is missing, as AWS does, and no route depends on it.

    A virtual interface that is called like one is a mapping and stays.
    """
    if isinstance(value, dict):
        return {
            key: without_secrets(inner)
            for key, inner in value.items()
            if key not in SECRETS or isinstance(inner, dict | list)
        }
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value
