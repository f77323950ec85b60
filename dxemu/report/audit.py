"""What is weak in a design, for people (worst first) and as JSON."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.text import Text

from dxemu.audit.base import Found, listed
from dxemu.audit.elements import Failure, Outcome, in_one_version
from dxemu.audit.level import Level, Resiliency
from dxemu.audit.menu import Audit
from dxemu.audit.pairs import PairOutcome
from dxemu.predict.windows import Window
from dxemu.words import count, until_repair

SCHEMA = "dxemu.audit/1"
INDENT = 11
LABEL = 8
OUTAGE_WIDTH = 18
NARROWEST = 40
NAMED = 3
"""Of what keeps a design from the level that it is built as: the worst."""
PLURALS = {
    "is cut": "are cut",
    "falls silent": "fall silent",
    "dies": "die",
    "loses power": "lose power",
}
"""What several of them do."""

Row = tuple[str, str, str]
"""What it is about, its outage, the outage's style."""

_QUANTITY = re.compile(r"(\d) (?=%|m?s\b|Gbps)")


def render(audit: Audit, *, width: int = 120) -> list[Text]:
    """The report's lines. Colour is only in their styles."""
    lines = [_headline(audit), *_resiliency(audit.resiliency, width), Text()]
    lines += _table("What fails alone", _alone(audit.outcomes), width)
    if audit.pairs is not None:
        lines += [Text(), *_pairs(audit.pairs, width)]
    lines.append(Text())
    if not audit.found:
        return [*lines, Text("  No finding.", "green")]
    lines.append(Text(f"  {count(len(audit.found), 'finding')}, worst first", "bold"))
    for code in dict.fromkeys(one.code for one in audit.found):
        lines += _finding([one for one in audit.found if one.code == code], width)
    return lines


def to_json(audit: Audit) -> dict[str, object]:
    """The audit as JSON values. Outages are `[low, high]` in seconds; high is null if only a repair ends them."""
    return {
        "schema": SCHEMA,
        "topology": audit.topology.name,
        "resiliency": {
            "intended": audit.resiliency.intended.words,
            "effective": audit.resiliency.effective.words,
            "target_percent": audit.resiliency.effective.target,
            "blockers": list(dict.fromkeys(blocker.failures[0].element for blocker in audit.resiliency.blockers)),
        },
        "failures": [
            {**_failure(outcome.failures[0]), "outage_s": _bounds(outcome.outage), "detected_by": _by(outcome)}
            for outcome in audit.outcomes
        ],
        "pairs": None
        if audit.pairs is None
        else [
            {"any_of": [_element(f) for f in pair.first], "with_any_of": [_element(f) for f in pair.second]}
            for pair in audit.pairs
        ],
        "findings": [
            {
                "code": one.code,
                "title": one.title,
                "problem": one.finding.problem,
                "names": list(one.finding.names),
                "outage_s": None if one.finding.outage is None else _bounds(one.finding.outage),
                "rule": one.rule,
                "source": one.source,
                "remedy": one.finding.remedy,
                "file": one.mark.file,
                "line": one.mark.line,
                "column": one.mark.column,
            }
            for one in audit.found
        ],
    }


def _headline(audit: Audit) -> Text:
    elements = list(dict.fromkeys(outcome.failures[0].element for outcome in audit.outcomes))
    fatal = {o.failures[0].element for o in audit.outcomes if math.isinf(o.outage.high_s)}
    text = Text(audit.topology.name, "bold")
    text.append(f"   {count(len(elements), 'element')} can fail alone: ", "not bold")
    words = f"{len(fatal)} of them until repair" if fatal else "none of them is an outage until repair"
    return text.append(words, "not bold red" if fatal else "not bold green")


def _resiliency(found: Resiliency, width: int) -> list[Text]:
    """AWS's model that the design is built as, and what it effectively is because of what fails alone."""
    if found.intended is Level.NONE:
        return []
    target = "" if found.intended.target is None else f" ({found.intended.target:g} %)"
    words = f"built as {found.intended.words}{target}"
    if found.effective is not found.intended:
        names = list(dict.fromkeys(blocker.failures[0].element for blocker in found.blockers))
        words += f", effectively {found.effective.words} ({found.effective.target:g} %) because of "
        words += listed(names if len(names) <= NAMED else [*names[:NAMED], f"{len(names) - NAMED} more"])
    style = "red" if found.effective is not found.intended else "green"
    wrapped = textwrap.wrap(words, max(width - 2, NARROWEST), break_long_words=False, break_on_hyphens=False)
    return [Text(f"  {line}", style) for line in wrapped]


def _alone(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """What fails alike with the same outage is one row, the longest outage first."""
    by_outage: dict[tuple[float, float], dict[tuple[str, int | None], list[Failure]]] = {}
    for outcome in outcomes:
        failure = outcome.failures[0]
        worst = (outcome.outage.high_s, outcome.outage.low_s)
        by_outage.setdefault(worst, {}).setdefault((failure.element, outcome.only_version), []).append(failure)
    for (high, low), elements in sorted(by_outage.items(), reverse=True, key=lambda item: item[0]):
        alike: dict[tuple[tuple[str, ...], int | None], list[Failure]] = {}
        for (_, version), ways in elements.items():
            verbs = tuple(way.mode.verb for way in ways) if high else ()
            alike.setdefault((verbs, version), []).append(ways[0])
        for (verbs, version), failing in alike.items():
            outage = until_repair(low, high)
            yield _together(failing, verbs) + in_one_version(version), outage, _style(outage)


def _together(failing: Sequence[Failure], verbs: Sequence[str] = ()) -> str:
    """`routers dc_a, dc_b die`: the nouns once, then the names; `circuit metro is cut or falls silent`."""
    parts = []
    for (noun, plural), alike in groupby(failing, key=lambda f: (f.mode.noun, f.mode.plural)):
        names = list(dict.fromkeys(failure.name for failure in alike))
        parts.append(f"{noun if len(names) == 1 else plural} {', '.join(names)}")
    said = verbs if len(failing) == 1 else [PLURALS[verb] for verb in verbs]
    return f"{', '.join(parts)} {' or '.join(said)}".rstrip()


def _style(outage: str) -> str:
    return {"until repair": "red", "none": "green"}.get(outage, "yellow" if outage.endswith(" s") else "")


def _table(title: str, rows: Iterable[Row], width: int) -> Iterator[Text]:
    yield Text(f"  {title:<{_room(width) - 2}}outage", "bold")
    for row in rows:
        yield from _row(row, width, 2)


def _row(row: Row, width: int, indent: int) -> Iterator[Text]:
    what, outage, style = row
    room = _room(width)
    first, *rest = _wrapped(what, room - indent - 2)
    yield Text(
        f"{' ' * indent}{first:<{room - indent}}".rstrip() if not outage else f"{' ' * indent}{first:<{room - indent}}"
    ).append(outage, style)
    yield from (Text(f"{' ' * (indent + 2)}{line}") for line in rest)


def _room(width: int) -> int:
    """Where the outages stand."""
    return max(width - OUTAGE_WIDTH - 2, NARROWEST)


def _pairs(pairs: Sequence[PairOutcome], width: int) -> Iterator[Text]:
    if not pairs:
        yield Text("  No two that may fail alone are an outage until repair together.", "green")
        return
    rows = [(f"{_any(pair.first)}, with {_any(pair.second)}", "until repair", "red") for pair in pairs]
    yield from _table("What may fail alone, but not at the same moment", rows, width)


def _any(failing: Sequence[Failure]) -> str:
    return ("any of " if len(failing) > 1 else "") + _together(failing)


def _finding(alike: Sequence[Found], width: int) -> Iterator[Text]:
    """Findings of one rule: what each is about and costs, then the rule, then the remedies."""
    first = alike[0]
    yield Text()
    yield Text("  ").append(f"{first.code}  {first.title}", "bold")
    for one in alike:
        outage = _words(one.finding.outage)
        yield from _row((one.finding.problem, outage, _style(outage)), width, INDENT)
    yield from _hanging(f"Rule    {first.rule} ({first.source}).", width, "dim")
    for number, remedy in enumerate(dict.fromkeys(one.finding.remedy for one in alike)):
        yield from _hanging(f"{'Remedy  ' if number == 0 else '        '}{remedy}", width)


def _hanging(words: str, width: int, style: str = "") -> Iterator[Text]:
    """A label of `LABEL` characters, and text that is wrapped beside it."""
    label, rest = words[:LABEL], words[LABEL:]
    for number, line in enumerate(_wrapped(rest, width - INDENT - LABEL)):
        yield Text(f"{' ' * INDENT}{label if number == 0 else ' ' * LABEL}{line}", style)


def _wrapped(words: str, room: int) -> list[str]:
    """Lines that part no number from its unit."""
    joined = _QUANTITY.sub("\\1\N{NO-BREAK SPACE}", words)
    lines = textwrap.wrap(joined, max(room, NARROWEST // 2), break_long_words=False, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _words(outage: Window | None) -> str:
    return "" if outage is None else until_repair(outage.low_s, outage.high_s)


def _element(failure: Failure) -> dict[str, str]:
    return {"kind": failure.mode.kind, "name": failure.name}


def _failure(failure: Failure) -> dict[str, str]:
    return {**_element(failure), "fault": failure.mode.fault}


def _bounds(window: Window) -> list[float | None]:
    return [None if math.isinf(bound) else bound for bound in (window.low_s, window.high_s)]


def _by(outcome: Outcome) -> str | None:
    return None if outcome.worst is None or not outcome.outage.high_s else outcome.worst.detected_by
