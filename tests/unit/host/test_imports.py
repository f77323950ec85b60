"""A lab's process starts without `site`: what it imports must be there without setuptools' help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.host import diagnosis, imports
from dxemu.host.guest import PYTHON_OPTIONS
from dxemu.host.job import search_path
from dxemu.report.doctor import Readiness


def lab_process(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` as a lab's process starts, on a Python without distutils."""
    begin = (
        f"import json, sys; sys.path += json.loads({json.dumps(search_path())!r}); sys.modules['distutils'] = None\n"
    )
    python = [str(Path(sys.executable).resolve()), *PYTHON_OPTIONS, "-W", "error::ImportWarning"]
    return subprocess.run([*python, "-c", begin + code], capture_output=True, text=True, timeout=60, check=False)


def test_a_lab_can_import_what_it_needs():
    assert imports.problem() == ""


def test_a_lab_needs_no_distutils():
    """Python 3.12 left it out, and Mininet 2.3 imports it."""
    done = lab_process("import dxemu.host.native; assert sys.modules['distutils'] is None")
    assert done.returncode == 0, done.stderr


def test_the_stand_in_for_distutils_is_not_left_behind():
    import dxemu.host.native  # noqa: F401

    assert getattr(sys.modules.get("distutils"), "__file__", "none of ours") is not None


def test_doctor_says_what_a_lab_cannot_import(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "problem", lambda problem=imports.problem: problem("dxemu.host.nothing"))
    finding = diagnosis._imports_finding()
    assert (finding.state, finding.repair) == (Readiness.NO, "sh scripts/setup")
    assert "No module named 'dxemu.host.nothing'" in finding.detail


KEPT_OUT = {"pydantic", "pydantic_core", "ruamel", "networkx", "rich", "click"}
"""For files, pictures and terminals: none of it is the guest's, where each import costs real time."""


def test_the_guest_imports_these_modules():
    """What is new in the list is paid for at the start of every lab: is it needed there?"""
    list_ = "import dxemu.run.lab_process, dxemu.host.guest; print(*sorted(sys.modules), sep='\\n')"
    modules = lab_process(list_).stdout.split()
    assert KEPT_OUT.isdisjoint(module.split(".")[0] for module in modules)
    found = [module for module in modules if module.split(".")[0] == "dxemu"]
    assert found == Path(__file__).with_name("guest_modules.txt").read_text(encoding="utf-8").split()
