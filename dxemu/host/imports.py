"""Whether the Python here can import what a lab imports, as a lab's process does: without `site` and its .pth files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from dxemu.host import guest
from dxemu.host.job import search_path

LAB = "dxemu.run.lab_process"
"""The module that runs a lab; it imports everything that is there for one."""

_IMPORT = (
    "import json, sys; sys.path += json.loads(sys.argv[1]); import importlib; importlib.import_module(sys.argv[2])"
)
_TIMEOUT_S = 60


def problem(module: str = LAB) -> str:
    """Why a lab's process cannot import `module`: the last line of the traceback. Empty if it can."""
    command = [str(Path(sys.executable).resolve()), "-E", *guest.PYTHON_OPTIONS, "-c", _IMPORT]
    command += [json.dumps(search_path()), module]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"Python ended with status {done.returncode}"])[-1]
