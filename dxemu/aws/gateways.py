"""Virtual private and transit gateways: what their networks may be like."""

from __future__ import annotations

LONGEST_TRANSIT_BLOCK = 24
"""A CIDR block of a transit gateway is a /24 or larger.

Source: EC2 API, TransitGatewayRequestOptions, TransitGatewayCidrBlocks; read 2026-11-24.
"""

VPC_LENGTHS = (16, 28)
"""Shortest and longest prefix of a VPC's IPv4 network.

Source: VPC User Guide, "VPC CIDR blocks"; read 2026-11-23.
"""

VPC_IPV6_LENGTHS = (44, 48, 52, 56, 60)
"""Prefix lengths of a VPC's IPv6 network, since November 2023. AWS's own are /56.

Source: dev.classmethod.jp, "vpcs-subnets-support-more-sizes-ipv6-cidrs", on AWS's announcement; read 2026-11-24.
"""
