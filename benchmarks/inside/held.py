"""Inside the embedded kernel: a job that waits for orders, its clock held."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dxemu.host import hold

if TYPE_CHECKING:
    from dxemu.host.channel import Channel


def main(_payload: object, channel: Channel, _folder: str) -> None:
    """Answer each order with its number and the time that has passed since the clock was held, until there is none."""
    hold.hold()
    begun = time.monotonic_ns()
    channel.send("waiting", 0)
    while (number := channel.receive()["number"]) is not None:
        channel.send("answered", 0, number=number, passed_ns=time.monotonic_ns() - begun)
    hold.release()
