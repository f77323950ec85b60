"""Small mutations of the pure half, each as the lines that it replaces: drawn, or read from what was printed before."""

from __future__ import annotations

import ast
import difflib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

SURVIVED = "LIVED"
OF_ANNOTATIONS = "BinaryOperator_BitOr"
"""Nothing evaluates an annotation."""
EQUAL_TO_ONE = re.compile(r"(==|!=) (None|\w+\.[A-Z_]+)\b")
"""Nothing here says of itself that it equals None, or a member of an enumeration: the same question as `is None`."""


@dataclass(frozen=True)
class Mutant:
    """Lines of a module and what is there instead, with the lines around them."""

    module: str
    line: int
    operator: str
    start: int
    """The line, from 1, that the difference begins with."""
    difference: tuple[str, ...]
    """Of a unified diff, without its heads."""

    def __str__(self) -> str:
        """As it is told and read again."""
        return f"{self.module}:{self.line}  {self.operator}"

    @property
    def text(self) -> str:
        """The difference as it is printed."""
        return "\n".join((f"@@ -{self.start} @@", *self.difference))

    def found_in(self, source: str) -> Mutant | None:
        """Where its lines are now, nearest to where they were; None if they are there no longer."""
        lines, old = source.split("\n"), [line[1:] for line in self.difference if line[0] != "+"]
        places = [at for at in range(1, len(lines) - len(old) + 2) if lines[at - 1 : at - 1 + len(old)] == old]
        if not places:
            return None
        start = min(places, key=lambda at: abs(at - self.start))
        return replace(self, start=start, line=self.line + start - self.start)

    def applied(self, source: str) -> str:
        """The module with it."""
        lines, before = source.split("\n"), self.start - 1
        new = [line[1:] for line in self.difference if line[0] != "-"]
        after = before + sum(line[0] != "+" for line in self.difference)
        return "\n".join([*lines[:before], *new, *lines[after:]])

    def is_equivalent(self) -> bool:
        """Whether nothing can notice it, by what it is."""
        removed = "\n".join(line[1:].strip() for line in self.difference if line[0] == "-")
        added = "\n".join(line[1:].strip() for line in self.difference if line[0] == "+")
        asked = EQUAL_TO_ONE.sub(lambda found: f"{'is' if found[1] == '==' else 'is not'} {found[2]}", added)
        # No decision hangs on an assert: it tells a type checker what is so. Nor on the star of a signature as a slash.
        return asked == removed or removed.startswith("assert ") or added.replace("/,", "*,") == removed


def between(module: str, operator: str, source: str, mutated: str) -> Mutant:
    """The mutant that makes the one text of the other."""
    heads = iter(difflib.unified_diff(source.split("\n"), mutated.split("\n"), lineterm=""))
    next(heads), next(heads)
    start = int(re.findall(r"\d+", next(heads))[0])
    difference = tuple(heads)
    first = next(at for at, line in enumerate(difference) if line[0] != " ")
    return Mutant(module, start + first, operator, start, difference)


def drawn(packages: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """So many of all that can be made in these packages; the same for the same seed and the same text."""
    modules = sorted(module for package in packages for module in (Path("dxemu") / package).glob("*.py"))
    with use_db("mutations.sqlite", WorkDB.Mode.create) as found:
        init(modules, found, {})
        specs = [
            spec for item in found.work_items for spec in item.mutations if OF_ANNOTATIONS not in spec.operator_name
        ]
    specs.sort(key=lambda spec: (str(spec.module_path), spec.start_pos, spec.operator_name, spec.occurrence))
    random.Random(seed).shuffle(specs)
    mutants = (mutant for mutant in map(_made, specs) if mutant and not mutant.is_equivalent())
    return [mutant for mutant, _ in zip(mutants, range(count), strict=False)]


def _made(spec: MutationSpec) -> Mutant | None:
    source = spec.module_path.read_text(encoding="utf-8")
    mutated = mutate_code(source, get_operator(spec.operator_name)(**spec.operator_args), spec.occurrence)
    if mutated in (None, source) or not _compiles(mutated):
        return None
    return between(str(spec.module_path), spec.operator_name, source, mutated)


def _compiles(source: str) -> bool:
    """Not where the star of a signature, or of a call, was taken for an operator."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def survivors(printed: str) -> Iterator[Mutant]:
    """Those that an earlier run has printed as survivors."""
    head: tuple[str, int, str] | None = None
    start, difference = 0, list[str]()
    for line in [*printed.split("\n"), "end"]:
        if line.startswith(("--- ", "+++ ")):
            continue
        if head and line[:2] == "@@":
            start = int(re.findall(r"\d+", line)[0])
        elif head and line[:1] in ("", " ", "-", "+"):
            difference.append(line or " ")
        else:
            if head and difference:
                while difference[-1] == " ":
                    difference.pop()
                yield Mutant(*head, start, tuple(difference))
            found = re.match(rf"{SURVIVED}\s+(\S+):(\d+)  (\S+)", line)
            head, difference = (found[1], int(found[2]), found[3]) if found else None, []


def function_at(source: str, line: int) -> str | None:
    """Whose body the line is in, methods by their class; None if it runs when the module is imported."""
    for node in ast.parse(source).body:
        of = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            match one:
                case ast.FunctionDef(end_lineno=int(end)) | ast.AsyncFunctionDef(end_lineno=int(end)):
                    if one.body[0].lineno <= line <= end:
                        return of + one.name
    return None
