"""`dxemu explain route` for people: where a prefix comes from, who hears of it, and what each table does with it."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.explain.prefix_model import PrefixExplanation, TableEntry, Told
from dxemu.report.columns import hanging, widest
from dxemu.report.explain_path import losers_in_words

MARGIN = "  "
LABEL = 14
LONGEST_LABEL = 34
OVER = 8


def render(explanation: PrefixExplanation, width: int = 100) -> str:
    """All of it, as lines of at most `width` characters if they can be wrapped."""
    where = MARGIN.join(part for part in (explanation.topology, explanation.moment) if part)
    lines = [f"{explanation.prefix}{MARGIN}{where}"]
    lines += _listed("down", explanation.down, width)
    if explanation.nobody:
        lines += _nobody(explanation, width)
    lines += _listed("originated", [f"by {words}" for words in explanation.originated], width)
    lines += _listed("design", explanation.notes, width)
    if explanation.told:
        lines += ["", f"{MARGIN}announced"]
        indent = widest((_who(told) for told in explanation.told), LONGEST_LABEL)
        for told in explanation.told:
            lines += hanging(_who(told), _what(told), indent, width)
    if explanation.tables:
        lines += ["", f"{MARGIN}tables"]
        indent = widest((_where(entry) for entry in explanation.tables), LONGEST_LABEL)
        for entry in explanation.tables:
            lines += _entry(entry, explanation.prefix, indent, width)
    return "\n".join(lines) + "\n"


def _listed(label: str, words: tuple[str, ...] | list[str], width: int) -> Iterator[str]:
    for number, one in enumerate(words):
        yield from hanging(f"{MARGIN}{label}" if number == 0 else "", one, LABEL, width)


def _nobody(explanation: PrefixExplanation, width: int) -> Iterator[str]:
    yield from hanging("", "Nobody has it: no router, no gateway and no kernel's table.", 2, width)
    if explanation.covering:
        yield from hanging("", f"The nearest prefix around it is {explanation.covering[0]}.", 2, width)
    if explanation.covered:
        yield from hanging("", f"Inside it are {', '.join(explanation.covered)}.", 2, width)


def _who(told: Told) -> str:
    return f"{MARGIN}  {told.speaker} > {told.hears}"


def _what(told: Told) -> str:
    on = f"{told.kind} on {told.session}"
    if told.why_not:
        return f"{on}: not announced; {told.why_not}"
    path = f", AS_PATH {told.as_path}" if told.as_path else ""
    said = f"{path}{', ' + ' '.join(told.communities) if told.communities else ''}"
    med = "" if told.med is None else f", MED {told.med}"
    quota = f"; {told.quota}" if told.quota else ""
    said += f", {told.reflected}" if told.reflected else ""
    if told.refused:
        return f"{on}{said}{med}: refused; {told.refused}{quota}"
    return f"{on}{said}{med}: accepted, local preference {told.local_pref}{quota}"


def _where(entry: TableEntry) -> str:
    return f"{MARGIN}  {entry.where}"


def _entry(entry: TableEntry, prefix: str, indent: int, width: int) -> Iterator[str]:
    rule = f": {entry.rule}" if entry.rule and not entry.losers else ""
    fib = f"in the FIB, {entry.kernel}" if entry.kernel else f"not in the FIB: {entry.why_not}"
    yield from hanging(_where(entry), f"{entry.how}{rule}; {fib}", indent, width)
    if entry.shared:
        yield from _under("shared", f"per flow over {'; '.join(entry.shared)}", indent, width)
    for number, words in enumerate(losers_in_words(entry.losers, prefix)):
        yield from _under("over" if number == 0 else "", words, indent, width)


def _under(label: str, words: str, indent: int, width: int) -> Iterator[str]:
    """A label and text below the text of a table."""
    yield from hanging(f"{'':<{indent}}{label}", words, indent + OVER, width)
