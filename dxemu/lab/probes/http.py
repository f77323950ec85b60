"""A small web server at one end, and a client at the other that opens a connection for each page."""

from __future__ import annotations

from dxemu.daemons.clients import Page, get_page
from dxemu.lab.probes.asking import AskingRunner
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import Service
from dxemu.units import IPAddress

CONTENT = "the page of a probe"


class HttpRunner(AskingRunner):
    """On port 80."""

    def service(self, node: str) -> Service:
        """As AWS's public services of that kind."""
        return Service(node=node, kind="http", text=CONTENT)

    async def ask(self, client: Namespace, server: IPAddress) -> Page:
        """A page."""
        return await get_page(client, server)
