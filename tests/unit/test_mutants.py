"""What scripts/mutate changes: it says so, finds it again, and leaves out what nothing could notice."""

from __future__ import annotations

import importlib
import sys

import pytest

from tools.covering import LOOKS_AT_MODULES, Known, chosen
from tools.mutants import Mutant, between, drawn, function_at, survivors
from tools.trials import put_in_place

SOURCE = """\
LIMIT = 3


class Table:
    size: int | None = None

    def full(self, count: int) -> bool:
        assert count > 0
        return self.size is None or count > self.size


def first(rows, *, kind=None):
    return rows[0], kind is Kind.FIRST
"""


def made(old: str, new: str) -> Mutant:
    assert SOURCE.count(old) == 1
    return between("dxemu/aws/table.py", "core/Some", SOURCE, SOURCE.replace(old, new))


def test_a_survivor_is_read_again_as_it_was_printed() -> None:
    two = [made("count > self", "count >= self"), made("LIMIT = 3", "LIMIT = 4")]
    dead = "died   dxemu/a.py:1  core/Other  a test"
    printed = "".join(f"LIVED  {one}  of 3 test files\n{one.text}\n{dead}\n" for one in two)
    assert list(survivors(printed + "0 of 2 mutations were noticed\n")) == two
    assert [one.applied(SOURCE).split("\n")[one.line - 1] for one in two] == [
        "        return self.size is None or count >= self.size",
        "LIMIT = 4",
    ]


def test_it_is_found_where_its_lines_have_gone() -> None:
    mutant = made("rows[0]", "rows[1]")
    below = "# New.\n\n" + SOURCE
    found = mutant.found_in(below)
    assert found is not None
    assert found.line == mutant.line + 2
    assert found.applied(below) == below.replace("rows[0]", "rows[1]")
    assert mutant.found_in(SOURCE.replace("rows[0]", "rows[-1]")) is None
    twice = SOURCE + "\n\n" + SOURCE
    assert made("rows[0]", "rows[1]").found_in(twice) == mutant, "the nearest of two"


@pytest.mark.parametrize(
    ("old", "new", "equivalent"),
    [
        ("size is None", "size == None", True),
        ("size is None", "size is not None", False),
        ("size is None", "size != None", False),
        ("assert count > 0", "assert count > -1", True),
        ("rows, *, kind", "rows, /, kind", True),
        ("LIMIT = 3", "LIMIT = 4", False),
        ("kind is Kind.FIRST", "kind == Kind.FIRST", True),
        ("kind is Kind.FIRST", "kind != Kind.FIRST", False),
    ],
)
def test_what_nothing_can_notice_is_left_out(old: str, new: str, equivalent: bool) -> None:
    assert made(old, new).is_equivalent() is equivalent


def test_it_is_of_the_function_whose_body_it_is_in() -> None:
    lines = SOURCE.split("\n")
    assert [function_at(SOURCE, 1 + lines.index(line)) for line in lines if line.strip()] == [
        *(None, None, None, None, "Table.full", "Table.full"),
        *(None, "first"),
    ]


def test_cheap_test_files_that_run_it_come_first(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "dxemu" / "aws" / "table.py"
    module.parent.mkdir(parents=True)
    module.write_text(SOURCE)
    (tmp_path / "dxemu" / "user.py").write_text("from dxemu.aws.table import LIMIT\n")
    known = {
        "dear": Known("", 5.0, ("dxemu/aws/table.py:first", "dxemu/aws/table.py:Table.full")),
        "cheap": Known("", 1.0, ("dxemu/aws/table.py:first",)),
        "user": Known("", 2.0, ("dxemu/user.py:use",)),
        "other": Known("", 0.1, ("dxemu/other.py:use",)),
    }
    assert chosen(made("rows[0]", "rows[1]"), known) == ["cheap", "dear"]
    assert chosen(made("count > self", "count < self"), known) == ["dear"]
    assert chosen(made("LIMIT = 3", "LIMIT = 4"), known) == [*LOOKS_AT_MODULES, "cheap", "user", "dear"]


def test_the_same_are_drawn_for_a_seed(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "dxemu" / "aws" / "table.py"
    module.parent.mkdir(parents=True)
    module.write_text(SOURCE)
    one, same, other = drawn(["aws"], 4, 1), drawn(["aws"], 4, 1), drawn(["aws"], 4, 2)
    assert one == same != other
    everything = drawn(["aws"], 1000, 1)
    assert {mutant.line for mutant in everything} == {1, 9, 13}
    assert len({mutant.text for mutant in everything}) == len(everything)


def test_a_function_that_is_imported_has_the_mutants_code(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    source = SOURCE.replace("def first(", "@staticmethod\ndef first(").replace(", kind is Kind.FIRST", "")
    (tmp_path / "mutated_here.py").write_text(source)
    module = importlib.import_module("mutated_here")
    monkeypatch.setitem(sys.modules, "mutated_here", module)
    held, table = module.first, module.Table()
    table.size = 2
    for old, new in ("rows[0]", "rows[1]"), ("count > self", "count >= self"):
        put_in_place(between("mutated_here.py", "core/Some", source, source.replace(old, new)))
        assert (held("ab"), table.full(2)) == (("b", False) if "rows" in old else ("a", True))
