"""Every mistake, as the user sees it: a case (`cases.py`) is loaded, NAME.txt is shown. No NAME.txt: it must load.

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
from dxemu.report.codes import codes
from dxemu.report.problems import lines_of_file, render
from dxemu.run.prepare import prepare, refuse_changes
from dxemu.story.load import load as load_scenario
from dxemu.story.load import never_ends
from dxemu.topology.load import load as load_topology
from tests.unit.errors.cases import HERE, WHOLE, cases, replacements, text_of, write_out

NAMES = [f"{folder}/{name}{WHOLE}" for folder in ("scenarios", "topologies") for name in cases(folder)]


def kind(name: str, **fields: object) -> type:
    """A fault or an action of which only the parameters are looked at."""
    told = [(key, object, field) for key, field in fields.items()]
    harmless = {"clash": lambda _, __: "", "ends_after": None}
    return make_dataclass(name, told, frozen=True, kw_only=True, namespace=harmless)


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
        if scenario.changes:
            refuse_changes(prepare(path))
        if scenario.end is None:
            return InputErrors([never_ends(scenario, "expectations have no limit of their own")])
    except InputErrors as errors:
        return errors
    return None


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_out(tmp_path_factory.mktemp("cases"))


@pytest.fixture(autouse=True)
def _among_the_cases(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written)


@pytest.mark.parametrize("name", NAMES)
def test_error_reads_as_reviewed(name: str) -> None:
    path = Path(name)
    errors = errors_of(path)
    shown = "" if errors is None else render(errors)
    golden = (HERE / name).with_suffix(".txt")
    if os.environ.get("DXEMU_WRITE_GOLDEN") and shown:
        golden.write_text(shown, encoding="utf-8")
    assert shown == (golden.read_text(encoding="utf-8") if golden.exists() else "")


def test_every_golden_has_its_file() -> None:
    assert [p.name for p in HERE.glob("*/*.txt") if str(p.relative_to(HERE).with_suffix(WHOLE)) not in NAMES] == []


def test_what_a_change_is_made_of_loads() -> None:
    bases = {path.parent / path.read_text(encoding="utf-8").split()[1] for path in HERE.glob("*/*.change")}
    assert bases and [base.name for base in bases if base.with_suffix(".txt").exists()] == []


def test_a_change_that_fits_nowhere_or_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("story: Good.\na: 1\nb: 1\n", encoding="utf-8")
    case = tmp_path / "two_of_b.change"
    case.write_text("of good.yaml\n- b: 1\n+ b: 1\n+ c: 3\n", encoding="utf-8")
    assert text_of(case) == "story: Two of b.\na: 1\nb: 1\nc: 3\n"
    for old in ("c: 1", ": 1"):
        case.write_text(f"of good.yaml\n- {old}\n+ d: 2\n", encoding="utf-8")
        with pytest.raises(AssertionError, match=r"stands in good\.yaml"):
            text_of(case)
    with pytest.raises(AssertionError, match="take turns"):
        replacements(["+ b: 1", "- a: 1"], case)


ELSEWHERE = ("DX-F002", "DX-S020", "DX-S024")
"""Codes without a case here. Real actions and faults are needed for the last two: `tests/unit/predict/test_actions.py`
and `tests/unit/run/test_impossible_faults.py` have them."""


def test_every_code_has_a_case() -> None:
    shown = "".join(p.read_text(encoding="utf-8") for p in HERE.glob("*/*.txt"))
    of_errors = [code for code in codes() if not code.startswith("DX-A")]  # those are tests/unit/audit's
    assert [code for code in of_errors if f": {code}  " not in shown and code not in ELSEWHERE] == []


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
