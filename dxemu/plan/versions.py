"""The daemons that a lab runs, by version: where their rules differ, a prediction takes those of the version that runs.

Versions are an input of the plan, so that predictions stay pure. `Versions()` are those of Debian 12, with which dxemu
was made. What differs between versions that predictions were compared with labs of:

    strongSwan  before 6.0.1 packets of the tunnel are a sign of life, from then on only IKE's own (NEWS of 6.0.1)
    BIRD        nothing: proto/bfd/bfd.c draws and waits alike in 2.0.12 and 2.17.5 (2.17: a neighbor that was taken
                down on purpose no longer takes the BGP session down; no lab does that)
    keepalived  no time: vrrp.h computes Skew_Time and Master_Down_Interval alike in 2.2.7 and 2.3.3; but 2.3.3 says
                that it is master before it takes the address, 2.2.7 afterwards
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

KNOWN: Mapping[str, tuple[str, ...]] = {
    "strongSwan": ("5.9.8", "6.0.1"),
    "BIRD": ("2.0.12", "2.17.6"),
    "keepalived": ("2.2.7", "2.3.3"),
    "ExaBGP": ("5.0.15",),
}
"""The versions that predictions were compared with, oldest first: those of Debian 12 and 13."""

_ONLY_IKE_SINCE = (6, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """A version each, as the program tells it. One that cannot be read as numbers is taken for the newest known."""

    strongswan: str = KNOWN["strongSwan"][0]
    bird: str = KNOWN["BIRD"][0]
    keepalived: str = KNOWN["keepalived"][0]
    exabgp: str = KNOWN["ExaBGP"][0]

    def named(self) -> tuple[tuple[str, str], ...]:
        """Name and version of each."""
        return (
            ("strongSwan", self.strongswan),
            ("BIRD", self.bird),
            ("keepalived", self.keepalived),
            ("ExaBGP", self.exabgp),
        )

    def rules(self, name: str) -> str:
        """What this version does otherwise than another known one, in words; empty if they all do the same."""
        if name != "strongSwan":
            return ""
        if self.traffic_is_a_sign_of_life:
            return "packets of a tunnel are a sign of life"
        return "only IKE's own messages are a sign of life"

    @property
    def traffic_is_a_sign_of_life(self) -> bool:
        """Whether strongSwan takes a packet that came out of a tunnel for a sign of life of its peer.

        Source: strongSwan 5.9.8 and 6.0.1, get_use_time() in src/libcharon/sa/ike_sa.c; NEWS of 6.0.1.
        """
        return numbers(rules_of("strongSwan", self.strongswan)) < _ONLY_IKE_SINCE


DEBIAN_12 = Versions()
"""With which dxemu was made."""


def numbers(version: str) -> tuple[int, ...]:
    """`2.0.12` as numbers; what follows them (`6.0.1-rc1`) does not count. Empty if it does not begin with one."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def rules_of(name: str, version: str) -> str:
    """The known version whose rules are taken for `version`: the newest that is not newer than it.

    For one that is older than all the oldest, for one that cannot be read the newest.
    """
    known = KNOWN[name]
    mine = numbers(version)
    if not mine:
        return known[-1]
    return max((one for one in known if numbers(one) <= mine), key=numbers, default=known[0])


def unknown(name: str, version: str) -> str:
    """What to say of a version that predictions were not compared with; empty for one of those."""
    if version in KNOWN[name]:
        return ""
    compared = " and ".join(KNOWN[name])
    return f"{name} {version}: compared with labs of {compared}; taken are the rules of {rules_of(name, version)}"
