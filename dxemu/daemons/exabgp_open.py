"""What ExaBGP says of a peer's OPEN message."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.bgp.graceful_restart import Capability
from dxemu.units import Seconds


def graceful_restart_of(capabilities: Mapping[str, Mapping[str, object]]) -> Capability | None:
    """What an OPEN says of graceful restart, in ExaBGP's JSON, where the names of the R and F bits are interchanged."""
    found = next((c for c in capabilities.values() if c.get("name") == "graceful restart"), None)
    if found is None:
        return None
    flags = found["address-family-flags"]
    assert isinstance(flags, Mapping)
    versions = {family.replace("/", " "): set_ for family, set_ in flags.items()}
    known = {number: versions[f"ipv{number} unicast"] for number in (4, 6) if f"ipv{number} unicast" in versions}
    return Capability(
        restart_time=Seconds(float(str(found["time"]))),
        restarted="forwarding" in found["restart-flags"],  # type: ignore[operator]  # ExaBGP's JSON
        versions=frozenset(known),
        forwarding=frozenset(number for number, bits in known.items() if "restart" in bits),
    )
