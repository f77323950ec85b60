"""`dxemu explain path` for people: each direction hop by hop, what would be next, asymmetry, and what is unused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.explain.model import Direction, Explanation, Hop, HopLink, LosingRoute, Next, Reason
from dxemu.report.columns import hanging, widest
from dxemu.topology.words import listed
from dxemu.words import direction

MARGIN = "  "
LONGEST_LABEL = 32
LABEL = 14
OVER = 8
UNCHOSEN = ("connected", "local", "default route", "behind")
"""Entries of which nobody asks what they were chosen from."""


def render(explanation: Explanation, width: int = 100) -> str:
    """All of it, as lines of at most `width` characters if they can be wrapped."""
    lines = [f"{explanation.topology}{MARGIN}{explanation.moment}".rstrip()]
    for number, session in enumerate(explanation.down):
        lines += hanging(f"{MARGIN}down" if number == 0 else "", session, LABEL, width)
    for number, words in enumerate(explanation.ends_differ):
        lines += hanging(f"{MARGIN}ends differ" if number == 0 else "", words, LABEL, width)
    for way in explanation.directions:
        lines += ["", *_direction(way, width)]
    closing = [line for label, words in _closing(explanation) for line in hanging(label, words, LABEL, width)]
    return "\n".join([*lines, *(["", *closing] if closing else [])]) + "\n"


def _direction(way: Direction, width: int) -> Iterator[str]:
    towards = f", {direction(way.direction)}" if way.direction else ""
    yield f"{way.source} to {way.target}{MARGIN}{way.address}{towards}"
    vpcs = (hop.vpc.table for hop in way.hops if hop.vpc is not None)
    indent = widest((MARGIN + label for label in (*(hop.what for hop in way.hops), *vpcs)), LONGEST_LABEL)
    for hop in way.hops:
        yield from _hop(hop, indent, width)
    for words in (way.translated, "" if way.arrives else f"not reached: {way.end}"):
        if words:
            yield from hanging("", words, indent, width)
    if way.over:
        shared = "; other flows take the other ways that are shared" if way.shared else ""
        yield from hanging(f"{MARGIN}crosses", ", ".join(way.over) + shared, LABEL, width)
    for words in way.struck:
        yield from hanging(f"{MARGIN}fault", f"{words}: the tables still lead over it", LABEL, width)
    yield from _next_best(way.next_best, width)


def _hop(hop: Hop, indent: int, width: int) -> Iterator[str]:
    label = MARGIN + hop.what
    if hop.vpc is not None:
        yield from _reason(MARGIN + hop.vpc.table, hop.vpc, indent, width)
    if hop.reason is None:
        yield label
    else:
        yield from _reason(label, hop.reason, indent, width)
    if hop.crossing is not None and hop.crossing.carrier:
        yield from hanging(f"{MARGIN}  ={hop.crossing.carrier}=>", _crossing(hop.crossing), indent, width)


def _reason(label: str, reason: Reason, indent: int, width: int) -> Iterator[str]:
    words = f"{reason.prefix} {reason.how}"
    told = reason.table == "route table" or reason.table.startswith(label.strip())
    if not told and not reason.how.startswith(UNCHOSEN):
        words += f", in the {reason.table}"
    if not reason.losers and not reason.how.startswith(UNCHOSEN):
        words += f": {reason.rule}"
    yield from hanging(label, words, indent, width)
    if reason.shared:
        yield from _under("shared", f"per flow over {'; '.join(reason.shared)}", indent, width)
    for number, words in enumerate(losers_in_words(reason.losers, reason.prefix)):
        yield from _under("over" if number == 0 else "", words, indent, width)
    for number, rule in enumerate(reason.aws):
        yield from _under("AWS" if number == 0 else "", rule, indent, width)


def losers_in_words(losers: Sequence[LosingRoute], prefix: str) -> list[str]:
    """Who lost and why; those that lost for one reason together. The prefix is said where it is another one.

    A default route is left out where anything else lost: it is always there.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for loser in losers:
        found.setdefault((loser.prefix, loser.why), []).append(loser.how)
    shown = {key: hows for key, hows in found.items() if not key[0].endswith("/0")} or found
    return [
        f"{'' if other == prefix else f'{other} '}{listed(hows, 'and')}: {why}" for (other, why), hows in shown.items()
    ]


def _under(label: str, words: str, indent: int, width: int) -> Iterator[str]:
    """A label and text below the text of a hop."""
    yield from hanging(f"{'':<{indent}}{label}", words, indent + OVER, width)


def _crossing(crossing: HopLink) -> str:
    if crossing.tunnel:
        under = f" over virtual interface {', '.join(crossing.underlay)}" if crossing.underlay else ""
        return f"IPsec{under}, cables {', '.join(crossing.cables)}"
    if len(crossing.ways) > 1:
        members = ", ".join("+".join(way) for way in crossing.ways)
        return f"VLAN {crossing.vlan_id} on LAG {crossing.connection}, each flow on one of {members}"
    words = f"VLAN {crossing.vlan_id} on connection {crossing.connection}"
    named = crossing.cables == (crossing.connection,)
    return words if named else f"{words}, cables {', '.join(crossing.cables)}"


def _next_best(found: Sequence[Next], width: int) -> Iterator[str]:
    for number, one in enumerate(found):
        lost = f"without {one.lost[-1]}" if len(one.lost) == 1 else f"then without {one.lost[-1]}"
        words = f"nothing; {one.rule}"
        if one.at:
            over = ", ".join(one.over) or "a way over neither virtual interface nor tunnel"
            words = f"{over}; {one.at}: {one.rule}"
        yield from hanging(f"{MARGIN}next best" if number == 0 else "", f"{lost}: {words}", LABEL, width)


def _closing(explanation: Explanation) -> Iterator[tuple[str, str]]:
    forth, back = explanation.directions
    for number, unused in enumerate(explanation.unused):
        what = f"connection {unused.connection}"
        if unused.virtual_interface != unused.connection:
            what += f" (virtual interface {unused.virtual_interface})"
        words = f"{what} is up and carries nothing {direction(unused.direction)}; {unused.why}"
        yield f"{MARGIN}unused" if number == 0 else "", words
    if explanation.asymmetric:
        ways = [f"{way.source} to {way.target} crosses {', '.join(way.over) or 'neither'}" for way in (forth, back)]
        yield f"{MARGIN}asymmetric", f"{ways[0]}, {ways[1]}. Stateful firewalls drop such traffic."
        yield f"{MARGIN}remedy", explanation.remedy
