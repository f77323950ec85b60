"""Mutated files through dxemu, in this process: no traceback, nothing over 5 s of processor or 200 MB.

    scripts/fuzz [--check N] [--others N] [--seed S]        usual: 10000, 1000, 1

Each file is a shipped topology or scenario with one to four changes, of its YAML tree or of its bytes, drawn from the
seed and its number: what fails is printed with both, and its text kept. Exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from dxemu.audit.menu import make_audit
from dxemu.errors import InputErrors
from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.report import audit as audit_report
from dxemu.report import explain_path as path_report
from dxemu.report.picture.draw import draw
from dxemu.report.plan import render_plan
from dxemu.report.problems import render
from dxemu.report.terminal import safe
from dxemu.run.checked import checked
from dxemu.topology import yaml
from dxemu.topology.load import load

ROOT = Path(__file__).resolve().parents[1]
MOST_S, MOST_MB = 5.0, 200
WORDS: list[Any] = [
    *(
        "",
        "primary",
        "backup",
        "vgw",
        "10 Gbps",
        "0 s",
        "1 us",
        "1 s",
        "9999 h",
        "300 ms x 3",
        "10.0.0.1",
        "10.0.0.0/16",
    ),
    *(
        "0.0.0.0/0",
        "::/0",
        "2001:db8::/32",
        "255.255.255.255/32",
        "on",
        "off",
        "end",
        "7224:7300",
        "no-export",
        "circuit",
    ),
    *(
        "a" * 100,
        "a" * 101,
        "1e400 s",
        "\x1b[31m",
        "\u202e",
        "x\ny",
        "9" * 400,
        "all",
        "default",
        "lo",
        "public",
        "[",
        "é" * 9,
    ),
    *(0, 1, -1, 4094, 4095, 65535, 65536, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**300, 0.5, -0.0, 1e308, None, True),
    *([], {}, [[]], {"": {}}, ["a"] * 200, {str(n): {} for n in range(200)}, list(range(300))),
]
PIECES = [
    b"[",
    b"]",
    b"{",
    b"}",
    b": ",
    b"- ",
    b"\n",
    b"\t",
    b"#",
    b"&a ",
    b"*a",
    b"!!int ",
    b"'",
    b'"',
    b"\0",
    b"\xff",
    b"|\n",
    b"? ",
]


def paths(tree: object) -> list[tuple[Any, ...]]:
    """The way to every node of a YAML tree, the root's first."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [(), *((key, *rest) for key, value in inner for rest in paths(value))]


def mutated_tree(tree: Any, others: list[Any], draw_: random.Random) -> bytes:
    """One to four nodes of it replaced, removed, renamed or doubled."""
    tree = copy.deepcopy(tree)
    for _ in range(draw_.randint(1, 4)):
        places = paths(tree)[1:]
        if not places:
            break
        *path, last = draw_.choice(places)
        here = tree
        for key in path:
            here = here[key]
        match draw_.choice(("word", "graft", "remove", "rename", "copy")):
            case "word":
                here[last] = copy.deepcopy(draw_.choice(WORDS))
            case "graft":
                other = draw_.choice(others)
                for key in draw_.choice(paths(other)):
                    other = other[key]
                here[last] = copy.deepcopy(other)
            case "rename" if isinstance(here, dict):
                here[str(draw_.choice(WORDS))] = here.pop(last)
            case "copy" if isinstance(here, dict):
                here[f"{last}_2"] = copy.deepcopy(here[last])
            case _:
                del here[last]
    return json.dumps(tree, ensure_ascii=draw_.choice((True, False)), indent=1).encode()


def mutated_bytes(data: bytes, draw_: random.Random) -> bytes:
    """One to four pieces put in, over what was there."""
    for _ in range(draw_.randint(1, 4)):
        start = draw_.randrange(len(data) + 1)
        piece = draw_.choice([*PIECES, draw_.randbytes(2), b"[" * 400, data[start : start + 300]])
        data = data[:start] + piece * draw_.choice((1, 1, 1, 40)) + data[start + draw_.randint(0, 12) :]
    return data


def commands(path: Path) -> None:
    """What plan, graph, audit and explain do with a topology. Raises InputErrors."""
    topology = load(path)
    plan = make_plan(topology)
    render_plan(plan)
    draw(topology, plan)
    audit_report.render(make_audit(topology, plan, pairs=False), width=100)
    ends = [node.name for node in plan.nodes if node.role in ("host", "instance")]
    if len(ends) > 1:
        path_report.render(explain_path(State(topology, plan), ends[0], ends[-1], ipv6=False), 100)


def one(path: Path, others: bool) -> str:
    """What is wrong with what was done about a file; empty if nothing is."""
    started = time.process_time()
    said = ""
    try:
        commands(path) if others else checked(path)
    except InputErrors as errors:
        text = render(errors)
        if safe(text) != text:
            said = "something raw is printed"
    except Exception:  # noqa: BLE001 - this is what is looked for
        said = traceback.format_exc()
    took = time.process_time() - started
    return said or (f"took {took:.1f} s of processor" if took > MOST_S else "")


class Files:
    """What is mutated. File number N of a seed is always the same."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        valid = ROOT / "tests/unit/topology/valid"
        self._topologies = sorted([*(ROOT / "topologies").glob("*.yaml"), *valid.glob("*.yaml")])
        self._scenarios = sorted((ROOT / "scenarios").glob("*.yaml"))
        self._trees = {path: yaml.read(path).value for path in (*self._topologies, *self._scenarios)}

    def mutated(self, number: int, *, topology: bool) -> tuple[bytes, str]:
        """The file, and the name of the one that it was."""
        draw_ = random.Random(f"{self._seed}/{number}")
        origin = draw_.choice(self._topologies if topology or draw_.choice((True, False)) else self._scenarios)
        if draw_.choice((True, True, False)):
            return mutated_tree(self._trees[origin], list(self._trees.values()), draw_), origin.name
        return mutated_bytes(origin.read_bytes(), draw_), origin.name


def main() -> int:
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", type=int, default=10_000)
    arguments.add_argument("--others", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    files = Files(given.seed)
    failed, worst = 0, 0.0
    with tempfile.TemporaryDirectory(prefix="dxemu-fuzz-") as name:
        (Path(name) / "topologies").symlink_to(ROOT / "topologies")
        path = Path(name, "scenarios", "mutated.yaml")
        path.parent.mkdir()
        for number in range(given.check + given.others):
            others = number >= given.check
            text, origin = files.mutated(number, topology=others)
            path.write_bytes(text)
            started = time.process_time()
            said = one(path, others)
            worst = max(worst, time.process_time() - started)
            if said:
                failed += 1
                kept = Path(tempfile.gettempdir()) / f"dxemu-fuzz-{given.seed}-{number}.yaml"
                kept.write_bytes(text)
                print(f"seed {given.seed}, file {number}, from {origin}, kept as {kept}:\n{safe(said)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{given.check} files checked, {given.others} planned, drawn, audited and explained: {failed} failed")
    print(f"slowest {worst:.2f} s of processor, {peak} MB at most over all of them in one process")
    return 1 if failed or peak > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
