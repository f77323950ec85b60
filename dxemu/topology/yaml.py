"""YAML text -> plain values, and where each of them stands.

YAML 1.2: `on`, `off`, `yes` and `no` are text there; `fields.Switch` reads them where a key takes on or off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from dxemu.errors import InputErrors, Mark, Problem, ProblemList
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.source import text_of
from dxemu.topology.words import sentence
from dxemu.topology.yaml_limits import Beyond, composed, problem_of

MAX_WIDTH = 10_000
"""Lines are not broken: a value stays on its line."""
_WORDS = {"flow sequence": "list in brackets", "flow mapping": "mapping in braces", "scalar": "text"}
_STANDARD_TAG = "tag:yaml.org,2002:"
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_LIMIT = "Is it the right file? docs/topology-file.md has the limits."

PARAGRAPHS = {
    "DX-F001": """\
The file is not YAML 1.2, or uses a part of YAML that dxemu does not read: several documents in one
file, tags such as !include, keys that are lists, aliases that contain themselves. The position is
where the reader gave up: the mistake is there or shortly before it. Usual causes are a bracket that
is not closed, a missing space after a colon, a tab, and text with ': ' in it that is not quoted.""",
    "DX-F003": """\
The file is empty, or what stands in it is a list or a single value. Topologies and scenarios are
mappings: lines of `key: value`. The folders topologies/ and scenarios/ have complete examples.""",
    "DX-F004": """\
A key is written twice in one mapping. YAML forbids it, and many readers silently take the last one.
In a topology the key is often a name: two connections cannot both be called `primary`.""",
    "DX-F011": """\
The file is beyond a limit: 1 MB, 5000 keys, 20 000 values, 32 levels of nesting, tags of 100
characters; what aliases repeat is counted as often as it is repeated. Two hundred virtual
interfaces with a gateway and a VPC each have about 4000 keys. The limits are there so that no file,
whoever wrote it, takes more than a few seconds and 200 MB to be looked at.""",
}


@dataclass(frozen=True, slots=True)
class Tree:
    """What a file says: dicts, lists, text, numbers, booleans and None, and where each stands.

    `problems` are mistakes that did not keep it from being read: a key twice, an unknown tag.
    """

    value: object
    marks: Marks
    problems: tuple[Problem, ...] = ()

    def below(self, key: str) -> Tree:
        """The part under a key of the outermost mapping; None as its value if the key is absent."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Tree(value, self.marks.below(key))


def read(path: Path) -> Tree:
    """Raises InputErrors: DX-F001 (not YAML), DX-F003 (empty), DX-F004 (a key twice), DX-F011 (beyond a limit).

    Those of `text_of` as well.
    """
    return parse(text_of(path), str(path))


def parse_whole(text: str, file: str) -> Tree:
    """As `parse`, of what is carried out at once: a mistake that did not keep it from being read is one, too."""
    tree = parse(text, file)
    if tree.problems:
        raise InputErrors(list(tree.problems))
    return tree


def parse(text: str, file: str) -> Tree:
    """The tree of `text`, which is called `file` in marks. Raises InputErrors as `read` does."""
    try:
        root = composed(text)
    except Beyond as beyond:
        mark = Mark(file, beyond.line + 1, beyond.column + 1)
        raise _failed(mark, "DX-F011", beyond.problem, _LIMIT) from beyond
    except MarkedYAMLError as error:
        raise InputErrors([_not_yaml(error, file)]) from error
    except ReaderError as error:
        raise InputErrors([_no_character(error, text, file)]) from error
    except YAMLError as error:
        raise _failed(Mark(file, 1, 1), "DX-F001", f"not YAML: {_first_line(error)}", "Remove it.") from error
    except (ValueError, AttributeError, TypeError, IndexError, KeyError, AssertionError) as error:
        # ruamel.yaml meets some broken directives, anchors and escapes with these instead of YAMLError.
        problem = f"not YAML: {_first_line(error)}"
        raise _failed(Mark(file, 1, 1), "DX-F001", problem, "Remove directives, tags and escapes.") from error
    lines = tuple(text.splitlines())
    walk = _Walk(file, lines)
    if not isinstance(root, MappingNode):
        problem = "the file is empty" if root is None else "the file is not a mapping of keys to values"
        raise _failed(Mark(file, 1, 1), "DX-F003", problem, "Start with `story: ...`; topologies/ has examples.")
    value = walk.value(root, (), None)
    return Tree(value, Marks(file, walk.marks, lines, walk.keys), tuple(walk.problems.problems))


def dump(value: object) -> str:
    """The text that `parse` reads as `value`: dicts, lists, text, numbers, booleans and None."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # it begins as None
    writer.allow_unicode = True
    writer.width = MAX_WIDTH
    writer.representer.ignore_aliases = lambda _: True
    text = StringIO()
    writer.dump(value, text)
    return text.getvalue()


@dataclass
class _Walk:
    """One walk over a composed document."""

    file: str
    lines: tuple[str, ...]
    problems: ProblemList = field(default_factory=ProblemList)
    marks: dict[KeyPath, Mark] = field(default_factory=dict)
    keys: dict[KeyPath, Mark] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    seen: int = 0

    def value(self, node: Node, path: KeyPath, key: Mark | None) -> object:
        """The value of `node`. A mapping or list is marked at its key, if it has one."""
        mark = self._mark(node)
        self.marks[path] = mark if isinstance(node, ScalarNode) or key is None else key
        self.seen += 1
        beyond = problem_of(len(path), len(self.keys), self.seen)
        if beyond is not None:  # without its aliases it is not
            raise _failed(mark, "DX-F011", f"{beyond}, with its aliases", "Look for aliases of aliases.")
        if id(node) in self.open:
            raise _failed(mark, "DX-F001", "an alias contains itself", "Write the value out.")
        self.open.add(id(node))
        try:
            return self._value(node, path, mark)
        finally:
            self.open.discard(id(node))

    def _value(self, node: Node, path: KeyPath, mark: Mark) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(entry, (*path, number), None) for number, entry in enumerate(node.value)]
        if not str(node.tag).startswith(_STANDARD_TAG):
            self.problems.add(mark, "DX-F001", f"the tag {node.tag} is not known here", "Remove it.")
        if _SURROGATE.search(str(node.value)):
            self.problems.add(mark, "DX-F001", "half of a character: \\ud800 to \\udfff", "Write the character itself.")
            return ""
        return _scalar(str(node.value), str(node.tag).removeprefix(_STANDARD_TAG))

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            mark = self._mark(key_node)
            if not isinstance(key_node, ScalarNode):
                self.problems.add(mark, "DX-F001", "a key is a list or a mapping", "Keys are single words.")
                continue
            key = str(key_node.value)
            if key in values:
                first = self.keys[*path, key]
                there = "" if mark.form.by_hand else f"The first one is at line {first.line}. "
                remedy = f"{there}Keep one of them."
                self.problems.add(mark, "DX-F004", f"'{key}' is written twice here", remedy)
                continue
            self.keys[*path, key] = mark
            values[key] = self.value(value_node, (*path, key), mark)
        return values

    def _mark(self, node: Node) -> Mark:
        start, end = node.start_mark, node.end_mark
        if end.line == start.line:
            width = end.column - start.column
        else:
            line = self.lines[start.line] if start.line < len(self.lines) else ""
            width = len(line.rstrip()) - start.column
        return Mark(self.file, start.line + 1, start.column + 1, max(width, 1))


def _scalar(text: str, tag: str) -> object:
    if tag == "int":
        try:
            return int(text) if _WHOLE.match(text) else int(text.replace("_", ""), 0)
        except ValueError:
            return text
    if tag == "float":
        try:
            return float(text.replace("_", ""))
        except ValueError:  # .inf, .nan
            return text
    if tag == "bool":
        return text.lower() == "true"
    return None if tag == "null" else text


def _not_yaml(error: MarkedYAMLError, file: str) -> Problem:
    place: StringMark | None = error.problem_mark or error.context_mark
    mark = Mark(file, place.line + 1, place.column + 1) if place is not None else Mark(file, 1, 1)
    what = _plain(error.problem or error.context or "it cannot be read")
    if "\\t" in what:
        return Problem(mark, "DX-F001", "not YAML: a tab stands where YAML wants spaces", "Indent with spaces.")
    if place is not None and "::" in (place.buffer or "")[max(0, place.pointer - 1) : place.pointer + 2]:
        remedy = 'Put what begins with two colons into quotes: "::/0".'
        return Problem(mark, "DX-F001", f"not YAML: {what}", remedy)
    remedy = "Look for a bracket that is not closed, a missing ': ', or an indent that differs."
    if mark.form.by_hand:
        remedy = "Look for a bracket or a quote that is not closed."
    elif error.context and error.context.startswith("while") and error.context_mark is not None:
        remedy = f"It happened {_plain(error.context)} that begins at line {error.context_mark.line + 1}. {remedy}"
    return Problem(mark, "DX-F001", f"not YAML: {what}", remedy)


def _no_character(error: ReaderError, text: str, file: str) -> Problem:
    before = text[: error.position]
    mark = Mark(file, before.count("\n") + 1, error.position - before.rfind("\n"))
    return Problem(mark, "DX-F001", f"not YAML: the control character {error.character:#04x}", "Remove it.")


def _plain(text: str) -> str:
    """ruamel.yaml's words in those of people: no tokens in angle brackets, no flow sequences."""
    for word, plain in _WORDS.items():
        text = text.replace(word, plain)
    return re.sub(r"'<([a-z ]+)>'|<([a-z ]+)>", lambda m: f"{m[1] or m[2]}", text.splitlines()[0])


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _failed(mark: Mark, code: str, problem: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(mark, code, problem, sentence(remedy))])
