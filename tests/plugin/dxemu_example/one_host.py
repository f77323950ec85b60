"""A rule of the audit: one host alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design


class OneHost(Rule):
    """Nothing stands in for it."""

    code: ClassVar[str] = "EX-001"
    title: ClassVar[str] = "one host"
    rule: ClassVar[str] = "Two hosts are better than one"
    source: ClassVar[str] = "an example"

    def find(self, design: Design) -> Iterator[Finding]:
        """At most one."""
        hosts = design.topology.customer.data_center.hosts
        if len(hosts) == 1:
            path = ("customer", "data_center", "hosts")
            yield Finding(problem="there is one host", remedy="Add another.", path=path, names=(hosts[0].name,))
