"""A patch laid over a topology file's tree, as JSON merge patches are (RFC 7396), with the place of every value.

Mappings merge, lists and values are replaced, `null` removes. Beyond that: a mapping laid over a list of mappings (the
tunnels of a VPN) merges into its entries, which count from 1; and what a patch names has to be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dxemu.errors import Mark, ProblemList
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import entries_at, fields_by_key, model_at
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import listed, nearest, quoted, suggestion
from dxemu.topology.yaml import Tree

PARAGRAPHS = {
    "DX-C001": """\
A change names something that the topology does not have. A change is written like the topology:
mappings merge with what is there, lists are replaced, and null removes (as in RFC 7396, JSON Merge
Patch). To remove what is not there is an error, because a misspelt name would otherwise change
nothing; and so is a new name with too little under it to be added. The tunnels of a VPN are a list
whose entries a change calls 1 and 2.""",
}


def patch_of(value: Mapping[str, object], mark: Mark) -> Tree:
    """A patch that stands in no file's own lines: all of it is where `mark` is."""
    return Tree(dict(value), Marks(mark.file, {}, (), {(): mark}))


def merged(base: Tree, patch: Tree) -> Tree:
    """`base` with `patch` laid over it. Its `problems` are the base's and what the patch names that is not there.

    Marks are those of where each value was written; what was removed is where the patch removes it. DX-C001.
    """
    if patch.value is None:
        return base
    merge = _Merge(base.marks, patch.marks)
    value = merge.value(base.value, patch.value, (), ())
    return Tree(value, merge.marks, (*base.problems, *merge.problems.problems))


@dataclass
class _Merge:
    """One patch being laid over one tree. Paths are the tree's; `written` are those of the patch."""

    marks: Marks
    patch: Marks
    problems: ProblemList = field(default_factory=ProblemList)

    def value(self, low: object, high: object, path: KeyPath, written: KeyPath) -> object:
        """What stands at `path` afterwards."""
        most = entries_at(TopologyFile, path)
        if isinstance(high, dict) and most is not None and (low is None or isinstance(low, list)):
            return self._entries(low or [], high, path, written, most)
        if not isinstance(high, dict):
            self.marks = self.marks.replaced(path, self.patch, written)
            return high
        if not isinstance(low, dict):
            # What stood there, if anything did, was no mapping: it is replaced by what is merged into nothing.
            self.marks = self.marks.replaced(path, self.patch, written)
            low = {}
        found = dict(low)
        for key, inner in high.items():
            self._key(found, str(key), inner, (*path, key), (*written, key))
        return found

    def _key(self, found: dict[str, object], key: str, high: object, path: KeyPath, written: KeyPath) -> None:
        known = model_at(TopologyFile, path[:-1])
        if high is not None:
            if not self._meant_another(found, key, high, path, written):
                found[key] = self.value(found.get(key), high, path, written)
        elif key in found:
            del found[key]
            self.marks = self.marks.replaced(path, self.patch, written)
        elif known is None:
            remedy = suggestion(key, found, f"Nothing is there. To add it write {self.patch.form.at(path, '{}')}.")
            self._absent(key, path, written, "to remove", remedy)
        elif key not in fields_by_key(known):
            found[key] = None  # told of as an unknown key
            self.marks = self.marks.replaced(path, self.patch, written)

    def _meant_another(
        self, found: Mapping[str, object], key: str, high: object, path: KeyPath, written: KeyPath
    ) -> bool:
        """Whether a name that is not there, with too little under it to be added, was meant to be another one."""
        model = model_at(TopologyFile, path)
        if key in found or model is None or model_at(TopologyFile, path[:-1]) is not None:
            return False
        needed = [name for name, known in fields_by_key(model).items() if known.is_required()]
        given = high if isinstance(high, dict) else {}
        close = nearest(key, found)
        if close is None or all(name in given for name in needed):
            return False
        remedy = f"Did you mean '{close}'? A new one needs {listed(needed, 'and')}."
        self._absent(key, path, written, "to change", remedy)
        return True

    def _absent(self, key: str, path: KeyPath, written: KeyPath, what: str, remedy: str) -> None:
        noun = str(path[-2]).removesuffix("s").replace("_", " ") if len(path) > 1 else "key"
        problem = f"there is no {noun} {quoted(key)} {what}"
        self.problems.add(self.patch.key_at(*written), "DX-C001", problem, remedy)

    def _entries(
        self, low: object, high: Mapping[str, object], path: KeyPath, written: KeyPath, most: int
    ) -> list[object]:
        """A list whose entries are called 1, 2 and so on in the patch. What nobody wrote before them is empty."""
        found = list(low) if isinstance(low, list) else []
        for key, inner in high.items():
            number = int(key) if key.isascii() and key.isdigit() else 0
            if not 1 <= number <= most:
                remedy = f"They are called {listed(map(str, range(1, most + 1)), 'and')}."
                self._absent(key, (*path, key), (*written, key), "to change", remedy)
                continue
            found += [{}] * (number - len(found))
            here = (*path, number - 1)
            found[number - 1] = {} if inner is None else self.value(found[number - 1], inner, here, (*written, key))
        return found
