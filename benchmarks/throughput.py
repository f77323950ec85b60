"""Every speed is true under the virtual clock: what iperf3 gets through, as a part of the port's rate.

Dedicated ports of 1, 10, 100 and 400 Gbps give at least 94 % of line rate in TCP goodput; two members of a LAG
carry 16 flows at least 1.7 times as fast as one; a hosted connection of 500 Mbps gives 90 to 100 % when the
customer shapes, and visibly less when AWS polices; a VPN tunnel never more than 1.25 Gbps.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from common import REPOSITORY, at_least, at_most, dxemu_run, finish, options, progress

GBPS, MBPS = 1e9, 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One run of iperf3 over a topology, changed by `change`, with `steps` before it."""

    topology: str
    streams: int = 1
    lasts: str = "300 ms"
    change: str = "{}"
    steps: str = "[]"

    def bps(self, folder: Path) -> float:
        """Goodput in bits per second."""
        file = folder / "measure.yaml"
        file.write_text(
            f"topology: {REPOSITORY / 'topologies' / self.topology}.yaml\n"
            f"change: {self.change}\n"
            "probes:\n"
            "  bulk: {throughput: {from: app, to: web, direction: to_aws, at: 10 s, "
            f"for: {self.lasts}, streams: {self.streams}}}}}\n"
            f"steps: {self.steps}\n"
            "expect:\n  - {throughput: bulk, at_least: 1 Mbps}\n"
            "end: 15 s\n"
        )
        (found,) = dxemu_run(file).result["throughputs"]
        return float(found["bits_per_second"])


def main() -> None:
    options(__doc__).parse_args()
    port = "{{customer: {{circuits: {{metro: {{bandwidth: {0}}}}}}}, connections: {{primary: {{bandwidth: {0}}}}}}}"
    cut = "[{at: 2 s, fault: {cable_cut: {connection: member_2}}}]"
    vpn = "[{at: 2 s, fault: {cable_cut: {connection: primary}}}]"
    shaped = "{virtual_interfaces: {prod: {customer: {shape: 500 Mbps}}}}"
    measures = {
        "one": Measure(topology="private_vif", lasts="1 s"),
        "ten": Measure(topology="many_vpcs"),
        "hundred": Measure(topology="private_vif", lasts="100 ms", change=port.format("100 Gbps")),
        "four hundred": Measure(topology="private_vif", lasts="100 ms", change=port.format("400 Gbps")),
        "lag": Measure(topology="lag", streams=16),
        "member": Measure(topology="lag", streams=16, steps=cut),
        "policed": Measure(topology="hosted_connection", lasts="1 s"),
        "shaped": Measure(topology="hosted_connection", lasts="1 s", change=shaped),
        "tunnel": Measure(topology="vpn_backup", lasts="400 ms", steps=vpn),
    }
    found = {}
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        for name, measure in measures.items():
            progress(name)
            found[name] = measure.bps(Path(folder))
    progress("")
    finish(
        [
            at_least("dedicated 1 Gbps, one flow", 100 * found["one"] / GBPS, 94, "%"),
            at_least("dedicated 10 Gbps, one flow", 10 * found["ten"] / GBPS, 94, "%"),
            at_least("dedicated 100 Gbps, one flow", found["hundred"] / GBPS, 94, "%"),
            at_least("dedicated 400 Gbps, one flow", found["four hundred"] / 4 / GBPS, 94, "%"),
            at_least("two members against one, 16 flows", found["lag"] / found["member"], 1.7, "times", 2),
            at_least("hosted 500 Mbps, shaped", found["shaped"] / 5 / MBPS, 90, "%"),
            at_most("  and no more than bought", found["shaped"] / 5 / MBPS, 100, "%"),
            at_most("hosted 500 Mbps, policed, against shaped", 100 * found["policed"] / found["shaped"], 90, "%"),
            at_most("a VPN tunnel", found["tunnel"] / GBPS, 1.25, "Gbps", 2),
        ]
    )


if __name__ == "__main__":
    main()
