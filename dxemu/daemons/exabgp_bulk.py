"""What ExaBGP 5.0.15 does slowly with many routes, done otherwise in the child. Nothing else changes.

- It carries out 50 routes of a command and then looks at its sockets, each time in an event loop that it makes anew
  (inside the embedded kernel a millisecond), so that an UPDATE message holds 50 routes at most. Here it carries out all
  that has come in.
- It copies each route, its attributes included, because several neighbors might share it. Here a command names one.
"""

from __future__ import annotations

from typing import Any

from exabgp.bgp.neighbor import Neighbor
from exabgp.reactor import asynchronous

MOST_STEPS = 50_000
"""A route is a step."""


class Asynchronous(asynchronous.ASYNC):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """The commands that are being carried out."""

    def run(self) -> None:
        """Carry them out in order. One that takes for ever must not keep the speaker from its sockets.

        What fails otherwise than ExaBGP's commands expect ends the speaker, and the lab says why.
        """
        for _ in range(MOST_STEPS):
            if not self._async:
                return
            _, command = self._async[0]
            try:
                next(command)
            except StopIteration:
                self._async.popleft()


def _only_neighbors(self: Neighbor, change: Any) -> Any:  # Any: ExaBGP's route
    """In place of `Neighbor.remove_self`: the route, which names its next hop and is for this neighbor only."""
    del self
    return change


def install() -> None:
    """Replace them. Call it in the child."""
    Neighbor.remove_self = _only_neighbors
