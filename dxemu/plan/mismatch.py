"""Two ends of a session that do not fit, and what is seen of it. Import-light, as `dxemu.plan.model` is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Symptom(StrEnum):
    """What an engineer sees first of two ends that differ.

    The neighbor's address is not resolved; TCP's SYN stays without an answer, or its answer is not taken; OPEN is
    refused with NOTIFICATION 2/2 (RFC 4271 section 6.2); a LAG finds no partner for its LACP. Of a tunnel: no IKE
    message comes, or a notification does: AUTHENTICATION_FAILED, NO_PROPOSAL_CHOSEN, TS_UNACCEPTABLE (RFC 7296 sections
    2.7, 2.9, 2.21).
    """

    NO_LACP_PARTNER = "no_lacp_partner"
    NO_ARP_ANSWER = "no_arp_answer"
    NO_TCP_CONNECTION = "no_tcp_connection"
    BAD_PEER_AS = "bad_peer_as"
    NO_IKE = "no_ike"
    AUTHENTICATION_FAILED = "authentication_failed"
    NO_PROPOSAL_CHOSEN = "no_proposal_chosen"
    TS_UNACCEPTABLE = "ts_unacceptable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """What two ends have configured differently, so that their session never comes up.

    `path` is where it stands in the topology's file; `customer` and `amazon` say what each end has, for people, without
    secrets; `symptom` is what will be seen, `why` the rule behind it.
    """

    path: tuple[str | int, ...]
    customer: str
    amazon: str
    symptom: Symptom
    why: str

    def __str__(self) -> str:
        return f"{self.customer} at the customer's router and {self.amazon} at AWS"

    @property
    def text(self) -> str:
        """A sentence without a full stop."""
        return f"the customer's router has {self.customer}, AWS has {self.amazon}: {self.why}"
