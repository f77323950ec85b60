"""`dxemu audit --jobs 1` of 50 virtual interfaces and VPCs takes at most 3 s of processor time.

Of 200 virtual interfaces over 8 locations with 40 routers it takes at most 60 s, and at most 500 MB of memory. The
whole command counts: processor time of user and system, and its highest resident memory, as the kernel says at its end.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from common import REPOSITORY, Line, at_most, command, finish, options, progress
from designs import AUDIT_50, AUDIT_200, Size, topology


@dataclass(frozen=True, slots=True)
class Case:
    """A design, and what its audit may take."""

    size: Size
    limit_s: float
    limit_mb: float


CASES = (Case(AUDIT_50, 3, 500), Case(AUDIT_200, 60, 500))


def main() -> None:
    options(__doc__).parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        for case in CASES:
            what = f"{case.size.virtual_interfaces} virtual interfaces"
            progress(what)
            design, said = Path(folder, "design.yaml"), Path(folder, "output")
            design.write_text(topology(case.size), encoding="utf-8")
            with said.open("w") as output:
                process = subprocess.Popen(
                    command("audit", str(design), "--jobs", "1", "--json"), cwd=REPOSITORY, stdout=output, stderr=output
                )
                _, status, used = os.wait4(process.pid, 0)
            if status:
                raise SystemExit(f"dxemu audit of {what} ended with {status}:\n{said.read_text()}")
            lines += [
                at_most(what, used.ru_utime + used.ru_stime, case.limit_s, "s of processor"),
                at_most("  memory", used.ru_maxrss * 1024 / 1e6, case.limit_mb, "MB", 0),
            ]
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
