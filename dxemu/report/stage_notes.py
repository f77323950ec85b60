"""Where the time of an outage went, in the words of the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dxemu.measure.result import (
    Outage,
    Stage,
)
from dxemu.measure.terms import FIRST_PACKET, INSTALL, NOTICE, ON_THE_WAY, UNDER_WAY, WITHDRAW, MeasuredTerm
from dxemu.words import SHORT_MS, direction, duration

NOTICED_BY = {
    "hold_timer": "the hold timer",
    "bfd": "BFD",
    "carrier": "the port",
    "lacp": "LACP",
    "dpd": "dead peer detection",
    "vrrp": "VRRP",
}
TOLD_BY = {
    "notification": "until the other end's NOTIFICATION ended its session",
    "prefix_limit": "until AWS's prefix limit ended its session",
}

TERMS = {
    UNDER_WAY: "packets under way when it struck",
    WITHDRAW: "withdrawing",
    INSTALL: "installing",
    FIRST_PACKET: "until the first packet",
    ON_THE_WAY: "the first packet through was sent before that",
}


def term_words(term: str, stage: Stage | None) -> str:
    """What a measured term is called; of noticing, who noticed: BFD and a hold timer are two terms."""
    if term == NOTICE and stage is not None:
        return f"{NOTICED_BY.get(stage.detected_by, stage.detected_by)} noticing"
    return TERMS.get(term, term)


def term_span(term: MeasuredTerm, stage: Stage | None) -> tuple[str, str]:
    """What it is called, and how long it was. What is taken off the sum is no negative duration to an engineer."""
    if term.ms >= 0:
        return term_words(term.name, stage), duration(term.ms)
    return "less", f"{duration(-term.ms)}: {term_words(term.name, stage)}"


def per_direction(notes: Iterable[tuple[str, str]]) -> list[str]:
    """The texts; where the directions differ, with the direction before what differs."""
    found = list(notes)
    if not found:
        return []
    shared = min((words for _, words in found), key=len)
    if all(words.startswith(shared) for _, words in found):
        more = [f"{direction(d)}: {words[len(shared) :].lstrip(', ')}" for d, words in found if words != shared]
        return [shared, *more]
    return [f"{direction(d)}: {words}" for d, words in found]


def blur(outages: Sequence[Outage], stage: Stage) -> float | None:
    """How exactly the outage of a stage's direction was measured; None if there was none."""
    return min((o.uncertainty_ms for o in outages if o.direction == stage.direction), default=None)


def stage_words(stage: Stage, blur_ms: float | None) -> str:
    """`88.40 s until the hold timer noticed, 2 ms to withdraw, 4 ms until the first packet`."""
    if stage.detect_ms is None:
        return "nobody noticed" if stage.first_packet_ms is not None else "nobody had noticed when the run ended"
    noticed = f"until {NOTICED_BY.get(stage.detected_by, stage.detected_by)} noticed"
    words = [f"{duration(stage.detect_ms)} {TOLD_BY.get(stage.detected_by, noticed)}"]
    last = stage.detect_ms
    for at, what in (
        (stage.withdraw_ms, "to withdraw"),
        (stage.install_ms, "to install"),
        (stage.first_packet_ms, "until the first packet"),
    ):
        # Shorter than the measurement can tell. Before: the first packet was on its way when the route changed.
        if at is None or at < last + max(SHORT_MS, blur_ms or 0.0):
            continue
        words.append(f"{duration(at - last)} {what}")
        last = at
    return ", ".join(words)
