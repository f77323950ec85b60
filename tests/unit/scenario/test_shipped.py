"""Topologies and scenarios that come with dxemu: found by name anywhere, and copied to start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import FileError, InputErrors
from dxemu.run.checked import checked
from dxemu.story.copies import copied, stories
from dxemu.story.load import load
from dxemu.topology.shipped import SCENARIO, TOPOLOGY, folder, found, names


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_no_name_means_two_things() -> None:
    assert not {*names(SCENARIO)} & {*names(TOPOLOGY)}
    assert "backup_connection" in names(TOPOLOGY)
    assert {"cut_primary_silently", "cases/no_light"} <= {*names(SCENARIO)}


def test_a_bare_name_is_found_anywhere(elsewhere: Path) -> None:
    assert found(Path("backup_connection")) == folder(TOPOLOGY) / "backup_connection.yaml"
    assert "over in" in checked(found(Path("cut_primary_silently")))
    assert found(Path("cases/no_light")).is_file()
    assert found(Path("nowhere.yaml")) == Path("nowhere.yaml"), "a path is told of by whoever reads it"
    assert found(Path("../backup_connection")) == Path("../backup_connection")


def test_a_projects_own_comes_first(elsewhere: Path) -> None:
    scenario, _ = copied("cut_primary_silently", Path())
    assert scenario == Path("scenarios/cut_primary_silently.yaml")
    assert found(Path("cut_primary_silently"), (SCENARIO,)) == scenario
    Path("cut_primary_silently.yaml").touch()
    assert found(Path("cut_primary_silently"), (SCENARIO,)) == Path("cut_primary_silently.yaml")
    Path("cut_primary_silently").touch()
    assert found(Path("cut_primary_silently"), (SCENARIO,)) == Path("cut_primary_silently")


def test_a_name_that_nothing_has() -> None:
    with pytest.raises(InputErrors) as caught:
        found(Path("cut_primry_silently"), (SCENARIO,))
    (problem,) = caught.value.problems
    assert (problem.code, problem.remedy) == ("DX-F002", "Did you mean 'cut_primary_silently'?")
    with pytest.raises(InputErrors, match="no scenario or topology of that name"):
        found(Path("x"))


def test_a_copy_stands_alone_and_nothing_is_overwritten(elsewhere: Path) -> None:
    scenario, topology = copied("cases/no_light", elsewhere / "mine")
    assert load(scenario).topology_file == topology
    topology.unlink()
    with pytest.raises(FileError, match=r"no_light\.yaml is there already"):
        copied("cases/no_light", elsewhere / "mine")
    assert not topology.exists()
    assert load(scenario).topology_file.is_relative_to(folder(TOPOLOGY)), "the one that comes with dxemu"


def test_a_topology_is_copied_alone(elsewhere: Path) -> None:
    assert copied("maximum_resiliency", Path()) == (Path("topologies/maximum_resiliency.yaml"),)
    assert "a topology of" in checked(Path("topologies/maximum_resiliency.yaml"))


def test_every_scenario_says_what_it_asks() -> None:
    assert [name for name, _ in stories()] == [*names(SCENARIO)]
    assert all(story and "\n" not in story for _, story in stories())
