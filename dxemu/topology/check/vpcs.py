"""VPCs: one gateway for each, in its own Region."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T057": """\
Instances are reached through a gateway of their VPC: a virtual private gateway, or a transit
gateway that the VPC is attached to. AWS lets a VPC have both, with routes in the VPC's route
table that choose; dxemu gives it one.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T055: a transit gateway in another Region than its VPC. DX-T057: a VPC with no gateway, or with two kinds."""
    aws = file.aws
    attached = {vpc for tgw in aws.transit_gateways.values() for vpc in tgw.attachments}
    owner = {vgw.vpc: name for name, vgw in aws.virtual_private_gateways.items()}
    for name, tgw in aws.transit_gateways.items():
        here = tgw.region or aws.region
        for number, vpc in enumerate(tgw.attachments):
            path = ("aws", "transit_gateways", name, "attachments", number)
            if vpc not in aws.vpcs:
                continue
            there = aws.vpcs[vpc].region or aws.region
            if there != here:
                problem = f"VPC '{vpc}' is in {there}, transit gateway '{name}' in {here}"
                findings.add(path, "DX-T055", problem, f"Give {there} a transit gateway of its own.")
            if vpc in owner:
                problem = f"VPC '{vpc}' has the virtual private gateway '{owner[vpc]}', too"
                findings.add(path, "DX-T057", problem, "dxemu gives a VPC one way out. Take one of the two away.")
    if not {*owner, *attached} <= set(aws.vpcs):
        return  # A VPC that is not there is reported; which one was meant is not known.
    for name, vpc_entry in aws.vpcs.items():
        if vpc_entry.instances and name not in owner and name not in attached:
            problem = f"nothing leads to the instances of VPC '{name}': it has no gateway"
            remedy = f"Add a virtual private gateway with `vpc: {name}`, or attach it to a transit gateway."
            findings.add_name(("aws", "vpcs", name), "DX-T057", problem, remedy)
