"""The outage reported equals the one in a packet capture at the receiving host, within one probe interval.

The capture is tcpdump's, taken inside the lab during the same run, and tshark reads it. With --count so many runs are
drawn: which design, what fails in it, when, how often probes leave, and the seed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from random import Random

from common import REPOSITORY, Line, at_most, finish, options, progress, scenario

SCENARIOS = ("cut_primary_silently", "cut_primary_silently_without_bfd")
DESIGNS = ("backup_connection", "backup_connection_by_circuit", "hardware_high_availability")
FAULTS = ("cable_silent: {connection: primary}", "vlan_pruned: {virtual_interface: primary}")
RATES = (50, 100, 200, 500)
DRAWN = """\
story: A fault that was drawn.
topology: {topology}
probes:
  app: {{udp: {{from: app, to: web, rate: {rate}/s}}}}
steps:
  - at: {at:.3f} s
    fault: {{{fault}}}
expect:
  - {{path: app, via: backup, at: end}}
end: {end:.0f} s
"""
"""What fails silently, so that something is lost, and never comes back, so that there is one outage."""


def drawn(chance: Random, folder: Path) -> tuple[str, Path, int]:
    """What it is in words, its scenario's file, its seed."""
    topology, fault, rate = chance.choice(DESIGNS), chance.choice(FAULTS), chance.choice(RATES)
    at, seed = chance.uniform(3, 8), chance.randrange(1, 10_000)
    file = folder / "drawn.yaml"
    file.write_text(DRAWN.format(topology=topology, rate=rate, at=at, fault=fault, end=at + 6), encoding="utf-8")
    return f"{topology}, {fault.partition(':')[0]} at {at:.3f} s, {rate}/s, seed {seed}", file, seed


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--count", type=int, default=0, metavar="N", help="draw N runs, in place of two scenarios")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn follows from it (default: %(default)d)")
    arguments = parser.parse_args()
    sys.path.insert(0, str(REPOSITORY))
    from tests.peers.capture import PROGRAMS

    missing = [program for program in PROGRAMS if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
    if missing:
        finish([Line("not measured", f"missing: apt-get install {' '.join(missing)}")])
    lines = []
    chance = Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as name:
        for number in range(arguments.count or len(SCENARIOS)):
            folder = Path(name) / str(number)
            folder.mkdir()
            if arguments.count:
                words, file, seed = drawn(chance, folder)
            else:
                words, file, seed = SCENARIOS[number], scenario(SCENARIOS[number]), 1
            progress(f"{number + 1}: {words}")
            lines += compared(words, file, folder, seed)
            shutil.rmtree(folder)
    progress("")
    finish(lines)


def compared(words: str, file: Path, folder: Path, seed: int) -> list[Line]:
    """Both directions of one run, by both accounts."""
    from tests.peers.capture import compare

    lines = [Line(words, "")]
    for found in compare(file, folder, seed):
        both = f"{found.reported_ms:.3f} / {found.captured_ms:.3f} ms"
        lost = f"{found.reported_lost} / {found.captured_lost}"
        lines += [
            Line(f"  {found.direction}: reported / captured", both),
            at_most("    difference", found.difference_ms, found.interval_ms, "ms", 3),
            Line("    packets lost", lost, "equal", found.reported_lost == found.captured_lost),
        ]
    return lines


if __name__ == "__main__":
    main()
