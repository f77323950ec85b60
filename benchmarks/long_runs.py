"""Hours of a design's life take a minute or two: AWS's failover test of 180 minutes, and the Tokyo event of six hours.

In the latter an AWS device loses a quarter of the flows, while BGP and BFD stay up, until the customer drains it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import REPOSITORY, Line, Run, at_least, at_most, dxemu_run, finish, options, progress

HOUR_S = 3600
PROBE = "  app: {udp: {from: app, to: web, rate: 10/s, flows: 10}}"
FAILOVER_TEST = f"""story: AWS's failover test at its default of 180 minutes.
topology: {REPOSITORY}/topologies/backup_connection.yaml
probes:
{PROBE}
steps:
  - {{at: 10 s, fault: {{failover_test: {{virtual_interface: primary}}}}}}
expect:
  - {{path: app, at: 60 s, via: backup}}
  - {{path: app, at: end, via: primary}}
"""
TOKYO = f"""story: A device of AWS's loses a quarter of the flows for six hours, as in Tokyo on 2021-09-02.
topology: {REPOSITORY}/topologies/backup_connection.yaml
probes:
{PROBE}
steps:
  - {{at: 60 s, fault: {{some_flows: {{device: dx_1, share: 25 %}}}}}}
  - at: {6 * HOUR_S} s
    change:
      virtual_interfaces:
        primary: {{customer: {{local_pref: 50, as_path_prepend: 4, communities: ["7224:7100"]}}}}
expect:
  - {{session: primary, never: down}}
  - {{path: app, at: end, via: backup}}
end: {6 * HOUR_S + 60} s
"""


def timed(text: str, name: str) -> Run:
    """Run a scenario that is none of the repository's: nobody has to wait for it there."""
    progress(name)
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        file = Path(folder, f"{name}.yaml")
        file.write_text(text, encoding="utf-8")
        return dxemu_run(file)


def main() -> None:
    options(__doc__).parse_args()
    lines: list[Line] = []
    for name, text, limit_s, hours in (("failover_test", FAILOVER_TEST, 60, 3), ("tokyo", TOKYO, 120, 6)):
        run = timed(text, name)
        lines += [
            at_most(f"{name}, whole command", run.wall_s, limit_s, "s"),
            at_least("  virtual time", run.result["virtual_s"] / HOUR_S, hours, "hours"),
            Line("  verdict", run.result["verdict"], "pass", run.result["verdict"] == "pass"),
        ]
    lost = [100 * probe["lost"] / probe["sent"] for probe in run.result["probes"]]
    lines.append(Line("  lost until it was drained", " and ".join(f"{part:.1f} %" for part in lost)))
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
