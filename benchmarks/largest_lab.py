"""The largest arrangement is built and has converged inside the embedded kernel within 20 s of wall time.

It is AWS's maximum resiliency model with a LAG on every device, VRRP in the data center and a VPN as the last resort:
benchmarks/topologies/largest.yaml.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from common import REPOSITORY, Line, all_of, at_most, dxemu_run, finish, options, progress

RUNS = 3
LIMIT_S = 20.0
TOPOLOGY = REPOSITORY / "benchmarks" / "topologies" / "largest.yaml"
SCENARIO = """
topology: {topology}
probes:
  app: {{udp: {{from: app, to: web}}}}
expect:
  - {{outage: app, at_most: 0 s}}
end: 2 s
"""


def main() -> None:
    options(__doc__).parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        file = Path(folder, "largest.yaml")
        file.write_text(SCENARIO.format(topology=TOPOLOGY))
        for number in range(RUNS):
            progress(f"run {number + 1} of {RUNS}")
            found.append(dxemu_run(file))
    progress("")
    (size, *_) = ({k: e[k] for k in ("nodes", "cables", "sessions")} for e in found[0].timeline if "nodes" in e)
    ready = [e["wall_s"] for run in found for e in run.timeline if e["event"] == "lab_ready"]
    finish(
        [
            at_most(f"built and converged, median of {RUNS}", statistics.median(ready), LIMIT_S, "s"),
            Line("  fastest and slowest", f"{min(ready):.1f} - {max(ready):.1f} s"),
            Line("  size", ", ".join(f"{count} {what}" for what, count in size.items())),
            all_of("runs without loss", sum(run.result["verdict"] == "pass" for run in found), RUNS),
        ]
    )


if __name__ == "__main__":
    main()
