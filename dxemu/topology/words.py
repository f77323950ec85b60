"""Words for messages: the nearest known name, a list of names, what a value is."""

from __future__ import annotations

from collections.abc import Iterable

MAX_LISTED = 16
MAX_QUOTED = 60
CANDIDATES = 3


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None."""
    from difflib import get_close_matches  # who makes no mistake does not wait for it

    names = {name.lower(): name for name in known}
    meant = word.lower().replace("-", "_")
    close = get_close_matches(meant, names, n=CANDIDATES, cutoff=0.6)
    return next((names[name] for name in close if _misspelt(meant, name)), None)


def _misspelt(word: str, name: str) -> bool:
    """Whether `word` may be a slip of the pen for `name`, and not another word that looks like it.

    `connection` is not what who writes `direction` means, nor `cable_silent` who writes `cable_loss`: a hint would
    mislead. Where one is a part of the other (`circuit`, `circuits`) it is none.
    """
    if word in name or name in word or sorted(word.split("_")) == sorted(name.split("_")):
        return True
    return edits(word, name) <= max(2, len(name) // 4)


def edits(one: str, other: str) -> int:
    """How many letters have to be put in, taken out or changed (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]


def suggestion(word: str, known: Iterable[str], nothing: str = "There is none to choose from.") -> str:
    """A remedy for the unknown `word`: the nearest known one, else all that are known. `nothing`: if none are."""
    names = sorted(set(known))
    close = nearest(word, names)
    if close is not None:
        return f"Did you mean '{close}'?"
    if not names:
        return nothing
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return f"Known: {', '.join(names[:MAX_LISTED])}{more}."


def quoted(value: object) -> str:
    """A value as a message shows it; long ones are cut."""
    text = str(value)
    return f"'{text}'" if len(text) <= MAX_QUOTED else f"'{text[: MAX_QUOTED - 3]}...'"


def kind_of(value: object) -> str:
    """What a value of a file is, in plain words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "a mapping"


def listed(names: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *first, final = names
    return f"{', '.join(first)} {last} {final}" if first else final


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
