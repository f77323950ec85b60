"""What the explanation of a prefix is made of: text and numbers only, ready for people and for JSON."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.explain.model import LosingRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one end of a session makes of the prefix, and what the other end makes of that.

    Exactly one of these holds: `why_not` says why it is not announced, `refused` why it is not let in; or it is
    accepted, with `local_pref` at the end that hears it. `kind` is eBGP, iBGP or static. `reflected` is what a route
    reflector adds: ORIGINATOR_ID and CLUSTER_LIST. `quota` says what AWS does
    about the number of prefixes, if it is too high.
    """

    session: str
    kind: str
    speaker: str
    hears: str
    as_path: str = ""
    communities: tuple[str, ...] = ()
    med: int | None = None
    local_pref: int | None = None
    why_not: str = ""
    refused: str = ""
    reflected: str = ""
    quota: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """The prefix in one table: `how` it is known there, chosen by `rule` over `losers`.

    `kernel` is the kernel's table (FIB) that it is in; empty if it is in none, and `why_not` says why.
    """

    where: str
    how: str
    rule: str
    losers: tuple[LosingRoute, ...] = ()
    shared: tuple[str, ...] = ()
    kernel: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixExplanation:
    """What becomes of `prefix`. If nobody has it, `covering` is the longest one around it and `covered` those inside.

    `notes` are what the design says of it beside BGP: allowed prefixes, route propagation.
    """

    topology: str
    moment: str
    prefix: str
    originated: tuple[str, ...]
    told: tuple[Told, ...]
    tables: tuple[TableEntry, ...]
    notes: tuple[str, ...]
    covering: tuple[str, ...]
    covered: tuple[str, ...]
    down: tuple[str, ...]

    @property
    def nobody(self) -> bool:
        """Whether no table has it."""
        return not (self.originated or self.tables)
