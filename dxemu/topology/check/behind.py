"""What is behind a gateway: VPCs, and whether they know IPv6."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.topology.file import TopologyFile

IPV6 = 6


def has_ipv6(file: TopologyFile, vpc: str) -> bool:
    """Whether a VPC has an IPv6 network; one that is unknown is reported elsewhere and passes."""
    return vpc not in file.aws.vpcs or file.aws.vpcs[vpc].ipv6_cidr is not None


def vpcs_behind(file: TopologyFile, gateway: str | None) -> Iterator[str]:
    """The VPCs that a gateway leads to, through a Direct Connect gateway too."""
    aws = file.aws
    if gateway in aws.virtual_private_gateways:
        yield aws.virtual_private_gateways[gateway].vpc
    elif gateway in aws.transit_gateways:
        yield from aws.transit_gateways[gateway].attachments
    elif gateway in aws.direct_connect_gateways:
        for behind in aws.direct_connect_gateways[gateway].associations:
            if behind not in aws.direct_connect_gateways:
                yield from vpcs_behind(file, behind)
