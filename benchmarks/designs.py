"""Designs of any size, as topology files: many virtual interfaces over many locations, devices and routers."""

from __future__ import annotations

from dataclasses import dataclass

SCENARIO = """
story: Nothing fails.
topology: {topology}
probes: {{app: {{udp: {{from: app, to: {instance}}}}}}}
expect:
  - {{outage: app, at_most: 0 s}}
end: 2 s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything there is.

    `gateways` are virtual private gateways, each with a VPC and an instance. Where there are fewer than virtual
    interfaces, several of these lead to one. Connections are one for each of the customer's `routers`, which are spread
    over the locations; each location has up to two AWS devices, so `devices` is at most twice `locations`. With `ipv6`
    every virtual interface has a session of each family.
    """

    virtual_interfaces: int
    gateways: int
    locations: int = 1
    devices: int = 1
    routers: int = 1
    ipv6: bool = False

    @property
    def last_instance(self) -> str:
        """The instance behind the last gateway."""
        return f"instance_{self.gateways - 1}"


AUDIT_50 = Size(virtual_interfaces=50, gateways=50)
AUDIT_200 = Size(virtual_interfaces=200, gateways=200, locations=8, devices=16, routers=40)


def topology(size: Size) -> str:
    """The file's text."""
    locations = [f"loc_{number}" for number in range(size.locations)]
    devices = {
        place: [f"dx_{n}" for n in range(size.devices) if n % size.locations == number]
        for number, place in enumerate(locations)
    }
    routers = {f"router_{number}": locations[number % size.locations] for number in range(size.routers)}
    return "\n".join([*_customer(size, locations, routers), *_aws(size, devices), *_ways(size, devices, routers), ""])


def _customer(size: Size, locations: list[str], routers: dict[str, str]) -> list[str]:
    ipv6 = (", '2001:db8::/48'", ", '2001:db8::10'") if size.ipv6 else ("", "")
    return [
        "customer:",
        "  asn: 65000",
        "  data_center:",
        f"    networks: [10.0.0.0/16{ipv6[0]}]",
        f"    hosts: {{app: [10.0.1.10{ipv6[1]}]}}",
        "    routers: {data_center_router: {}}",
        "  colocations:",
        *(
            f"    {place}: {{routers: {{{', '.join(f'{r}: {{}}' for r, at in routers.items() if at == place)}}}}}"
            for place in locations
        ),
        "  circuits:",
        *(
            f"    metro_{router}: {{from: data_center_router, to: {router}, bandwidth: 10 Gbps, delay: 3 ms}}"
            for router in routers
        ),
    ]


def _aws(size: Size, devices: dict[str, list[str]]) -> list[str]:
    found = ["aws:", "  region: us-east-1", "  locations:"]
    found += [f"    {place}: {{region: us-east-1, devices: [{', '.join(at)}]}}" for place, at in devices.items()]
    found.append("  vpcs:")
    for number in range(size.gateways):
        network = f"172.{16 + number // 256}.{number % 256}"
        cidr, addresses = f"{network}.0/24", f"{network}.10"
        if size.ipv6:
            cidr, addresses = f"{cidr}, ipv6_cidr: '2600:{number:x}::/56'", f"{addresses}, '2600:{number:x}::10'"
        found.append(f"    vpc_{number}: {{cidr: {cidr}, instances: {{instance_{number}: [{addresses}]}}}}")
    found.append("  virtual_private_gateways:")
    found += [
        f"    vgw_{number}: {{asn: {64600 + number}, vpc: vpc_{number}, route_propagation: on}}"
        for number in range(size.gateways)
    ]
    return found


def _ways(size: Size, devices: dict[str, list[str]], routers: dict[str, str]) -> list[str]:
    """The n-th connection at a location is on its n-th device, in turn."""
    found = ["connections:"]
    for number, (router, place) in enumerate(routers.items()):
        device = devices[place][number // size.locations % len(devices[place])]
        found.append(f"  line_{router}: {{location: {place}, device: {device}, router: {router}, bandwidth: 10 Gbps}}")
    found.append("virtual_interfaces:")
    names, ipv6 = list(routers), ", ipv6: on" if size.ipv6 else ""
    for number in range(size.virtual_interfaces):
        connection, vlan = f"line_{names[number % size.routers]}", 101 + number // size.routers
        found.append(
            f"  vif_{number}: {{type: private, connection: {connection}, vlan: {vlan},"
            f" gateway: vgw_{number % size.gateways}, bfd: 300 ms x 3{ipv6}}}"
        )
    return found
