"""What a lab process is told: one file in the run's folder, read by `dxemu.host.guest`.

The same job runs inside the embedded kernel and, with `--kernel host`, in namespaces of the
machine's own kernel.
"""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path

import dxemu
from dxemu.files import border

JOB_FILE = "job.json"
PAYLOAD_FILE = "job.pickle"


def search_path() -> list[str]:
    """Where a lab's process looks for modules: where this one does."""
    return [str(Path(dxemu.__file__).resolve().parent.parent), *(p for p in sys.path if p)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Call `target`, written `package.module:function`, with `payload` and a Channel.

    The payload is pickled: writer and reader are the same program on the same machine.
    """

    target: str
    payload: object

    def write(self, folder: Path, *, native: bool) -> None:
        """Put the job into the run's folder, for its owner alone. `native`: no kernel of our own is around it."""
        header = {
            "target": self.target,
            "native": native,
            "sys_path": search_path(),
        }
        with border(folder):
            self._write(folder, header)

    def _write(self, folder: Path, header: object) -> None:
        for name, data in ((JOB_FILE, json.dumps(header).encode()), (PAYLOAD_FILE, pickle.dumps(self.payload))):
            (folder / name).touch(0o600)
            (folder / name).write_bytes(data)

    @staticmethod
    def remove(folder: Path) -> None:
        """Take it out again: a payload holds keys, and a finished run needs none."""
        with border(folder, verb="tidied up"):
            for name in (JOB_FILE, PAYLOAD_FILE):
                (folder / name).unlink(missing_ok=True)
