"""A run's folder as evidence: `manifest.json` has the SHA-256 of what it holds, and a digest that can be repeated.

What is digested has no wall times, no paths and no keys: the inputs, the versions, the kernel, the seed, the timeline
and the result. Whoever has the folder can run it again (`dxemu run FOLDER`) and is told whether the same comes out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any  # JSON has no types

from dxemu.errors import DxemuError
from dxemu.events import timeline
from dxemu.events.codec import encoded
from dxemu.events.folder import RESULT, TIMELINE, NoRun, check_run
from dxemu.files import border, shown, write_whole
from dxemu.run import record
from dxemu.story import kept

FILE = "manifest.json"
SCHEMA = "dxemu.bundle/1"
MOST_DIFFERENCES = 12
_KEPT = (record.FILE, kept.FILE, TIMELINE, RESULT)
_PATTERNS = ("topology*.yaml", "*.probe")
_OF_THE_MACHINE = frozenset({"wall_s", "epoch_ns"})
_OF_THE_PLACE = frozenset({"kernel", "kernel_release", "guest_mode", "confined_by", "daemons"})
_OF_THE_FILE = frozenset({"file", "line"})
"""Of an expectation: where it stood, which is another place in the file that a run keeps."""


class ChangedBundle(DxemuError):
    """A file of a bundle is not what it was, or is missing."""

    exit_status = 2


def write(folder: Path) -> None:
    """Write the manifest of a run that has ended. Raises FileError."""
    with border(folder):
        manifest = {"schema": SCHEMA, **digests(folder), "files": dict(_files(folder))}
        write_whole(folder / FILE, json.dumps(manifest, indent=2) + "\n")


def check(folder: Path) -> None:
    """Raises ChangedBundle with every file that is not as it was, NoRun if there is no manifest."""
    check_run(folder)
    manifest = _read(folder / FILE)
    now = dict(_files(folder))
    changed = [name for name, digest in manifest["files"].items() if now.get(name) != digest]
    if changed:
        words = ", ".join(f"{name} {'was changed' if name in now else 'is missing'}" for name in changed)
        remedy = "Get the folder again from whoever made the run, or run its scenario.yaml as your own."
        raise ChangedBundle(f"{shown(folder)} is not as that run left it: {words}\n  {remedy}")


def _read(file: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if manifest["schema"] != SCHEMA:
            raise record.NewerRun(file, str(manifest["schema"]), SCHEMA)
        return {**manifest, "files": dict(manifest["files"])}
    except FileNotFoundError as error:
        remedy = "Its run did not end, or was made before runs left one: run its scenario again."
        raise NoRun(f"{shown(file.parent)} has no {FILE}\n  {remedy}") from error
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise ChangedBundle(f"{shown(file)} is damaged: {error}\n  Get it again from whoever made the run.") from error


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    names = {*_KEPT, *(file.name for pattern in _PATTERNS for file in folder.glob(pattern))}
    for name in sorted(names):
        if (folder / name).is_file():
            yield name, hashlib.sha256((folder / name).read_bytes()).hexdigest()


def digests(folder: Path) -> dict[str, Any]:
    """What was put in, what it ran on, and the digests of what came out; `digest` is of all that should repeat."""
    known = json.loads((folder / record.FILE).read_text(encoding="utf-8"))
    inputs = {
        file.name: _without_head(file.read_text(encoding="utf-8"))
        for file in sorted((*folder.glob("topology*.yaml"), folder / kept.FILE))
        if file.is_file()
    }
    parts = {
        "inputs": _digest([inputs, known["seed"], known["clock"], known["end_s"]]),
        "timeline": _digest(list(_timeline(folder))),
        "result": _digest(_result(folder)),
    }
    return {
        "digest": _digest(parts),
        "parts": parts,
        "seed": known["seed"],
        "clock": known["clock"],
        "dxemu": known["dxemu"],
        "kernel": f"{known['kernel']} {known['kernel_release']}".strip(),
        "daemons": known["versions"],
    }


def _without_head(text: str) -> str:
    """What a kept file says, without the line that says what it is: that has the name of the file it was made from."""
    return text.partition("\n")[2] if text.startswith("#") else text


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _timeline(folder: Path) -> Iterator[Mapping[str, object]]:
    for event in timeline.read(folder / TIMELINE):
        yield {key: value for key, value in encoded(event).items() if key not in _OF_THE_MACHINE}


def _result(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    left_out = _OF_THE_MACHINE | _OF_THE_PLACE
    result = {key: value for key, value in found.items() if key not in left_out}
    for name in ("expectations",):
        result[name] = [{k: v for k, v in one.items() if k not in _OF_THE_FILE} for one in result[name]]
    return result


def differences(before: Path, after: Path) -> list[str]:
    """What differs between two runs of the same bundle, in words; nothing if the digests are the same."""
    one, other = digests(before), digests(after)
    if one["digest"] == other["digest"]:
        return []
    found = [f"{name}: {one[name]}, now {other[name]}" for name in ("dxemu", "kernel") if one[name] != other[name]]
    found += [
        f"{name}: {version}, now {other['daemons'].get(name)}"
        for name, version in one["daemons"].items()
        if other["daemons"].get(name) != version
    ]
    if one["parts"]["inputs"] != other["parts"]["inputs"]:
        found.append("inputs: the scenario, the topology, the seed or the clock")
    if one["parts"]["timeline"] != other["parts"]["timeline"]:
        found.append(f"timeline: {_first_event(before, after)}")
    return found + list(_values("result", _result(before), _result(after)))[:MOST_DIFFERENCES]


def _first_event(before: Path, after: Path) -> str:
    events = list(_timeline(before)), list(_timeline(after))
    for number, (one, other) in enumerate(zip(*events, strict=False), start=1):
        if one != other:
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            words = ", ".join(f"{key} {one.get(key)!r}, now {other.get(key)!r}" for key in keys[:3])
            return f"event {number} ({one['event']}): {words}"
    return f"{len(events[0])} events, now {len(events[1])}"


def _values(where: str, one: object, other: object) -> Iterator[str]:
    """Every value that differs, by its place."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            yield from _values(f"{where}.{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _values(f"{where}[{index}]", a, b)
    elif one != other:
        yield f"{where}: {_short(one)}, now {_short(other)}"


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line
