"""A small name server at one end, and a client at the other that sends each question once."""

from __future__ import annotations

from dxemu.daemons.clients import Page, ask_dns
from dxemu.daemons.services import DNS_KINDS
from dxemu.lab.probes.asking import AskingRunner
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import Service
from dxemu.units import IPAddress

ADDRESS = "192.0.2.1"
"""Of what is asked for: one that nobody has (RFC 5737)."""


class DnsRunner(AskingRunner):
    """On UDP port 53."""

    def service(self, node: str) -> Service:
        """As AWS's public services of that kind."""
        return Service(node=node, kind=DNS_KINDS[0], text=ADDRESS)

    async def ask(self, client: Namespace, server: IPAddress) -> Page:
        """An address."""
        return await ask_dns(client, server)
