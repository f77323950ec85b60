"""All faults: how each is written, what it imitates, what it leaves out. For `dxemu fail --list` and docs/faults.md."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from dxemu.faults.base import Fault
from dxemu.parameters import Need, Parameter, Takes, parameters_of

HEAD = """# Faults

What can break, made from the faults themselves by `python -m tools.kinds`; `dxemu fail --list` prints the same.
[scenario-file](scenario-file.md) says how a step is written. Every fault is read back from the kernel or daemon when it
strikes and when it is healed. Several can stand at once, on one cable too: healing one leaves the others.

What chance decides (which packets, which flows) is drawn from the run's seed, and its cost is not predicted: the report
says "not predicted" for such a fault, and for what else is broken while it lasts.
"""


def page(kinds: Mapping[str, type[Fault]]) -> str:
    """docs/faults.md."""
    return "\n".join([HEAD, *("\n".join(_section(kind, made)) for kind, made in kinds.items())])


def lines(kinds: Mapping[str, type[Fault]]) -> Iterator[str]:
    """For a terminal: a kind with its parameters, and below it what happens."""
    for kind, made in kinds.items():
        yield f"{kind} {_usage(parameters_of(made))}".rstrip()
        yield f"    {made.words}"
        if made.imitates:
            yield f"    imitates: {made.imitates}"
        if made.leaves_out:
            yield f"    not: {made.leaves_out}"


def _section(kind: str, made: type[Fault]) -> Iterator[str]:
    yield f"## `{kind}`\n"
    yield f"{_sentence(made.words)} {_told(made)}\n"
    yield f"- Written: `{kind} {_usage(parameters_of(made))}`"
    if made.imitates:
        yield f"- Imitates: {made.imitates}."
    if made.leaves_out:
        yield f"- Does not imitate: {made.leaves_out}."
    yield ""


def _told(made: type[Fault]) -> str:
    """What its class says of it, in one paragraph."""
    return " ".join((inspect.getdoc(made) or "").split())


def _usage(known: tuple[Parameter, ...]) -> str:
    """`connection=|circuit= share=20% [direction=both]`."""
    targets = "|".join(f"{p.key}=" for p in known if p.need is Need.TARGET)
    needed = [f"{p.key}={_example(p)}" for p in known if p.need is Need.ALWAYS]
    wanted = [f"[{p.key}={_example(p)}]" for p in known if p.need is Need.OPTIONAL]
    return " ".join(part for part in (targets, *needed, *wanted) if part)


def _example(parameter: Parameter) -> str:
    if parameter.takes is Takes.WORD:
        return "|".join(map(str, parameter.choices))
    default = "" if parameter.default in (None, ()) else str(parameter.default)
    if parameter.takes is Takes.PERCENT and default:
        default = f"{float(default):g}%"
    return (parameter.example or default).replace(" ", "")


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + "."
