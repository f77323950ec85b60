"""Where in the file each value stands, by its path of keys."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.errors import Mark
from dxemu.forms import form_of

KeyPath = tuple[str | int, ...]


class Marks:
    """Where each value of a file stands, and each key if `keys` says so."""

    def __init__(
        self,
        file: str,
        marks: Mapping[KeyPath, Mark],
        lines: tuple[str, ...],
        keys: Mapping[KeyPath, Mark] | None = None,
    ) -> None:
        self.file = file
        self.form = form_of(file)
        self.lines = lines
        self._marks = marks
        self._keys = keys or {}

    def at(self, *path: str | int) -> Mark:
        """The mark of the value at `path`, or of the nearest enclosing value that is there, or before this part."""
        while path:
            if path in self._marks:
                return self._marks[path]
            path = path[:-1]
        return self._keys.get((), Mark(self.file, 1, 1))

    def key_at(self, *path: str | int) -> Mark:
        """The mark of the last key of `path`; where it has none (a list's entry), that of the value.

        Of no path at all it is what stands before all of it, if this is a part of a file.
        """
        return self._keys.get(path) or self.at(*path)

    def below(self, *path: str | int) -> Marks:
        """The marks of the part of the file that stands under `path`, by paths that start there."""
        size = len(path)
        return Marks(
            self.file,
            {p[size:]: mark for p, mark in self._marks.items() if p[:size] == path},
            self.lines,
            {p[size:]: mark for p, mark in self._keys.items() if p[:size] == path},
        )

    def replaced(self, path: KeyPath, other: Marks, written: KeyPath | None = None) -> Marks:
        """These marks, with everything at and below `path` as `other` has it: that value now comes from there.

        It stands under `written` there, if that is another path.
        """
        there = path if written is None else written
        marks = _grafted(self._marks, other._marks, path, there)
        marks.setdefault(path, other.key_at(*there))
        return Marks(self.file, marks, self.lines, _grafted(self._keys, other._keys, path, there))

    def __contains__(self, mark: object) -> bool:
        """Whether a value or a key of this file stands there."""
        return mark in self._marks.values() or mark in self._keys.values()


def _grafted(
    tree: Mapping[KeyPath, Mark], graft: Mapping[KeyPath, Mark], path: KeyPath, there: KeyPath
) -> dict[KeyPath, Mark]:
    kept = {p: mark for p, mark in tree.items() if p[: len(path)] != path}
    size = len(there)
    return kept | {(*path, *p[size:]): mark for p, mark in graft.items() if p[:size] == there}
