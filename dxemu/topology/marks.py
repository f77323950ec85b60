"""Where in the file each value stands, by its path of keys."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.errors import Mark

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
        self.lines = lines
        self._marks = marks
        self._keys = keys or {}

    def at(self, *path: str | int) -> Mark:
        """The mark of the value at `path`, or of the nearest enclosing value that is in the file."""
        while path:
            if path in self._marks:
                return self._marks[path]
            path = path[:-1]
        return Mark(self.file, 1, 1)

    def key_at(self, *path: str | int) -> Mark:
        """The mark of the last key of `path`; where it has none (a list's entry), that of the value."""
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

    def replaced(self, path: KeyPath, other: Marks) -> Marks:
        """These marks, with everything at and below `path` as `other` has it: that value now comes from there."""
        size = len(path)
        return Marks(
            self.file,
            _grafted(self._marks, other._marks, path, size),
            self.lines,
            _grafted(self._keys, other._keys, path, size),
        )


def _grafted(
    tree: Mapping[KeyPath, Mark], graft: Mapping[KeyPath, Mark], path: KeyPath, size: int
) -> dict[KeyPath, Mark]:
    kept = {p: mark for p, mark in tree.items() if p[:size] != path}
    return kept | {p: mark for p, mark in graft.items() if p[:size] == path}
