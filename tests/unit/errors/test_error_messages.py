"""Every mistake, as the user sees it: NAME.yaml is loaded, NAME.txt is what is shown. No NAME.txt: it must load.

To accept new text after reading it: DXEMU_WRITE_GOLDEN=1 pytest tests/unit/errors
"""

from __future__ import annotations

import os
from dataclasses import make_dataclass
from pathlib import Path

import pytest

from dxemu.actions.menu import kinds as action_kinds
from dxemu.errors import InputErrors
from dxemu.parameters import count_field, target_field
from dxemu.report.problems import as_dicts, lines_of_file, render
from dxemu.story.load import load as load_scenario
from dxemu.story.load import never_ends
from dxemu.topology.codes import codes
from dxemu.topology.load import load as load_topology

HERE = Path(__file__).parent


def kind(name: str, **fields: object) -> type:
    """A fault or an action of which only the parameters are looked at."""
    return make_dataclass(name, [(key, object, field) for key, field in fields.items()], frozen=True, kw_only=True)


FAULTS = {
    "cable_cut": kind("CableCut", connection=target_field(), circuit=target_field()),
    "cable_silent": kind("CableSilent", connection=target_field(), circuit=target_field()),
    "router_crash": kind("RouterCrash", node=target_field()),
    "session_reset": kind("SessionReset", session=target_field(), count=count_field()),
}
ACTIONS = {"announce_prefixes": action_kinds()["announce_prefixes"]}


def errors_of(path: Path) -> InputErrors | None:
    try:
        if path.parent.name == "topologies":
            load_topology(path)
            return None
        scenario = load_scenario(path, faults=FAULTS, actions=ACTIONS)
        if scenario.end is None:
            return InputErrors([never_ends(scenario, "expectations have no limit of their own")])
    except InputErrors as errors:
        return errors
    return None


@pytest.fixture(autouse=True)
def _in_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)


@pytest.mark.parametrize("name", sorted(str(p.relative_to(HERE)) for p in HERE.glob("*/*.yaml")))
def test_error_reads_as_reviewed(name: str) -> None:
    path = Path(name)
    errors = errors_of(path)
    shown = "" if errors is None else render(errors)
    golden = path.with_suffix(".txt")
    if os.environ.get("DXEMU_WRITE_GOLDEN") and shown:
        golden.write_text(shown, encoding="utf-8")
    assert shown == (golden.read_text(encoding="utf-8") if golden.exists() else "")


def test_every_golden_has_its_file() -> None:
    assert [str(p) for p in HERE.glob("*/*.txt") if not p.with_suffix(".yaml").exists()] == []


def test_every_code_has_a_case() -> None:
    shown = "".join(p.read_text(encoding="utf-8") for p in HERE.glob("*/*.txt"))
    of_errors = [code for code in codes() if not code.startswith("DX-A")]  # those are tests/unit/audit's
    assert [code for code in of_errors if f": {code}  " not in shown and code != "DX-F002"] == []


def test_carets_stand_under_the_mark_after_tabs() -> None:
    errors = errors_of(Path("topologies/vlan_0.yaml"))
    assert errors is not None
    mark = errors.problems[0].mark
    line = lines_of_file(mark.file)[mark.line - 1]
    tabbed = ["\t" + line[1:] if n == mark.line - 1 else "" for n in range(mark.line)]
    *_, shown, carets = [row for row in render(errors, lines_of=lambda _: tabbed).splitlines() if "|" in row]
    assert shown[carets.index("^") : carets.rindex("^") + 1] == line[mark.column - 1 : mark.column - 1 + mark.width]


def test_colour_only_if_asked() -> None:
    errors = errors_of(Path("topologies/vlan_0.yaml"))
    assert errors is not None
    assert "\x1b" not in render(errors)
    assert "\x1b" in render(errors, colour=True)


def test_message_comes_without_lines_if_the_file_is_gone() -> None:
    errors = errors_of(Path("topologies/no_such_file.yaml"))
    assert errors is not None
    assert render(errors).startswith("topologies/no_such_file.yaml:1:1: DX-F002  cannot be read: No such file")


def test_machine_form() -> None:
    errors = errors_of(Path("topologies/vlan_0.yaml"))
    assert errors is not None
    (problem,) = as_dicts(errors)
    assert (problem["file"], problem["code"], problem["width"]) == ("topologies/vlan_0.yaml", "DX-T013", 1)
