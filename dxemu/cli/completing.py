"""What a shell offers when somebody presses Tab. No command. Whatever goes wrong there is nothing to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from dxemu.errors import DxemuError
from dxemu.labs.client import ask
from dxemu.labs.places import places

if TYPE_CHECKING:
    from dxemu.parameters import Parameter

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Names = Mapping[str, Any]  # Any: as `dxemu.labs.requests` has it: a list of names by noun


def labs(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The names of labs."""
    return [CompletionItem(place.name) for place in places() if place.name.startswith(begun)]


def named(*nouns: str) -> Completer:
    """Names in the lab that is meant: `node`, `probe`, `fault` (that stands), `change`, or a topology's nouns."""

    def complete(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        names = _names(ctx)
        return [CompletionItem(one) for noun in nouns for one in names.get(noun, ()) if one.startswith(begun)]

    return complete


def kinds(noun: str) -> Completer:
    """Kinds of faults or probes with their words."""

    def complete(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [
            CompletionItem(kind, help=str(getattr(known, "words", "")))
            for kind, known in _kinds(noun).items()
            if kind.startswith(begun)
        ]

    return complete


def parameters(noun: str, of: str = "kind") -> Completer:
    """`KEY=VALUE` of the kind that was said before, as the argument `of`; values as far as they are names or words."""

    def complete(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        from dxemu.parameters import Need, parameters_of

        kind = _kinds(noun).get(str(ctx.params.get(of)))
        if kind is None:
            return []
        said = {word.partition("=")[0] for word in ctx.params.get("parameters") or ()}
        known = parameters_of(kind)
        struck = any(one.need is Need.TARGET and one.key in said for one in known)  # there is one target
        known = tuple(one for one in known if one.key not in said and not (struck and one.need is Need.TARGET))
        items = [
            CompletionItem(f"{one.key}={value}", help="" if one.choices else one.words)  # those say themselves
            for one, value in _pairs(known, _names(ctx))
        ]
        return [item for item in items if str(item.value).startswith(begun)]

    return complete


def events(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Words of events, with what they are."""
    from dxemu.events.codec import KINDS
    from dxemu.events.run import Building, Tick

    found = {word: (kind.__doc__ or "").strip().partition("\n")[0] for word, kind in KINDS.items()}
    return [
        CompletionItem(word, help=words)
        for word, words in sorted(found.items())
        if word.startswith(begun) and word not in (Building.word, Tick.word)
    ]


def event_values(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """`KEY=VALUE` of the event that `--until` named; values as far as they are names in the lab."""
    from dxemu.events.codec import KINDS

    kind = KINDS.get(str(ctx.params.get("event")))
    if kind is None:
        return []
    said = {word.partition("=")[0] for word in ctx.params.get("what") or ()}
    names = _names(ctx)
    found = [
        f"{key}={name}" for key in kind.types if key != "t" and key not in said for name in names.get(key) or ("",)
    ]
    return [CompletionItem(pair) for pair in found if pair.startswith(begun)]


def _pairs(known: tuple[Parameter, ...], names: Names) -> Iterator[tuple[Parameter, str]]:
    for one in known:
        values = one.choices or names.get(one.noun, ())
        for noun in one.noun.split(" or "):
            values = values or names.get(noun, ())
        if not values and not (names and one.takes == "name"):  # a lab without such elements has nothing to offer
            yield one, ""
        for value in values:
            yield one, str(value)


def _kinds(noun: str) -> Mapping[str, type]:
    if noun == "probe":
        from dxemu.probes.menu import kinds as known_probes

        return known_probes()
    from dxemu.faults.menu import kinds as known_faults

    return known_faults()


def _names(ctx: click.Context) -> Names:
    try:
        found: Names = ask(ctx.params.get("lab"), "names")
    except DxemuError:
        return {}
    return found
