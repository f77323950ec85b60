"""From 1 to 50 virtual interfaces on one connection the time to converge grows no faster than linearly; 50 need 60 s.

Each leads to a virtual private gateway and a VPC of its own, with BGP and BFD.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import Line, at_most, dxemu_run, finish, options, progress

COUNTS = (1, 10, 25, 50)
LIMIT_S = 60.0
TOPOLOGY = """
customer:
  asn: 65000
  data_center: {{networks: [10.0.0.0/16], hosts: {{app: 10.0.1.10}}, routers: {{customer_router: {{}}}}}}
  colocation: {{location: EqDC2, routers: {{colo_router: {{}}}}}}
  circuits: {{metro: {{from: customer_router, to: colo_router, bandwidth: 10 Gbps, delay: 3 ms}}}}
aws:
  region: us-east-1
  locations: {{EqDC2: {{devices: [dx_1]}}}}
  vpcs: {{{vpcs}}}
  virtual_private_gateways: {{{gateways}}}
connections:
  primary: {{location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps}}
virtual_interfaces: {{{virtual_interfaces}}}
"""
SCENARIO = """
topology: {topology}
probes: {{app: {{udp: {{from: app, to: i_{last}}}}}}}
expect:
  - {{outage: app, at_most: 0 s}}
end: 2 s
"""


def topology(count: int) -> str:
    """A design with `count` virtual interfaces."""

    def each(text: str) -> str:
        return ", ".join(text.replace("N", str(number)) for number in range(count))

    return TOPOLOGY.format(
        vpcs=each("vpc_N: {cidr: 172.16.N.0/24, instances: {i_N: 172.16.N.10}}"),
        gateways=", ".join(f"vgw_{n}: {{asn: {64512 + n}, vpc: vpc_{n}, route_propagation: on}}" for n in range(count)),
        virtual_interfaces=", ".join(
            f"vif_{n}: {{type: private, connection: primary, vlan: {101 + n}, gateway: vgw_{n}, bfd: 300 ms x 3}}"
            for n in range(count)
        ),
    )


def main() -> None:
    options(__doc__).parse_args()
    ready: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        for count in COUNTS:
            progress(f"{count} virtual interfaces")
            design, story = Path(folder, f"vifs_{count}.yaml"), Path(folder, f"story_{count}.yaml")
            design.write_text(topology(count))
            story.write_text(SCENARIO.format(topology=design, last=count - 1))
            run = dxemu_run(story)
            if run.result["verdict"] != "pass":
                raise SystemExit(f"{count} virtual interfaces: packets were lost although nothing failed")
            ready[count] = next(e["wall_s"] for e in run.timeline if e["event"] == "lab_ready")
    progress("")
    first, last = COUNTS[0], COUNTS[-1]
    finish(
        [
            *(Line(f"{count} virtual interfaces", f"{seconds:.1f} s") for count, seconds in ready.items()),
            at_most(f"{last} converged", ready[last], LIMIT_S, "s"),
            at_most(f"{last} against {last} times one", ready[last] / (last * ready[first]), 1.0, "", 2),
        ]
    )


if __name__ == "__main__":
    main()
