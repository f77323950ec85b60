"""What probes between two hosts have in common, the customer's or instances of VPCs."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.base import Probe

END = "host or instance"
"""The noun of a node that a probe can begin or end at."""
END_OR_SERVICE = "host, instance or service"
"""That of one that serves, too: AWS's public services, and hosts on the Internet."""
ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {END: ("host", "instance"), END_OR_SERVICE: ("host", "instance", "service")}
)
"""What such a node may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenHosts(Probe, ABC):
    """From one host to another."""

    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun=END, example="app")
    to_host: str = parameter(Takes.NAME, key="to", need=Need.ALWAYS, noun=END, example="web")

    @property
    def ends(self) -> tuple[str, str]:
        """Who begins, and whom it is for."""
        return self.from_host, self.to_host

    def contradictions(self) -> Iterator[Contradiction]:
        """One host as both ends. Of a probe that goes `across` it is known to be at one place only."""
        if self.from_host == self.to_host and not self.across:
            yield Contradiction(key="to", problem=f"'{self.to_host}' is both ends", remedy="Write two different hosts.")
