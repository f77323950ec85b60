"""Words of scenario files that are others now: what was written for an earlier version goes on being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dxemu.probes.base import Probe
from dxemu.topology.yaml import Tree

PROBES = "probes"


def as_now(tree: Tree, kinds: Mapping[str, type[Probe]]) -> Tree:
    """The same file with the words that kinds of probes have now. What is wrong in it is shown where it is written."""
    if not isinstance(tree.value, dict) or not isinstance(probes := tree.value.get(PROBES), dict):
        return tree
    entries = {name: entry for name, entry in probes.items() if isinstance(entry, dict)}
    if all(word in kinds for entry in entries.values() for word in entry):
        return tree  # before the kinds are asked: that imports them all
    former = {made.former: kind for kind, made in kinds.items() if made.former}
    found, marks = dict(probes), tree.marks
    for name, entry in entries.items():
        for word in former.keys() & entry.keys():
            found[name] = {former.get(key, key): value for key, value in entry.items()}
            here = (PROBES, name)
            marks = marks.replaced((*here, former[word]), marks, (*here, word))
    return replace(tree, value={**tree.value, PROBES: found}, marks=marks)
