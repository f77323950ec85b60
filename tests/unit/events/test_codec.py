"""Events to JSON and back: what runs have recorded comes out byte for byte, and what is no event says why."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.events import codec
from dxemu.events.base import Event
from dxemu.events.codec import KINDS, decoded, encoded
from dxemu.events.links import TunnelChanged, VrrpChanged
from dxemu.events.run import Tick

REPOSITORY = Path(__file__).parents[3]
RECORDED = Path(__file__).with_name("recorded.jsonl")
"""Lines of the timelines of scenarios: each kind that they have, in every form that differs by keys or types."""
LINES = RECORDED.read_text(encoding="utf-8").splitlines(keepends=True)

VALUES = {"bool": True, "int": 3, "float": 0.25, "str": "a", "tuple[str, ...]": ["a", "b"]}
VALUES["Mapping[str, object]"] = {"a": [1, None]}


def example(kind: type[Event], *, nothing: bool) -> dict[str, object]:
    """An event as JSON has it. `nothing`: every field that may be null is."""
    nulls = {name for name, type_ in kind.types.items() if nothing and "None" in type_}
    left_out = nulls & kind.defaults.keys()
    fields = {name: None if name in nulls else VALUES[type_.split(" | ")[0]] for name, type_ in kind.types.items()}
    fields.pop("t")
    return {"t": 1.5, "event": kind.word, **{name: v for name, v in fields.items() if name not in left_out}}


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_recorded_line_comes_out_as_it_was(line: str) -> None:
    assert json.dumps(encoded(decoded(json.loads(line)))) + "\n" == line


@pytest.mark.parametrize("nothing", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_comes_out_as_it_was(kind: type[Event], nothing: bool) -> None:
    event = example(kind, nothing=nothing)
    read = decoded(event)
    assert type(read) is kind
    assert json.dumps(encoded(read)) == json.dumps(event)
    assert decoded(json.loads(json.dumps(encoded(read)))) == read


def test_every_word_means_one_kind() -> None:
    found = [kind for file in codec._FILES for kind in vars(file).values() if isinstance(kind, type)]
    assert len([kind for kind in found if issubclass(kind, Event) and "word" in vars(kind)]) == len(KINDS)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "an event is a JSON object"),
        ({"t": 0}, "no event is called None"),
        ({"t": 0, "event": "tik"}, "no event is called 'tik'; did you mean 'tick'?"),
        ({"event": "tick"}, "it has no 't'"),
        ({"t": True, "event": "tick"}, "its 't' should be a number, not True"),
        ({"t": 0, "event": "tick", "up": True}, "it has 'up', which no 'tick' has"),
        ({"t": 0, "event": "run_ended", "wal_s": 1}, "it has no 'wall_s'; it has 'wal_s', which no 'run_ended' has; "),
        ({"t": 0, "event": "run_ended", "wall_s": "1"}, "its 'wall_s' should be a number, not '1'"),
        ({"t": 0, "event": "run_ended", "wall_s": None}, "its 'wall_s' should be a number, not None"),
        (
            {"t": 0, "event": "stale_over", "node": "a", "session": "b", "prefixes": ["a", 1], "reason": ""},
            "its 'prefixes' should be a list of texts, not ['a', 1]",
        ),
        (
            {"t": 0, "event": "vrrp", "node": "a", "virtual_router_id": 1.5, "state": ""},
            "its 'virtual_router_id' should be a whole number, not 1.5",
        ),
    ],
)
def test_what_is_no_event_says_why(value: object, says: str) -> None:
    with pytest.raises(ValueError, match="event") as error:
        decoded(value)
    assert says in str(error.value)


def test_an_event_has_all_its_fields_no_others_and_keeps_them() -> None:
    with pytest.raises(TypeError, match="node"):
        TunnelChanged(tunnel="a", state="up", reason="")  # type: ignore[call-arg]  # what is tested
    with pytest.raises(TypeError, match="nod"):
        Tick(nod="a")  # type: ignore[call-arg]  # what is tested
    event = VrrpChanged(node="a", virtual_router_id=1, state="master")
    with pytest.raises(AttributeError, match="state"):
        event.state = "backup"  # type: ignore[misc]  # what is tested
    assert event == VrrpChanged(node="a", virtual_router_id=1, state="master", t=event.t)
    assert len({event, VrrpChanged(node="b", virtual_router_id=1, state="master")}) == 2
    assert repr(event) == "VrrpChanged(t=nan, node='a', virtual_router_id=1, state='master')"


def test_mypy_finds_a_misspelt_field(tmp_path: Path) -> None:
    """Whether it is written or read."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from dxemu.events.links import VrrpChanged\n"
        'event = VrrpChanged(nod="a", virtual_router_id=1, state="")\n'
        "print(event.stat)\n"
        'event.state = ""\n'
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(wrong)]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False).stdout
    for complaint in ('"nod" for "VrrpChanged"', 'no attribute "stat"', 'Property "state"'):
        assert complaint in said, said


READERS = ("measure", "predict", "audit", "explain", "story", "report", "lab", "run")
BY_KEY = re.compile(r"""\b(e|event)\[["']|\.get\(["']event["']""")


def test_no_event_is_read_by_a_key_outside_the_codec() -> None:
    """A misspelt key would read as nothing; a misspelt field does not pass the checks."""
    texts = {path: path.read_text() for folder in READERS for path in (REPOSITORY / "dxemu" / folder).rglob("*.py")}
    assert texts and [path.name for path, text in texts.items() if BY_KEY.search(text)] == []
