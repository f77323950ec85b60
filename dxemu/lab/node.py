"""A node of the running lab."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.host.native import MininetNode
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink
from dxemu.plan.model import Node


@dataclass(frozen=True, slots=True)
class LabNode:
    """A Mininet node, with the socket that configures its namespace."""

    plan: Node
    mininet: MininetNode
    netlink: Netlink

    @property
    def name(self) -> str:
        """The plan's name."""
        return self.plan.name

    @property
    def namespace(self) -> Namespace:
        """Its network namespace."""
        return self.mininet.namespace
