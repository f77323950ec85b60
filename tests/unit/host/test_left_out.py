"""What a lab leaves out of other distributions is there for who asks for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxemu.host.left_out import FrontOnDemand, on_demand


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = "package_with_a_front"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("from package_with_a_front import part\nVALUE = part.VALUE + 1\n")
    (folder / "part.py").write_text("VALUE = 1\n")
    (folder / "other.py").write_text("from package_with_a_front import part\n")
    monkeypatch.syspath_prepend(tmp_path)
    for module in (name, f"{name}.part", f"{name}.other"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    yield name
    for module in (name, f"{name}.part", f"{name}.other"):
        sys.modules.pop(module, None)


def test_a_module_of_it_is_imported_alone(package: str):
    on_demand(package)
    from package_with_a_front import other  # type: ignore[import-not-found]

    assert other.part.VALUE == 1
    assert "VALUE" not in vars(sys.modules[package])


def test_what_its_file_gives_is_there_when_it_is_asked_for(package: str):
    on_demand(package)
    import package_with_a_front

    assert package_with_a_front.VALUE == 2
    assert type(package_with_a_front) is not FrontOnDemand


def test_what_it_does_not_have_is_missed_as_ever(package: str):
    on_demand(package)
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from package_with_a_front import nothing  # noqa: F401
    assert not hasattr(sys.modules[package], "__wrapped__")


def test_what_is_there_or_is_not_installed_is_left_alone(package: str):
    import package_with_a_front

    on_demand(package)
    assert type(package_with_a_front) is not FrontOnDemand
    on_demand("package_that_nobody_has")
    assert "package_that_nobody_has" not in sys.modules


def test_who_imports_them_later_has_all_of_them():
    code = """
import sys
from dxemu.host.left_out import left_out
with left_out():
    import asyncio, dxemu.netlink.link, dxemu.daemons.exabgp
left = {"ssl", "bz2", "lzma", "pdb", "bdb", "pyroute2.ndb", "exabgp.bgp.message.update.attribute.bgpls.link"}
assert not left & set(sys.modules)
import bz2, lzma, pdb, pyroute2, ssl
bz2.BZ2File, lzma.LZMAFile, pdb.Pdb, pyroute2.IPRoute, ssl.SSLContext
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_what_was_there_is_there_afterwards():
    code = """
import bz2, pdb, sys
from dxemu.host.left_out import left_out
with left_out():
    assert sys.modules["bz2"] is None
assert (sys.modules["bz2"], sys.modules["pdb"]) == (bz2, pdb)
assert "lzma" not in sys.modules or sys.modules["lzma"] is not None
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
