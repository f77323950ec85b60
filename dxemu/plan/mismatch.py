"""Two ends of a session that do not fit, and what is seen of it. Import-light, as `dxemu.plan.model` is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Symptom(StrEnum):
    """What an engineer sees first of two ends that differ.

    The neighbor's address is not resolved; TCP's SYN stays without an answer, or its answer is not taken; OPEN is
    refused with NOTIFICATION 2/2 (RFC 4271 section 6.2).
    """

    NO_ARP_ANSWER = "no_arp_answer"
    NO_TCP_CONNECTION = "no_tcp_connection"
    BAD_PEER_AS = "bad_peer_as"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """What two ends have configured differently, so that their session never comes up.

    `key` is where it stands under `customer`; `customer` and `amazon` say what each end has, for people, without
    secrets; `symptom` is what will be seen, `why` the rule behind it.
    """

    key: str
    customer: str
    amazon: str
    symptom: Symptom
    why: str

    @property
    def text(self) -> str:
        """A sentence without a full stop."""
        return f"the customer's router has {self.customer}, AWS has {self.amazon}: {self.why}"
