"""What `pyproject.toml` cannot say: a wheel has the topologies, the scenarios and the kernel's recipe inside.

With DXEMU_WHEEL_KERNEL=FOLDER, which `scripts/wheel` sets, also the built kernel of that folder: such a wheel is for
one kind of machine.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
KERNEL = os.environ.get("DXEMU_WHEEL_KERNEL")


class BuildWithDesigns(build_py):
    """Copies them to where dxemu looks (`dxemu/shipped`); an editable install has them beside the package."""

    def run(self) -> None:
        """As the command's base does, and the copies."""
        super().run()
        if self.editable_mode:
            return
        shipped = Path(self.build_lib, "dxemu", "shipped")
        shutil.rmtree(shipped, ignore_errors=True)  # of an earlier build
        for name in ("topologies", "scenarios", "kernel"):
            shutil.copytree(HERE / name, shipped / name)
        if KERNEL:
            built = shipped / "built" / Path(KERNEL).name
            shutil.copytree(KERNEL, built)
            about = json.loads((built / "info.json").read_text(encoding="utf-8"))
            about |= {"source": Path(about["source"]).name, "compared": ""}  # what only the machine knows that built it
            (built / "info.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


setup(
    cmdclass={"build_py": BuildWithDesigns},
    options={"bdist_wheel": {"plat_name": "linux_x86_64"}} if KERNEL else {},
)
