"""ruamel.yaml's reader with limits: what is beyond them is refused as soon as it is seen, before it costs anything.

Without them a file of 1 MB costs half a minute (a list of 400 000 numbers, 49 000 keys) or ends in a RecursionError.
"""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.scanner import Scanner

MAX_DEPTH = 32
MAX_KEYS = 5_000
MAX_VALUES = 20_000
MAX_TAG = 100
_TAG = re.compile(rf"[^\s\0]{{{MAX_TAG}}}")


class Beyond(Exception):
    """A limit is passed, at this line and column, which count from 0."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(problem)


def problem_of(depth: int, keys: int, values: int) -> str | None:
    """What is wrong with a file that is as deep as this, with so many keys and values; None if nothing is."""
    if depth > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    if keys > MAX_KEYS:
        return f"more than {MAX_KEYS} keys"
    return f"more than {MAX_VALUES} values" if values > MAX_VALUES else None


class _Composer(Composer):
    """Counts what it composes."""

    inside = 0
    keys = 0
    values = 0

    def compose_node(self, parent: Any, index: Any) -> Node:  # Any: as in ruamel.yaml
        self.inside += 1
        self.values += 1
        self.keys += isinstance(parent, MappingNode) and index is None
        problem = problem_of(self.inside - 1, self.keys, self.values - self.keys)
        if problem is not None:
            place = self.parser.peek_event().start_mark
            raise Beyond(problem, place.line, place.column)
        node: Node = super().compose_node(parent, index)
        self.inside -= 1
        return node


class _Scanner(Scanner):
    """Its time grows with the square of a tag's length."""

    def scan_tag(self) -> Any:  # Any: as in ruamel.yaml
        reader = self.reader
        if _TAG.match(reader.buffer, reader.pointer):
            raise Beyond(f"a tag of {MAX_TAG} characters or more", reader.line, reader.column)
        return super().scan_tag()


def composed(text: str) -> Node | None:
    """The document in `text`; None if it is empty. Raises Beyond, YAMLError, and what ruamel.yaml's faults raise."""
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _Composer
    reader.Scanner = _Scanner
    reader.composer.warn_double_anchors = False  # YAML 1.2 allows to use the name of an anchor again.
    node: Node | None = reader.compose(text)
    return node
