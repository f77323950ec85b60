"""What the two ends of a tunnel propose to each other, in AWS's words: `AES256-SHA2-256-14`.

That is encryption, integrity and Diffie-Hellman group.
Source: Site-to-Site VPN User Guide, "Tunnel options"; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

AES = ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16")
"""The encryption that AWS takes in both phases.

Source: Site-to-Site VPN User Guide, "Tunnel options"; read 2026-11-23.
"""

SHA = ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512")
"""The integrity that AWS takes in both phases. Source: as `AES`."""


class Phase(IntEnum):
    """Phase 1 is IKE's own SA, phase 2 that of ESP."""

    IKE = 1
    ESP = 2


GROUPS: Mapping[Phase, tuple[int, ...]] = MappingProxyType(
    {Phase.IKE: (2, *range(14, 25)), Phase.ESP: (2, 5, *range(14, 25))}
)
"""The Diffie-Hellman groups that AWS takes. Source: as `AES`."""

ENCRYPTION: Mapping[str, str] = MappingProxyType(
    {"3DES": "3des", "AES192": "aes192"} | {name: name.replace("-", "").lower() for name in AES}
)
"""Words of strongSwan's for what routers can have, also for what AWS refuses. Source: swanctl.conf(5), 5.9.8."""

INTEGRITY: Mapping[str, str] = MappingProxyType({"MD5": "md5"} | {name: name.replace("2-", "").lower() for name in SHA})
"""Source: as `ENCRYPTION`."""

GROUP: Mapping[int, str] = MappingProxyType(
    {1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096", 17: "modp6144"}
    | {18: "modp8192", 19: "ecp256", 20: "ecp384", 21: "ecp521"}
    | {22: "modp1024s160", 23: "modp2048s224", 24: "modp2048s256"}
)
"""Source: as `ENCRYPTION`."""


@dataclass(frozen=True, slots=True)
class IpsecProposal:
    """One proposal of a phase, in AWS's words; `group` by its number."""

    encryption: str
    integrity: str
    group: int

    @classmethod
    def parse(cls, text: str) -> IpsecProposal:
        """Read `3DES-SHA1-2`. Raises ValueError with "problem; remedy"."""
        for encryption in ENCRYPTION:
            for integrity in INTEGRITY:
                for group in GROUP:
                    if text.upper() == f"{encryption}-{integrity}-{group}":
                        return cls(encryption, integrity, group)
        raise ValueError(
            f"{text!r} is no proposal; write encryption, integrity and Diffie-Hellman group, as in 3DES-SHA1-2: "
            f"{', '.join(ENCRYPTION)}; {', '.join(INTEGRITY)}; {', '.join(map(str, GROUP))}"
        )

    def __str__(self) -> str:
        return f"{self.encryption}-{self.integrity}-{self.group}"

    def refused(self, phase: Phase) -> tuple[str, ...]:
        """What of it AWS does not take in a phase; empty if it takes it."""
        return tuple(self._refused(phase))

    def _refused(self, phase: Phase) -> Iterator[str]:
        if self.encryption not in AES:
            yield self.encryption
        if self.integrity not in SHA:
            yield self.integrity
        if self.group not in GROUPS[phase]:
            yield f"group {self.group}"

    def words(self, phase: Phase) -> str:
        """For strongSwan. With GCM integrity is the cipher's own, and IKE names what keys are derived with."""
        encryption, integrity, group = ENCRYPTION[self.encryption], INTEGRITY[self.integrity], GROUP[self.group]
        if "gcm" not in encryption:
            return f"{encryption}-{integrity}-{group}"
        return f"{encryption}-prf{integrity}-{group}" if phase is Phase.IKE else f"{encryption}-{group}"
