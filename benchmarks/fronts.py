"""A lab that stays answers at once: up 4 s, exec 0.25 s, 0.1 s in Python, status 0.3 s, down 1 s, an echo in 30 ms.

Of backup_connection. Medians, but for `up` and `down`, which happen once. `echo`: from a key that is typed in
`dxemu shell`, in a terminal, to what the shell in the node prints of it. With --pytest the scenarios of examples/pytest
are run one after the other and two at once: that takes at most 60 % of the time.
"""

from __future__ import annotations

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from common import REPOSITORY, RUN_LIMIT_S, Line, at_most, command, finish, options, progress

TOPOLOGY = "backup_connection"
TIMES = 11
KEYS = b"abcdefghijklmnopqrst"
SCENARIOS = ("cut_primary_silently", "pull_primary_cable", "primary_comes_back", "aws_maintains_a_device")


def dxemu(*words: str) -> float:
    """How long a command takes, whole. Exits with what it said if it failed."""
    begun = time.monotonic()
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    took = time.monotonic() - begun
    if done.returncode:
        raise SystemExit(f"dxemu {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def median(what: str, times: int, once: Callable[[], float]) -> float:
    progress(what)
    return statistics.median(once() for _ in range(times))


def echoes() -> list[float]:
    """For each key, until it is seen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, command("shell", "app"))
    try:
        _read_until(terminal, b"# ")
        found = []
        for number, key in enumerate(KEYS):
            begun = time.monotonic()
            os.write(terminal, KEYS[number : number + 1])
            _read_until(terminal, bytes([key]))
            found.append(time.monotonic() - begun)
        os.write(terminal, b"\x15exit\r")
        return found
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def _read_until(terminal: int, wanted: bytes) -> None:
    seen = b""
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], RUN_LIMIT_S)
        if not ready:
            raise SystemExit(f"no {wanted!r} came, but {seen!r}")
        seen += os.read(terminal, 4096)


def in_python() -> float:
    """The median of a lab's `exec`."""
    from dxemu.labs.live import attach

    lab = attach()

    def once() -> float:
        begun = time.monotonic()
        if lab.exec("app", "true").status:
            raise SystemExit("true has failed")
        return time.monotonic() - begun

    return median("exec in Python", TIMES, once)


def by_pytest() -> list[Line]:
    """The same scenarios by one worker and by two."""
    took = {}
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        files = [str(REPOSITORY / "scenarios" / f"{name}.yaml") for name in SCENARIOS]
        for workers in ("0", "2"):
            progress(f"pytest -n {workers}")
            begun = time.monotonic()
            words = ["-m", "pytest", "-p", "dxemu.pytest_plugin", "--dxemu", "--dxemu-runs", f"{folder}/{workers}"]
            words += ["-q", "-p", "no:randomly", "-n", workers, *files]
            done = subprocess.run(
                [sys.executable, *words], capture_output=True, text=True, timeout=RUN_LIMIT_S, cwd=folder, check=False
            )
            took[workers] = time.monotonic() - begun
            if done.returncode:
                raise SystemExit(done.stdout + done.stderr)
    percent = took["2"] / took["0"] * 100
    return [
        Line(f"{len(SCENARIOS)} scenarios by pytest -n 0 and -n 2", f"{took['0']:.1f} s, {took['2']:.1f} s"),
        at_most("  of the time", percent, 60, "%", 0),
    ]


def of_a_lab() -> list[Line]:
    """All that is claimed of a lab that stays."""
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as state:
        os.environ["XDG_STATE_HOME"] = state
        progress("up")
        try:
            lines = [at_most("up, until the first prompt", dxemu("up", TOPOLOGY), 4, "s", 2)]
            took = median("exec", TIMES, lambda: dxemu("exec", "app", "true"))
            lines.append(at_most("exec NODE true", took, 0.25, "s", 2))
            lines.append(at_most("  in Python", in_python() * 1e3, 100, "ms", 0))
            lines.append(at_most("status", median("status", TIMES, lambda: dxemu("status")), 0.3, "s", 2))
            progress("keys")
            lines.append(at_most("a key's echo in a shell", statistics.median(echoes()) * 1e3, 30, "ms"))
            lines.append(at_most("down", dxemu("down"), 1, "s", 2))
        finally:
            if any(Path(state).glob("dxemu/labs/*")):
                dxemu("down", "--all")
    return lines


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--pytest", action="store_true", help="only what pytest-xdist gains")
    lines = by_pytest() if parser.parse_args().pytest else of_a_lab()
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
