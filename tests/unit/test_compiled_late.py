"""Dataclasses whose methods are compiled at their first call are those of CPython in all that they do."""

from __future__ import annotations

import copy
import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from dxemu import compiled_late
from dxemu.compiled_late import compile_late


def made() -> tuple[type[Any], type[Any]]:
    """A class of values and one that is built upon it, as they are written here."""

    @dataclasses.dataclass(frozen=True, slots=True, order=True)
    class Place:
        file: str
        line: int = 1

        def __post_init__(self) -> None:
            if self.line < 1:
                raise ValueError("lines count from 1")

    @dataclasses.dataclass(frozen=True, slots=True, order=True, kw_only=True)
    class Span(Place):
        names: list[str] = dataclasses.field(default_factory=list, compare=False)

    return Place, Span


PLAIN = made()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> tuple[type[Any], type[Any]]:
    monkeypatch.setattr(dataclasses, "_create_fn", getattr(dataclasses, "_create_fn", None), raising=False)
    compile_late()
    return made()


def outcome(act: Callable[[], object]) -> object:
    """What comes of it, in words; of an error, its kind and words."""
    try:
        return repr(act())
    except (TypeError, ValueError, AttributeError) as error:
        return type(error), str(error).replace("late.<locals>.", "")


ACTS: list[Callable[[type[Any], type[Any]], object]] = [
    lambda place, _: place("a", 2),
    lambda place, span: span("a", names=["b"]),
    lambda place, _: place(),
    lambda place, _: place("a", lines=2),
    lambda _, span: span("a", 1, ["b"]),
    lambda place, _: place("a", 0),
    lambda place, _: place("a") == place("a", 1) and place("a") != place("b"),
    lambda place, span: place("a") == span("a"),
    lambda _, span: span("a", names=["b"]) == span("a", names=["c"]),
    lambda place, _: hash(place("a")) == hash(place("a")) == hash(("a", 1)),
    lambda place, _: sorted([place("b"), place("a", 2), place("a")]),
    lambda place, span: place("a") < span("a"),
    lambda place, _: place("a") <= 3,
    lambda place, _: setattr(place("a"), "line", 2),
    lambda _, span: delattr(span("a"), "file"),
    lambda place, _: dataclasses.replace(place("a"), line=3),
    lambda _, span: dataclasses.asdict(span("a", names=["b"])),
    lambda _, span: [field.name for field in dataclasses.fields(span)],
    lambda _, span: copy.deepcopy(span("a", names=["b"])),
    lambda place, _: place.__match_args__,
    lambda _, span: span("a").names is span("a").names,
]


@pytest.mark.parametrize("number", range(len(ACTS)))
def test_they_do_the_same(number: int, late: tuple[type[Any], type[Any]]) -> None:
    for _ in range(2):  # the second time, what was compiled stands in the class
        assert outcome(lambda: ACTS[number](*late)) == outcome(lambda: ACTS[number](*PLAIN))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="CPython compiles those of a class in one go there")
def test_a_method_takes_its_place_at_its_first_call(late: tuple[type[Any], type[Any]]) -> None:
    place, span = late
    waiting = vars(place)["__init__"]
    span("a")
    assert vars(place)["__init__"] is waiting, "a method that was not called"
    place("a")
    assert vars(place)["__init__"] is not waiting
    assert vars(place)["__init__"].__qualname__ == waiting.__qualname__


def test_a_class_made_elsewhere_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """From CPython 3.13 on there is nothing to wait with."""
    monkeypatch.setattr(compiled_late, "_AT_ONCE", None)
    before = vars(dataclasses).get("_create_fn")
    compile_late()
    assert vars(dataclasses).get("_create_fn") is before


PROGRAM = """
import dataclasses, sys
sys.argv = ["dxemu", *sys.argv[1:]]
number, make = 0, dataclasses._create_fn
def counted(*source, **names):
    global number
    number += 1
    return make(*source, **names)
dataclasses._create_fn = counted
from dxemu.__main__ import main
try:
    main()
finally:
    print(number)
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="CPython compiles those of a class in one go there")
@pytest.mark.parametrize(
    ("file", "most"), [("topologies/maximum_resiliency", 90), ("scenarios/cut_primary_silently", 170)]
)
def test_a_check_compiles_what_it_calls(file: str, most: int) -> None:
    """Of those that it imports that is a tenth."""
    words = [sys.executable, "-c", PROGRAM, "check", f"{file}.yaml"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert 0 < int(done.stdout.splitlines()[-1]) <= most
