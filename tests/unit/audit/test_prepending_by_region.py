"""DX-A007 names the gateways at which prepending moves nothing, and no other: where there are several Regions."""

from __future__ import annotations

from pathlib import Path

from dxemu.audit.menu import make_audit
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

REGIONS = {"us-east-1": "1", "us-west-2": "2", "eu-west-1": "3", "ap-southeast-2": "4"}
FILE = """\
story: Four Regions behind one Direct Connect gateway; the second location prepends.
customer:
  asn: 65000
  data_center:
    networks: [10.0.0.0/16]
    hosts: {app: 10.0.1.10}
    routers: {edge: {}}
  colocations:
    EqDC2: {routers: {east: {}}}
    EqSE2: {routers: {west: {}}}
  circuits:
    to_east: {from: edge, to: east, bandwidth: 10 Gbps, delay: 2 ms}
    to_west: {from: edge, to: west, bandwidth: 10 Gbps, delay: 30 ms}
aws:
  region: us-east-1
  region_delays: {us-west-2: 26 ms, eu-west-1: 40 ms, ap-southeast-2: 115 ms}
  locations:
    EqDC2: {devices: [dx_east], region: us-east-1}
    EqSE2: {devices: [dx_west], region: us-west-2}
  vpcs:
VPCS
  transit_gateways:
GATEWAYS
  direct_connect_gateways:
    dxgw: {asn: 64512, associations: {ASSOCIATIONS}}
connections:
  first: {location: EqDC2, device: dx_east, router: east, bandwidth: 10 Gbps}
  second: {location: EqSE2, device: dx_west, router: west, bandwidth: 10 Gbps}
virtual_interfaces:
  first: {type: transit, connection: first, vlan: 101, gateway: dxgw, bfd: 300 ms x 3, customer: {local_pref: 200}}
  second: {type: transit, connection: second, vlan: 102, gateway: dxgw, bfd: 300 ms x 3, customer: {as_path_prepend: 2}}
"""


def test_it_is_in_vain_at_the_gateway_of_its_own_region_only(tmp_path: Path) -> None:
    """To the others both locations, or the first one, are as near as before: there the AS_PATH decides."""
    cidr = "172.{}.0.0/16".format
    vpcs = [
        f"    vpc_{n}: {{region: {region}, cidr: {cidr(20 + int(n))}, instances: {{web_{n}: 172.{20 + int(n)}.1.10}}}}"
        for region, n in REGIONS.items()
    ]
    gateways = [
        f"    tgw_{n}: {{region: {region}, asn: 6460{n}, attachments: [vpc_{n}]}}" for region, n in REGIONS.items()
    ]
    allowed = ", ".join(f"tgw_{n}: {{allowed_prefixes: [{cidr(20 + int(n))}]}}" for n in REGIONS.values())
    text = FILE.replace("VPCS", "\n".join(vpcs)).replace("GATEWAYS", "\n".join(gateways))
    file = tmp_path / "four_regions.yaml"
    file.write_text(text.replace("ASSOCIATIONS", allowed), encoding="utf-8")
    topology = load(file)
    found = [one.finding for one in make_audit(topology, make_plan(topology)).found if one.code == "DX-A007"]
    assert [one.names for one in found] == [("second",)]
    (said,) = found
    assert "to be second to first at tgw_2, and AWS sends over it" in said.problem
