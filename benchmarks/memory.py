"""A run needs at most 240 MB of memory: the command and everything that it started, at its highest moment.

Counted from outside, 20 times a second, as proportional set size: memory that several processes share counts once.
The guest's memory is an unlinked file that they map; what of it nobody maps at the moment is added.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from common import REPOSITORY, RUN_LIMIT_S, Line, at_most, command, finish, options, progress, scenario

SCENARIOS = ("cut_primary_silently", "cut_primary_silently_without_bfd")
LIMIT_MB = 240
SAMPLE_S = 0.05
DELETED = " (deleted)"


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes at one moment. `unmapped` is what the guest's memory file holds beyond what is mapped of it."""

    processes: int
    pss: int
    guest_file: int
    unmapped: int

    @property
    def total(self) -> int:
        """All of it, each byte once."""
        return self.pss + self.unmapped


def members(session: int) -> list[int]:
    """Numbers of the processes of a session, and of those sessions that its members started."""
    parents, sessions = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], sessions[int(entry.name)] = int(fields[1]), int(fields[3])
    inside = {session}
    while True:
        found = [pid for pid, own in sessions.items() if own in inside or sessions.get(parents[pid]) in inside]
        if {sessions[pid] for pid in found} <= inside:
            return found
        inside |= {sessions[pid] for pid in found}


def sample(pids: Iterable[int]) -> Sample:
    """What these processes hold now. One that ends meanwhile holds nothing."""
    count = pss = shared = 0
    files: dict[tuple[int, int], int] = {}
    for pid in pids:
        with contextlib.suppress(OSError, KeyError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
            pss += kilobytes["Pss"] * 1024
            shared += kilobytes["Pss_Shmem"] * 1024
            count += 1
            for fd in Path(f"/proc/{pid}/fd").iterdir():
                if str(fd.readlink()).endswith(DELETED):
                    status = fd.stat()
                    files[status.st_dev, status.st_ino] = status.st_blocks * 512
    guest_file = max(files.values(), default=0)
    return Sample(count, pss, guest_file, max(0, guest_file - shared) if shared else 0)


def peak(name: str) -> Sample:
    """The highest of all samples of one run."""
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as runs:
        words = command("run", str(scenario(name)), "--runs", runs)
        output = Path(runs, "output")
        with output.open("w") as said:
            process = subprocess.Popen(words, cwd=REPOSITORY, stdout=said, stderr=said, start_new_session=True)
        highest = Sample(0, 0, 0, 0)
        deadline = time.monotonic() + RUN_LIMIT_S
        try:
            while not _ended(process, SAMPLE_S) and time.monotonic() < deadline:
                highest = max(highest, sample(members(process.pid)), key=lambda found: found.total)
        finally:
            process.terminate()
            process.wait(10)
        if process.returncode not in (0, 1):
            raise SystemExit(f"dxemu run {name} ended with {process.returncode}:\n{output.read_text()}")
    return highest


def _ended(process: subprocess.Popen[bytes], within_s: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(within_s)
        return True
    return False


def main() -> None:
    options(__doc__).parse_args()
    lines = []
    for name in SCENARIOS:
        progress(name)
        found = peak(name)
        lines += [
            at_most(name, found.total / 1e6, LIMIT_MB, "MB", 0),
            Line("  processes", str(found.processes)),
            Line("  of it the guest's memory", f"{found.guest_file / 1e6:.0f} MB"),
        ]
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
