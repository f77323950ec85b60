"""The README and its pages show what happens, and name what there is.

In its `sh` blocks a line that begins with `$ dxemu` is run, in a folder that holds what a clone holds. The lines below
it, if there are any, are what it prints at a width of 100; `$ echo $?` says its exit status where that is not 0.

To take over what is printed now, after reading it: DXEMU_WRITE_GOLDEN=1 pytest tests/docs
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import json
import math
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import ModuleType

import click
import pytest
from pydantic import BaseModel

from dxemu import errors
from dxemu.actions import menu as action_menu
from dxemu.cli.app import root
from dxemu.cli.run import EXIT_STATUS
from dxemu.faults.base import Fault
from dxemu.faults.menu import kinds
from dxemu.host.output import Unread
from dxemu.measure.probes import in_result
from dxemu.measure.result import Result
from dxemu.parameters import parameters_of
from dxemu.plan.make import make_plan
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import predict
from dxemu.run.prepare import prepare
from dxemu.story import file as scenario_file
from dxemu.story.expectations.menu import subjects
from dxemu.topology import file as topology_file
from dxemu.topology import file_aws, file_customer, file_interface, file_policy, file_vpn
from dxemu.topology.load import load
from dxemu.units import Seconds
from dxemu.words import bounds, duration

pytestmark = pytest.mark.docs

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FILE = REPOSITORY / "README.md"
README = FILE.read_text(encoding="utf-8")
SHOWN = {file: file.read_text(encoding="utf-8") for file in (FILE, REPOSITORY / "docs/commands.md")}
"""What shows commands and what they print."""
COMMANDS_PAGE = SHOWN[REPOSITORY / "docs/commands.md"]
ARCHITECTURE = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
NAMES = ("docs/topology-file.md", "docs/scenario-file.md")
PAGES = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in NAMES}
TOPOLOGY_PAGE, SCENARIO_PAGE = PAGES.values()
SCENARIOS = sorted(file.stem for file in (REPOSITORY / "scenarios").glob("*.yaml"))
READERS = (topology_file, file_aws, file_customer, file_interface, file_policy, file_vpn)
FILES = {TOPOLOGY_PAGE: READERS, SCENARIO_PAGE: (scenario_file,)}
WIDTH = "100"
LIMIT_S = 120


@dataclass(frozen=True)
class Command:
    """A command of a page, what is shown below it and its exit status."""

    page: Path
    line: str
    output: str
    status: int

    def run(self, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run it as somebody in `folder` does."""
        program, *arguments = shlex.split(self.line)
        assert program == "dxemu"
        env = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
        return subprocess.run(
            [sys.executable, "-m", "dxemu.cli.app", *arguments],
            cwd=folder,
            env=env | {"COLUMNS": WIDTH, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


def blocks(kind: str, page: str = README) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands_of(block: str, page: Path) -> list[Command]:
    """The commands of a block, in order."""
    found: list[Command] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        if line == "echo $?":
            found[-1] = dataclasses.replace(found[-1], status=int(output))
        else:
            found.append(Command(page, line, output, 0))
    return found


COMMANDS = [
    command for file, text in SHOWN.items() for block in blocks("sh", text) for command in commands_of(block, file)
]


def shape(text: str) -> list[str]:
    """The lines without what may differ between machines: numbers, how the guest runs, the order of one moment."""
    text = re.sub(r", (ptrace|seccomp) ", ", # ", text)
    lines = [" ".join(re.sub(r"\d[\d.]*", "#", line).split()) for line in text.splitlines()]
    runs = groupby((line for line in lines if line), key=lambda line: line.startswith("# s "))
    return [line for timed, run in runs for line in (sorted(run) if timed else run)]


def numbers(text: str) -> list[str]:
    """The lines that have numbers, in an order that does not hang on chance. The machine's own numbers are left out."""
    own = r"(embedded kernel|sessions established|virtual s in) +[0-9.]+(?:, (?:ptrace|seccomp))?"
    return sorted(" ".join(re.sub(own, r"\1 #", line).split()) for line in text.splitlines() if re.search(r"\d", line))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("topologies", "scenarios", "tests"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.line)
def test_command_does_what_is_shown(command: Command, clone: Path) -> None:
    done = command.run(clone)
    assert done.returncode == command.status, done.stdout
    if command.output and os.environ.get("DXEMU_WRITE_GOLDEN"):
        shown = f"$ {command.line}\n{command.output}"
        said = "".join(f"{line.rstrip()}\n" for line in done.stdout.strip("\n").splitlines())
        text = command.page.read_text(encoding="utf-8")
        command.page.write_text(text.replace(shown, f"$ {command.line}\n{said}"), encoding="utf-8")
    elif command.output:
        assert shape(done.stdout) == shape(command.output)
        assert numbers(done.stdout) == numbers(command.output)


def test_shape_can_tell_reports_apart() -> None:
    report = " 20.000 s   one\n 20.000 s   two\n\n  PASS   5 of 5\n"
    assert shape(report) == shape(" 21.5 s   two\n 21.5 s  one\n PASS   6 of 6\n")
    assert shape(report) != shape(report.replace("PASS", "FAIL"))
    assert shape(report) != shape(report.replace("one", "none"))


def test_numbers_can_tell_runs_apart() -> None:
    report = "lab 7 nodes, 3 BGP sessions established    1.7 s\n 86.940 s  one\n 86.940 s  two\n"
    assert numbers(report) == numbers("lab 7 nodes, 3 BGP sessions established 2.9 s\n 86.940 s two\n 86.940 s one\n")
    assert numbers(report) != numbers(report.replace("86.940 s  one", "86.850 s  one"))


def test_first_commands_are_there() -> None:
    demo = (REPOSITORY / "scripts" / "demo").read_text(encoding="utf-8")
    scripts = re.findall(r"^scripts/\w+", blocks("")[0], re.MULTILINE)
    assert scripts
    for script in scripts:
        assert os.access(REPOSITORY / script, os.X_OK), script
    assert COMMANDS[0].line in demo and COMMANDS[0].output


def known_commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(root)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())


def options_of(command: click.Command) -> set[str]:
    return {option for p in command.params for option in p.opts if option.startswith("--")}


def test_every_command_and_option_is_named() -> None:
    commands = dict(known_commands())
    missing = [name for name in commands if name != "kernel" and f"`{name}`" not in COMMANDS_PAGE]
    missing += [option for option in options_of(commands["run"]) if not re.search(rf"`{option}[`\s]", COMMANDS_PAGE)]
    assert missing == []


def test_every_option_that_is_named_exists() -> None:
    commands = [command for _, command in known_commands()]
    known = {option for command in commands for option in options_of(command)}
    known |= {option for command in commands for option in command.get_help_option_names(click.Context(command))}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", README + COMMANDS_PAGE)) - known == set()


@pytest.mark.parametrize("name", [name for name in SCENARIOS if f"](scenarios/{name}.yaml) |" in README])
def test_table_of_scenarios(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a row whose prediction is the one that is made now, and whose measured outages are the yardstick's."""
    monkeypatch.chdir(REPOSITORY)
    (row,) = re.findall(rf"^\| \[{name}\]\(scenarios/{name}.yaml\) \| (.*) \|$", README, re.MULTILINE)
    *_, to_aws, from_aws, predicted = row.split(" | ")
    made = prepare(Path("scenarios") / f"{name}.yaml").predictions
    low, high = min(p.outage.low_s for p in made), max(p.outage.high_s for p in made)
    assert predicted == bounds(low * 1e3, high * 1e3)
    times = json.loads((REPOSITORY / "tests/lab/yardstick" / f"{name}.json").read_text(encoding="utf-8"))["times"]
    for cell, direction in ((to_aws, "to_aws"), (from_aws, "from_aws")):
        lost = [
            ms
            for line, found in times.items()
            if re.match(rf"outage .* {direction} .*: duration", line)
            for ms in found
        ]
        assert cell == (duration(max(lost)) if lost else "none"), "scripts/yardstick wrote another number"


def test_scenarios_that_are_not_shown_are_among_the_arrangements() -> None:
    page = (REPOSITORY / "docs/arrangements.md").read_text(encoding="utf-8")
    assert [name for name in SCENARIOS if f"scenarios/{name}.yaml" not in page] == []


def test_every_fault_is_named() -> None:
    assert [kind for kind in (*kinds(), *action_menu.kinds()) if f"`{kind}`" not in SCENARIO_PAGE] == []


def test_the_pages_are_linked() -> None:
    assert [name for name in PAGES if f"]({name})" not in README] == []


def fields_of(module: ModuleType) -> Iterator[tuple[str, bool]]:
    """Every key of the files that `module` reads, and whether it is needed."""
    for _, entry in inspect.getmembers(module, inspect.isclass):
        if issubclass(entry, BaseModel) and entry.__module__ == module.__name__:
            yield from ((field.alias or name, field.is_required()) for name, field in entry.model_fields.items())


def test_every_key_of_the_files_is_named() -> None:
    keys = {(key, page) for page, modules in FILES.items() for module in modules for key in fields_of(module)}
    missing = [key for (key, needed), page in keys if (f"`{key}`" if needed else f"*`{key}`*") not in page]
    missing = [key for key in missing if key not in ("from", "to", "at", "for", "service", "connection", "circuit")]
    words = {p.key for subject in subjects().values() for p in parameters_of(subject)} | set(subjects())
    assert missing + [word for word in words if not re.search(rf"`{word}\b", SCENARIO_PAGE)] == []


def test_the_scenario_that_is_shown_is_the_file() -> None:
    (shown,) = blocks("yaml")
    (name,) = re.findall(r"This is\s+`(scenarios/\w+\.yaml)`", README)
    assert shown == (REPOSITORY / name).read_text(encoding="utf-8")


def test_every_key_of_the_result_is_named() -> None:
    keys = {f.name for f in dataclasses.fields(Result)} - {"found"} | {kind.key for kind in in_result()}
    assert [key for key in keys if not re.search(rf"`\"?{key}\b", COMMANDS_PAGE)] == []


def test_every_exit_status_is_named() -> None:
    (listed,) = re.findall(r"\*\*Exit status\*\*: (.*?)\n\n", COMMANDS_PAGE, re.DOTALL)
    ours = {e.exit_status for _, e in inspect.getmembers(errors, inspect.isclass) if issubclass(e, errors.DxemuError)}
    assert {int(number) for number in re.findall(r"(?:^|; )(\d+) ", listed.replace("\n", " "))} == {
        *EXIT_STATUS.values(),
        Unread.exit_status,
    } | ours


def test_the_fault_of_the_example_works(tmp_path: Path) -> None:
    """With its imports it is a fault of which the outage is predicted. (That it strikes is seen in a lab only.)"""
    (example,) = blocks("python", ARCHITECTURE)
    neighbour = (REPOSITORY / "dxemu" / "faults" / "cable_cut.py").read_text(encoding="utf-8")
    file = tmp_path / "device_down.py"
    file.write_text(neighbour.partition("@dataclass")[0] + example, encoding="utf-8")
    undefined = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", str(file)]
    assert subprocess.run(undefined, capture_output=True, timeout=60).returncode == 0, "every name is imported there"
    spec = importlib.util.spec_from_file_location("device_down", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    fault = module.DeviceDown(device="dx_1")
    assert isinstance(fault, Fault) and fault.imitates and fault.leaves_out
    plan = make_plan(load(REPOSITORY / "topologies" / "backup_connection.yaml"))
    impact = impact_of(plan, "device_down", Seconds(5), None, fault.effects(plan))
    assert impact.cables == ("primary",) and set(impact.carrier_lost_at) == {"dx_1", "colo_router"}
    predictions = predict(plan, [impact])
    assert {p.detected_by for p in predictions} == {"carrier"}
    assert all(math.isfinite(p.outage.high_s) and p.outage.high_s > 0 for p in predictions)
