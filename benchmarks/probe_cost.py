"""One probe, sent and received under the virtual clock, costs at most 0.15 ms of wall time.

Two runs that differ in nothing but the probes' rate: what the second takes longer, for each probe that it sends more.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from common import REPOSITORY, Line, Run, at_most, dxemu_run, finish, options, progress, scenario

SCENARIO = "cut_primary_silently"
RATE = "rate: 1000/s"
TOPOLOGY = REPOSITORY / "topologies" / "backup_connection.yaml"


def sent(run: Run) -> int:
    """Probes that a run sent, in both directions."""
    return sum(int(probe["sent"]) for probe in run.result["probes"])


def at_rate(rate: int) -> Run:
    """The scenario with so many probes a second in each direction."""
    text = scenario(SCENARIO).read_text(encoding="utf-8")
    if RATE not in text:
        raise SystemExit(f"{scenario(SCENARIO)} does not say '{RATE}' any more")
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        file = Path(folder, f"{SCENARIO}.yaml")
        file.write_text(text.replace(RATE, f"rate: {rate}/s"), encoding="utf-8")
        return dxemu_run(file, "--topology", str(TOPOLOGY))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one pair")
    arguments = parser.parse_args()
    pairs = 1 if arguments.quick else arguments.pairs
    costs_ms, extra = [], 0
    for number in range(pairs):
        progress(f"pair {number + 1} of {pairs}")
        slow, fast = at_rate(1000), at_rate(3000)
        extra = sent(fast) - sent(slow)
        costs_ms.append((fast.wall_s - slow.wall_s) * 1e3 / extra)
    progress("")
    finish(
        [
            at_most(f"one probe, median of {pairs} pairs", statistics.median(costs_ms), 0.15, "ms", 3),
            Line("  smallest and largest", f"{min(costs_ms):.3f} - {max(costs_ms):.3f} ms"),
            Line("  probes that made the difference", f"{extra:,} a pair"),
        ]
    )


if __name__ == "__main__":
    main()
