"""What `pyproject.toml` cannot say: a wheel has the topologies and scenarios inside."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithDesigns(build_py):
    """Copies them to where `dxemu.topology.shipped` looks; an editable install has them beside the package."""

    def run(self) -> None:
        """As the command's base does, and the copies."""
        super().run()
        if not self.editable_mode:
            for name in ("topologies", "scenarios"):
                shutil.copytree(HERE / name, Path(self.build_lib, "dxemu", "shipped", name), dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithDesigns})
