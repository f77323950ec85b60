"""TCP and UDP get through in both directions alike, over every kind of path, and no kind loses more than it should.

Over a VLAN, one member of a LAG, a shaper, a policer, a VPN over the Internet, a public and a transit virtual
interface, through NAT to a public service, and over IPv6. TCP in segments of 1200 bytes gets at least 80 % of the
narrowest rate in each direction (through a policer, which drops its bursts, less: that is told; NAT and IPv6 carry
what their headers leave, within 3 %); of UDP that is offered at 80 % of it at most 1 % is lost. With `--only WORDS`
the ways whose names have them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from common import REPOSITORY, Line, at_least, at_most, dxemu_run, finish, options, progress

MBPS = 1e6
DIRECTIONS = ("to_aws", "from_aws")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A kind of path: a topology, changed and with `steps` before it, whose narrowest place carries `mbps`."""

    topology: str
    mbps: int
    change: str = "{}"
    steps: str = "[]"
    tcp_least: int = 80
    to: str = "web"
    ip_version: int = 4

    def measured(self, folder: Path) -> dict[str, dict[str, float]]:
        """What iperf3 said of each probe."""
        file = folder / "measure.yaml"
        probes = []
        for number, direction in enumerate(DIRECTIONS):
            ends = f"from: app, to: {self.to}, direction: {direction}"
            common = f"{{{ends}, for: 400 ms, mss: 1200, ip_version: {self.ip_version}"
            probes.append(f"  tcp_{direction}: {{throughput: {common}, at: {10 + number} s}}}}")
            udp = f"udp: {self.mbps * 8 // 10} Mbps"
            probes.append(f"  udp_{direction}: {{throughput: {common}, at: {12 + number} s, {udp}}}}}")
        lines = [f"topology: {REPOSITORY / 'topologies' / self.topology}.yaml", f"change: {self.change}"]
        file.write_text("\n".join([*lines, "probes:", *probes, f"steps: {self.steps}", "end: 15 s"]) + "\n")
        return {found["probe"]: found for found in dxemu_run(file).result["throughputs"]}


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    cut = "[{at: 2 s, fault: {cable_cut: {connection: primary}}}]"
    shaped = "{virtual_interfaces: {prod: {customer: {shape: 400 Mbps}}}}"
    ways = {
        "VLAN": Way(topology="private_vif", mbps=1000),
        "LAG": Way(
            topology="lag",
            mbps=1000,
            change="{connections: {member_1: {bandwidth: 1 Gbps}, member_2: {bandwidth: 1 Gbps}}}",
        ),
        "VPN over the Internet": Way(topology="vpn_backup", mbps=1000, steps=cut),
        "VPN over a public virtual interface": Way(topology="ipsec_over_public_vif", mbps=1000),
        "VPN over a transit virtual interface": Way(topology="ipsec_over_transit_vif", mbps=1000),
        "NAT to a public service": Way(topology="public_vif", mbps=1000, to="s3_us_east_1", tcp_least=92),
        "IPv6": Way(topology="private_vif", mbps=1000, ip_version=6, tcp_least=91),
        "hosted connection, policed": Way(topology="hosted_connection", mbps=400, tcp_least=5),
        "hosted connection, shaped at home": Way(topology="hosted_connection", mbps=400, change=shaped),
    }
    rows: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        for name, way in ways.items():
            if only not in name:
                continue
            progress(name)
            found = way.measured(Path(folder))
            for direction in DIRECTIONS:
                tcp, udp = found[f"tcp_{direction}"], found[f"udp_{direction}"]
                told = f"{name}, {direction}"
                rows.append(
                    at_least(f"{told}: TCP", 100 * tcp["bits_per_second"] / way.mbps / MBPS, way.tcp_least, "%")
                )
                rows.append(at_most(f"{told}: UDP lost", udp["lost_percent"], 1, "%"))
    progress("")
    finish(rows)


if __name__ == "__main__":
    main()
