"""What a lab process is told: how to start, and later what to do.

It starts before its job is known, imports what every lab needs, and waits. The job then lies in the run's folder, and a
line on the channel says so (`dxemu.host.guest` reads both). The same happens inside the embedded kernel and, with
`--kernel host`, in namespaces of the machine's own kernel.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dxemu
from dxemu.files import border
from dxemu.host import one_file
from dxemu.host.guest import MODULES_FILE, PAYLOAD_FILE, START_FILE

LAB_IMPORTS = ("dxemu.run.lab_process", "dxemu.lab.probes.udp")
"""What a lab imports while it waits for its job; what few labs need is imported where it is started."""
SERVED_IMPORTS = (*LAB_IMPORTS, "dxemu.run.serve")
"""The same for one that takes orders."""


def search_path() -> list[str]:
    """Where a lab's process looks for modules: where this one does."""
    return [str(Path(dxemu.__file__).resolve().parent.parent), *(p for p in sys.path if p)]


def write_start(folder: Path, imports: Sequence[str] = LAB_IMPORTS) -> None:
    """Put into the run's folder what its process needs to start."""
    with border(folder):
        if imports:
            own = str(Path(json.__file__).parents[1])  # Python's own modules come first there
            _write(folder / MODULES_FILE, one_file.written(one_file.listed(), (own, *search_path())))
        _write(folder / START_FILE, json.dumps({"sys_path": search_path(), "imports": list(imports)}).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Call `target`, written `package.module:function`, with `payload`, a Channel and the run's folder.

    `folders` are searched for its modules after all others (`dxemu.plugins.folders_of`).

    The payload is pickled: writer and reader are the same program on the same machine.
    """

    target: str
    payload: object
    folders: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Put the payload into the run's folder, for its owner alone: it holds keys, and its reader removes it."""
        with border(folder):
            _write(folder / PAYLOAD_FILE, pickle.dumps(self.payload))


def _write(file: Path, data: bytes) -> None:
    file.touch(0o600)
    file.write_bytes(data)
