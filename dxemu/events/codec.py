"""Events as JSON has them, and back: the only place where an event is read by a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, cast

from dxemu.events import links, probes, routes, run, sessions, steps
from dxemu.events.base import Event

_FILES: tuple[ModuleType, ...] = (run, steps, sessions, links, routes, probes)
KINDS: Mapping[str, type[Event]] = {
    value.word: value
    for file in _FILES
    for value in vars(file).values()
    if isinstance(value, type) and issubclass(value, Event) and "word" in vars(value)
}
"""By the word that the timeline has for them."""

_NOTHING = type(None)
_JSON: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "tuple[str, ...]": (list,),
    "Mapping[str, object]": (dict,),
    "bool | None": (bool, _NOTHING),
    "int | None": (int, _NOTHING),
    "float | None": (float, int, _NOTHING),
    "str | None": (str, _NOTHING),
    "tuple[str, ...] | None": (list, _NOTHING),
}
"""What JSON may hold for a field, by its type. A bool is no int here."""
_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "tuple[str, ...]": "a list of texts",
    "Mapping[str, object]": "an object",
}


def values_of(event: Event) -> dict[str, object]:
    """What the timeline has beside `t` and `event`, in order. What may be left out is, where it says nothing."""
    has, may_lack = event.__dict__, event.defaults
    return {name: has[name] for name in event.types if not (name in may_lack and has[name] is None) and name != "t"}


def encoded(event: Event) -> dict[str, object]:
    """An event as a JSON object."""
    return {"t": event.t, "event": event.word, **values_of(event)}


def decoded(value: object) -> Event:
    """The event that a JSON object is. Raises ValueError, with all that is wrong with it."""
    if not isinstance(value, dict):
        raise ValueError("an event is a JSON object")  # noqa: TRY004 - a wrong file
    word = value.get("event")
    if not isinstance(word, str) or word not in KINDS:
        raise ValueError(f"no event is called {word!r}{_nearest(str(word), KINDS)}")
    kind = KINDS[word]
    given = {name: held for name, held in value.items() if name != "event"}
    must = [name for name in kind.types if name == "t" or name not in kind.defaults]
    wrong = [f"it has no '{name}'" for name in must if name not in given]
    for name, held in given.items():
        if name not in kind.types:
            wrong.append(f"it has '{name}', which no '{word}' has{_nearest(name, kind.types)}")
        elif not _fits(held, kind.types[name]):
            first = kind.types[name].split(" | ")[0]
            wrong.append(f"its '{name}' should be {_WORDS[first]}, not {held!r}")
    if wrong:
        raise ValueError(f"the event '{word}' cannot be read: {'; '.join(wrong)}")
    made: Any = kind  # which of them is known by now, and mypy need not know: its fields are checked
    return cast("Event", made(**{name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}))


def _fits(held: object, kind: str) -> bool:
    if isinstance(held, list) and not all(isinstance(each, str) for each in held):
        return False
    return type(held) in _JSON[kind]


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib  # here: nobody needs it in the embedded kernel, where each import costs real time

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
