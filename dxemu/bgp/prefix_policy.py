"""What a router does with some prefixes in place of what a session does with all: filters as routers write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from dxemu.units import IPNetwork

_FILTER = re.compile(r"(\S+)(?:\s+ge\s+(\d{1,3}))?(?:\s+le\s+(\d{1,3}))?\Z")


@dataclass(frozen=True, slots=True)
class PrefixFilter:
    """The prefixes in `network`, itself included, of `shortest` to `longest` bits: an entry of a prefix list."""

    network: IPNetwork
    shortest: int
    longest: int

    def matches(self, prefix: IPNetwork) -> bool:
        """Whether `prefix` is one of them."""
        if prefix.version != self.network.version or not self.shortest <= prefix.prefixlen <= self.longest:
            return False
        return prefix.subnet_of(self.network)  # type: ignore[arg-type]  # of one version

    def __str__(self) -> str:
        own = self.network.prefixlen
        at_least = f" ge {self.shortest}" if self.shortest > own else ""
        at_most = f" le {self.longest}" if self.longest > own and self.longest > self.shortest else ""
        exact = f" le {self.longest}" if at_least and self.longest == self.shortest else ""
        return f"{self.network}{at_least}{at_most}{exact}"


def parse(text: str) -> PrefixFilter:
    """The filter that `10.4.0.0/16`, `10.4.0.0/16 le 24` or `10.4.0.0/16 ge 20 le 24` writes.

    Without `ge` and `le` it is that prefix exactly; with `ge` alone as long as can be. Raises ValueError.
    """
    match = _FILTER.match(text.strip())
    if match is None:
        raise ValueError("it is not a network with `ge` and `le` behind it")
    network: IPNetwork = ip_network(match[1])
    own, most = network.prefixlen, network.max_prefixlen
    shortest = int(match[2]) if match[2] else own
    longest = int(match[3]) if match[3] else most if match[2] else own
    if not own <= shortest <= longest <= most:
        raise ValueError(f"lengths go up from its own {own} to at most {most}: {shortest} to {longest} do not")
    return PrefixFilter(network, shortest, longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixPolicy:
    """What is done with the prefixes that `filter` matches; None: what the session does with all.

    Of what is heard: whether it is taken (`accept`), and with which `local_pref`. Of what is told: whether it is
    (`announce`), with which `communities` in place of the session's, how often the own ASN is put in front once more
    (`prepend`), and which `med` goes with it.
    """

    filter: PrefixFilter
    accept: bool = True
    announce: bool = True
    local_pref: int | None = None
    communities: tuple[str, ...] | None = None
    prepend: int | None = None
    med: int | None = None


def policy_of(prefix: IPNetwork, policies: Sequence[PrefixPolicy]) -> PrefixPolicy | None:
    """The first one that matches decides, as in a route map."""
    return next((policy for policy in policies if policy.filter.matches(prefix)), None)
