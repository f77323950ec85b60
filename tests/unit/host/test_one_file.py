"""The modules of a lab come out of one file as they would from their own, or are looked for as ever."""

from __future__ import annotations

import compileall
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from dxemu.host import one_file
from dxemu.host.guest import PYTHON_OPTIONS
from dxemu.host.job import SERVED_IMPORTS, search_path
from dxemu.host.one_file import OneFile, written

LIST = Path(one_file.__file__).with_name(one_file.LIST)
OFTEN = (*SERVED_IMPORTS, "dxemu.run.afterwards", "dxemu.run.cued", "dxemu.lab.apply", "dxemu.daemons.strongswan")
MOST = 0.9
"""What is missing is imported as ever: other versions of Python and of other packages import other modules."""
PACKAGE = "package_in_one_file"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    own = tmp_path / PACKAGE
    own.mkdir()
    (own / "__init__.py").write_text("VALUE = 1\n")
    (own / "part.py").write_text("VALUE = 2\n")
    compileall.compile_dir(own, quiet=1)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in (PACKAGE, f"{PACKAGE}.part"):
        sys.modules.pop(name, None)


def imported(data: bytes, name: str = f"{PACKAGE}.part") -> object:
    held = OneFile(data)
    try:
        return importlib.import_module(name).VALUE
    finally:
        held.close()
        assert held not in sys.meta_path


def test_a_module_comes_out_of_the_file_without_a_look_at_its_own(folder: Path) -> None:
    data = written([PACKAGE, f"{PACKAGE}.part"], [str(folder)])
    for file in folder.rglob("*.py*"):
        file.unlink()
    assert imported(data) == 2
    package, part = sys.modules[PACKAGE], sys.modules[f"{PACKAGE}.part"]
    assert package.__file__ == str(folder / PACKAGE / "__init__.py")
    assert [*package.__path__] == [str(folder / PACKAGE)]
    assert part.__file__ == str(folder / PACKAGE / "part.py")
    assert part.__cached__ == importlib.util.cache_from_source(part.__file__)


def test_what_is_not_in_it_is_looked_for_as_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    assert imported(written([PACKAGE], [str(folder)])) == 2


def test_code_of_another_source_is_not_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = folder / PACKAGE / "part.py"
    part.write_text("VALUE = 3333\n")
    monkeypatch.syspath_prepend(folder)
    assert imported(written([PACKAGE, f"{PACKAGE}.part"], [str(folder)])) == 3333


def test_the_first_folder_and_what_is_no_source_come_first_as_ever(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = tmp_path_factory.mktemp("first")
    (first / f"{PACKAGE}.py").write_text("VALUE = 4\n")
    compileall.compile_dir(first, quiet=1)
    assert imported(written([PACKAGE, f"{PACKAGE}.part"], [str(first), str(folder)]), PACKAGE) == 4
    (first / f"{PACKAGE}{EXTENSION_SUFFIXES[0]}").touch()
    assert [*one_file._found([PACKAGE], [str(first), str(folder)])] == []


def test_most_of_what_a_lab_imports_is_listed() -> None:
    """After a change of what it imports: DXEMU_WRITE_GOLDEN=1."""
    code = (
        "import json, sys; sys.path += json.loads(sys.argv[1])\n"
        "from dxemu.host.left_out import left_out\n"
        "from dxemu.host import one_file\n"
        "with left_out():\n"
        "    for name in sys.argv[2:]: __import__(name)\n"
        "from importlib.machinery import SourceFileLoader\n"
        "all_ = sys.modules.items()\n"
        "sources = [n for n, m in all_ if isinstance(getattr(m, '__loader__', None), SourceFileLoader)]\n"
        "print(*sorted({*sources} - {'__main__'}), sep='\\n')"
    )
    python = [str(Path(sys.executable).resolve()), *PYTHON_OPTIONS]
    done = subprocess.run(
        [*python, "-c", code, json.dumps(search_path()), *OFTEN], capture_output=True, text=True, timeout=60, check=True
    )
    found = done.stdout.split()
    if os.environ.get("DXEMU_WRITE_GOLDEN") == "1":
        LIST.write_text("\n".join(found) + "\n", encoding="ascii")
    listed = one_file.listed()
    assert listed == sorted(listed), "parents come first"
    assert len({*found} & {*listed}) >= MOST * len(found)
