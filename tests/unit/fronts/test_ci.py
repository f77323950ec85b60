"""What CI systems are told: annotations, SARIF, and files of theirs that can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import dxemu
from dxemu.audit.menu import make_audit
from dxemu.cli.app import root
from dxemu.errors import InputErrors, Mark, Problem
from dxemu.plan.make import make_plan
from dxemu.report import github, sarif
from dxemu.topology import yaml
from dxemu.topology.load import load
from dxemu.topology.shipped import TOPOLOGY, folder

ROOT = Path(dxemu.__file__).parents[1]
FILES = [ROOT / ".pre-commit-hooks.yaml", ROOT / "action.yml", *sorted((ROOT / "examples" / "ci").glob("*.yml"))]


def test_annotations_are_one_line_each_and_mean_only_themselves() -> None:
    mark = Mark("a,b:c.yaml", 3, 7)
    (line,) = github.of_problems(InputErrors([Problem(mark, "DX-T001", "100 % wrong\n::error::x", "mend it")]))
    assert line == ("::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=DX-T001::100 %25 wrong%0A::error::x%0Amend it")


def test_an_audit_as_annotations_and_sarif(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(TOPOLOGY).parent)
    design = load(Path("topologies/backup_connection.yaml"))
    audit = make_audit(design, make_plan(design))
    lines = list(github.of_audit(audit))
    assert len(lines) == len(audit.found) > 0
    assert all(re.match(r"::warning file=topologies/backup_connection\.yaml,line=\d+,col=\d+,", one) for one in lines)
    assert audit.found[0].code in github.summary_of_audit(audit)
    run = json.loads(sarif.text_of(audit))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [one["ruleId"] for one in run["results"]] == [one.code for one in audit.found]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert len({one["id"] for one in rules}) == len(rules)
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    assert {*places} == {"topologies/backup_connection.yaml"}
    assert {one["level"] for one in run["results"]} <= {"error", "warning"}


def test_check_annotates_and_adds_to_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    text = (folder(TOPOLOGY) / "backup_connection.yaml").read_text(encoding="utf-8")
    Path("wrong.yaml").write_text(text.replace("vlan: 101", "vlan: 5000"), encoding="utf-8")
    done = CliRunner().invoke(root, ["check", "--format", "github", "wrong.yaml"])
    assert isinstance(done.exception, InputErrors)
    assert "::error file=wrong.yaml,line=" in done.output
    assert "| wrong.yaml:29:" in (tmp_path / "summary.md").read_text(encoding="utf-8").replace("\\", "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_ci_systems_read_can_be_read(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if text.partition("\n- ")[1]:  # a list, which a file of dxemu's own never is
        text = "hooks:\n" + text
    found = yaml.parse(text, file.name)
    assert not found.problems
    assert isinstance(found.value, dict)


def test_what_the_action_gives_and_takes() -> None:
    value = yaml.read(ROOT / "action.yml").value
    assert isinstance(value, dict)
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert {*re.findall(r"\$\{\{ inputs\.(\w+) \}\}", text)} <= {*value["inputs"]}
    example = yaml.read(ROOT / "examples" / "ci" / "github.yml").value
    assert isinstance(example, dict)
    (uses,) = [one["with"] for one in example["jobs"]["rehearse"]["steps"] if one.get("uses") == "./.dxemu"]
    assert {*uses} <= {*value["inputs"]}
    json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
