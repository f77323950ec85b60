"""`scripts/test-kernels`: the same labs on kernels of several versions, and what differs. See the script."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dxemu.errors import DxemuError
from dxemu.host import kernel_build, kernel_store
from dxemu.host.guest_mode import Wish
from dxemu.host.kernel_store import EmbeddedKernel
from dxemu.host.proving import prove_embedded
from tests.lab.rehearsals import GUEST

Numbers = Mapping[str, float | str]
VERSIONS = ("6.1", "6.12", "7.3")
SCENARIOS = (
    "cut_primary_silently",
    "cut_primary_silently_without_bfd",
    "a_location_dies",
    "lose_a_lag_member",
    "direct_connect_fails_over_to_vpn",
    "leak_too_many_prefixes",
    "some_flows_move",
    "shape_for_a_hosted_connection",
    "graceful_restart_survives_a_router_restart",
)
RUN_LIMIT_S = 900.0
SUITE_LIMIT_S = 7200.0
TOLERANCE_S = 0.0001
"""Event times that differ by more than 0.1 ms are another result."""
SAME_TURNS = (6, 6)
"""From this version on the scheduler is EEVDF. Before, programs that wake at one moment have their turns in another
order, and so do the updates that they send: verdicts are compared only.
"""

_HOST_ONLY = frozenset(
    {"wall_s", "kernel", "kernel_release", "guest_mode", "confined_by", "generated", "started", "version"}
)


def source_of(version: str, folder: Path) -> Path:
    """The distribution's source of this version: at hand, or taken from apt. Raises DxemuError."""
    names = [f"linux-source-{version}.tar.xz"]
    for place in (Path("/usr/src"), kernel_store.store_folder().parent / "source"):
        for name in names:
            if (place / name).is_file():
                return place / name
    print(f"get        linux-source-{version}", flush=True)
    got = subprocess.run(
        ["apt-get", "-q", "download", f"linux-source-{version}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    packages = list(folder.glob(f"linux-source-{version}_*.deb"))
    if got.returncode != 0 or not packages:
        raise DxemuError(
            f"apt has no linux-source-{version}; name the file: scripts/test-kernels FILE...\n{got.stderr}"
        )
    subprocess.run(["dpkg", "-x", str(packages[0]), str(folder)], timeout=RUN_LIMIT_S, check=True)
    kept = kernel_store.store_folder().parent / "source"
    kept.mkdir(parents=True, exist_ok=True)
    return (folder / "usr/src" / names[0]).rename(kept / names[0])


def numbers(value: Any, path: str = "") -> dict[str, float | str]:  # Any: JSON
    """Every leaf of a result, by its path, but what is the machine's and not the lab's."""
    if isinstance(value, Mapping):
        found: dict[str, float | str] = {}
        for key, one in value.items():
            if key not in _HOST_ONLY:
                found |= numbers(one, f"{path}/{key}")
        return found
    if isinstance(value, list):
        found = {}
        for index, one in enumerate(value):
            found |= numbers(one, f"{path}/{index}")
        return found
    return {path: value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)}


def differences(first: Numbers, other: Numbers) -> list[str]:
    """The paths whose values differ: numbers by more than the tolerance, texts at all."""
    differing = []
    for path in sorted({*first, *other}):
        a, b = first.get(path), other.get(path)
        tolerance = TOLERANCE_S * (1e3 if "_ms" in path else 1)
        near = isinstance(a, int | float) and isinstance(b, int | float) and abs(a - b) <= tolerance
        if a != b and not near:
            differing.append(f"{path}: {a} and {b}")
    return differing


def same_turns(kernel: EmbeddedKernel) -> bool:
    """Whether programs have their turns on it as on the newest."""
    return tuple(map(int, kernel.version.split(".")[:2])) >= SAME_TURNS


def compared(kernel: EmbeddedKernel, measured: Numbers, newest: Numbers) -> list[str]:
    """What differs of what this kernel measured and the newest one did, as far as both should be the same."""
    if same_turns(kernel):
        return differences(measured, newest)
    same = ("exit", "/verdict")
    return differences({path: measured[path] for path in same}, {path: newest[path] for path in same})


def run(kernel: EmbeddedKernel, scenario: str, folder: Path) -> tuple[dict[str, float | str], float]:
    """What one scenario measured on this kernel, and the processor seconds that it took. Raises DxemuError."""
    result = folder / f"{scenario}-{kernel.version}.json"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dxemu",
            "run",
            f"scenarios/{scenario}.yaml",
            "--json",
            str(result),
            "--runs",
            str(folder),
        ],
        env={**os.environ, kernel_store.CHOICE: kernel.version},
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not result.is_file():
        raise DxemuError(f"{scenario} on Linux {kernel.version} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"exit": done.returncode, **numbers(json.loads(result.read_text()))}, spent


def yardsticks_hold(kernel: EmbeddedKernel, guest: Wish) -> bool:
    """Whether all scenarios have the numbers of tests/lab/yardstick on this kernel, its guest run in this mode."""
    print(f"\nall scenarios, Linux {kernel.version}, --guest {guest}", flush=True)
    command = [sys.executable, "-m", "pytest", "tests/lab/test_scenarios.py", "-k", "test_scenario_passes", "-q", "-n"]
    done = subprocess.run(
        [*command, str(os.cpu_count() or 1)],
        env={**os.environ, kernel_store.CHOICE: kernel.version, GUEST: guest},
        timeout=SUITE_LIMIT_S,
        check=False,
    )
    return done.returncode == 0


def main() -> int:
    """0 if every proof passes and every number is the same on all kernels."""
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="dxemu-kernels-") as name:
        folder = Path(name)
        every = "--all" in sys.argv[1:]
        named = [Path(one).absolute() for one in sys.argv[1:] if one != "--all"]
        sources = named or [source_of(one, folder) for one in VERSIONS]
        kernels = [kernel_build.build(lambda line: print(line, flush=True), source=source) for source in sources]
        kernels = [kernel_build.prove_again(kernel, prove_embedded) for kernel in kernels]
        print(f"\n{'Linux':<12} {'size':>8} {'built in':>9}  proof")
        for kernel in kernels:
            lacking = ", ".join(kernel.lacking)
            wrong += bool(lacking)
            took = f"{kernel.build_s:.0f} s"
            print(f"{kernel.version:<12} {kernel.size_bytes / 1e6:5.2f} MB {took:>9}  {lacking or 'passes'}")
        print(f"\n{'scenario (processor seconds)':<44}" + "".join(f"{kernel.version:>10}" for kernel in kernels))
        for scenario in SCENARIOS:
            runs = [run(kernel, scenario, folder) for kernel in kernels]
            newest, others = runs[-1][0], zip(kernels[:-1], runs[:-1], strict=True)
            differing = [line for kernel, (measured, _) in others for line in compared(kernel, measured, newest)]
            wrong += bool(differing)
            times = "".join(f"{spent:>10.1f}" for _, spent in runs)
            print(f"{scenario:<44}{times}  {'DIFFERS' if differing else 'same'}", flush=True)
            for line in differing[:8]:
                print(f"    {line}")
    if every:
        ways = [
            (kernel, guest)
            for kernel in filter(same_turns, kernels)
            for guest in (Wish.AUTO, Wish.STRICT)
            if kernel.seccomp or guest == Wish.STRICT
        ]
        wrong += sum(not yardsticks_hold(*way) for way in ways)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DxemuError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
