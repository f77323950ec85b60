"""So many labs of private_vif at once: each answers `status` in under 2 s and takes at most 250 MB with its supervisor.

Memory is proportional set size, as in benchmarks/memory.py. With --minutes they are looked at again after that time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from common import RUN_LIMIT_S, Line, at_most, command, finish, options, progress
from memory import sample

TOPOLOGY = "private_vif"
LABS = 5
LIMIT_S = 2.0
LIMIT_MB = 250.0


def said(state: Path, *words: str) -> str:
    """What a command prints. Exits with what it said if it failed."""
    env = {**os.environ, "XDG_STATE_HOME": str(state)}
    done = subprocess.run(command(*words), env=env, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    if done.returncode:
        raise SystemExit(f"dxemu {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def of_lab(folder: Path) -> list[int]:
    """The processes of a lab: they work in its folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def looked_at(state: Path, when: str) -> list[Line]:
    """Every lab's memory, and how long each takes to say how it is."""
    took, megabytes = [], []
    for folder in sorted((state / "dxemu" / "labs").iterdir()):
        progress(f"{when}: {folder.name}")
        begun = time.monotonic()
        said(state, "status", "--lab", folder.name)
        took.append(time.monotonic() - begun)
        megabytes.append(sample(of_lab(folder)).total / 1e6)
    begun = time.monotonic()
    said(state, "class", "status")
    return [
        at_most(f"{when}: slowest status, whole command", max(took), LIMIT_S, "s", 2),
        Line("  median", f"{statistics.median(took):.2f} s"),
        Line("  class status, of all", f"{time.monotonic() - begun:.2f} s"),
        at_most("  most memory of a lab", max(megabytes), LIMIT_MB, "MB", 0),
        Line("  median", f"{statistics.median(megabytes):.0f} MB"),
    ]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--labs", type=int, default=LABS, help="how many (default: %(default)d)")
    parser.add_argument("--minutes", type=float, default=0.0, help="look again after so long (default: do not)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as name:
        state = Path(name)
        begun = time.monotonic()
        progress(f"{arguments.labs} labs come up")
        try:
            said(state, "class", "start", str(arguments.labs), TOPOLOGY)
            lines = [Line(f"{arguments.labs} labs were up after", f"{time.monotonic() - begun:.0f} s")]
            lines += looked_at(state, "at once")
            if arguments.minutes:
                progress(f"waiting for {arguments.minutes:g} minutes")
                time.sleep(arguments.minutes * 60)
                lines += looked_at(state, f"after {arguments.minutes:g} minutes")
        finally:
            said(state, "down", "--all")
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
