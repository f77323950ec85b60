"""A run's folder as evidence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from saved_runs import run_of
from stories import bfd_story, expect

from dxemu.events.folder import NoRun
from dxemu.run import bundle
from dxemu.run.record import NewerRun


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run that has ended."""
    work = tmp_path / "logs"
    work.mkdir()
    made = run_of(tmp_path / "cut" / "1", bfd_story(work, expect("outage", "app", within_prediction=True)))
    (made / "app.to_aws.probe").write_bytes(bytes(16))
    bundle.write(made)
    return made


def again(folder: Path) -> Path:
    return Path(shutil.copytree(folder, folder.parent / "2"))


def test_a_bundle_that_nobody_touched_is_whole(folder: Path) -> None:
    bundle.check(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"app.to_aws.probe", "result.json", "run.json", "scenario.yaml", "timeline.jsonl", "topology.yaml"} == set(
        manifest["files"]
    )
    assert manifest["kernel"] == "embedded 6.12"


def test_what_was_changed_is_named(folder: Path) -> None:
    with (folder / "timeline.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    (folder / "app.to_aws.probe").unlink()
    with pytest.raises(bundle.ChangedBundle) as error:
        bundle.check(folder)
    assert error.value.exit_status == 2
    assert "app.to_aws.probe is missing, timeline.jsonl was changed" in str(error.value)


def test_a_repetition_with_the_same_outcome_has_the_same_digest(folder: Path) -> None:
    other = again(folder)
    result = json.loads((other / "result.json").read_text(encoding="utf-8"))
    result |= {"wall_s": 99.0, "kernel_release": "7.3"}
    result["expectations"][0] |= {"file": "/elsewhere/scenario.yaml", "line": 3}
    (other / "result.json").write_text(json.dumps(result), encoding="utf-8")
    assert bundle.differences(folder, other) == []


def test_what_differs_is_named(folder: Path) -> None:
    other = again(folder)
    known = json.loads((other / "run.json").read_text(encoding="utf-8"))
    known |= {"kernel_release": "7.3"}
    known["versions"]["bird"] = "2.17.6"
    (other / "run.json").write_text(json.dumps(known), encoding="utf-8")
    result = json.loads((other / "result.json").read_text(encoding="utf-8"))
    result["outages"][0]["duration_ms"] = 1.5
    (other / "result.json").write_text(json.dumps(result), encoding="utf-8")
    lines = (other / "timeline.jsonl").read_text(encoding="utf-8").splitlines()
    event = json.loads(lines[5]) | {"t": 4.25}
    (other / "timeline.jsonl").write_text(
        "\n".join([*lines[:5], json.dumps(event), *lines[6:]]) + "\n", encoding="utf-8"
    )
    found = bundle.differences(folder, other)
    assert found[:2] == ["kernel: embedded 6.12, now embedded 7.3", "bird: 2.0.12, now 2.17.6"]
    assert found[2].startswith("timeline: event 6 (path): t 0.0, now 4.25")
    assert found[3:] == ["result.outages[0].duration_ms: 686.0, now 1.5"]


def test_another_seed_is_another_input(folder: Path) -> None:
    other = again(folder)
    known = json.loads((other / "run.json").read_text(encoding="utf-8"))
    (other / "run.json").write_text(json.dumps({**known, "seed": 8}), encoding="utf-8")
    assert bundle.differences(folder, other) == ["inputs: the scenario, the topology, the seed or the clock"]


def test_what_is_no_bundle(folder: Path, tmp_path: Path) -> None:
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**manifest, "schema": "dxemu.bundle/2"}), encoding="utf-8")
    with pytest.raises(NewerRun):
        bundle.check(folder)
    file.write_text("[", encoding="utf-8")
    with pytest.raises(bundle.ChangedBundle, match="is damaged"):
        bundle.check(folder)
    file.unlink()
    with pytest.raises(NoRun, match=r"has no manifest\.json"):
        bundle.check(folder)
    with pytest.raises(NoRun, match="there is no run"):
        bundle.check(tmp_path / "nowhere")
