"""Labs of a class: their names, whether they fit into the machine, which class is meant, how each of them is."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from dxemu.errors import LabError
from dxemu.host.memory import available_mb
from dxemu.labs import classes
from dxemu.labs.classes import labs_of_class, look_at, names_of_class, refuse_too_many, start_class
from dxemu.labs.places import ABOUT, LabFolder, NoLab, new_place, places
from dxemu.labs.start import About
from dxemu.labs.wire import line
from dxemu.topology.shipped import TOPOLOGY, found

DESIGN = found(Path("private_vif"), (TOPOLOGY,))
STATUS = {"t": 5.0, "sessions": {"a": {"x": True, "y": True}, "b": {"x": True, "y": False}}, "faults": ["cable_cut"]}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def a_lab(name: str, class_name: str) -> tuple[LabFolder, int]:
    place, lock = new_place(name)
    (place.folder / ABOUT).write_text(json.dumps({"class_name": class_name}), encoding="utf-8")
    return place, lock


def test_names_sort_as_they_count() -> None:
    assert names_of_class("monday", 2) == ["monday_1", "monday_2"]
    assert names_of_class("monday", 12)[8:10] == ["monday_09", "monday_10"]


def test_more_labs_than_fit_are_refused_with_figures() -> None:
    refuse_too_many(DESIGN, 4, {"of memory": 4000, "in /tmp": 9000})
    with pytest.raises(
        LabError, match=r"20 labs of private_vif need 20 x \d+ MB, and 1500 MB in /tmp are free\n.*most"
    ):
        refuse_too_many(DESIGN, 20, {"of memory": 4000, "in /tmp": 1500})
    with pytest.raises(LabError, match="End something else"):
        refuse_too_many(DESIGN, 1, {"of memory": 400})


def test_nothing_is_started_where_they_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "available_mb", lambda: 600)
    with pytest.raises(LabError, match="600 MB of memory are free"):
        start_class(About(topology=str(DESIGN), kernel="embedded", clock="real", seed=1), ["a_1", "a_2"], print)
    assert places() == []


def test_a_name_in_use_is_refused_before_anything_starts() -> None:
    place, lock = a_lab("a_2", "")
    with pytest.raises(NoLab, match="a lab 'a_2' already"):
        start_class(About(topology=str(DESIGN), kernel="embedded", clock="real", seed=1), ["a_1", "a_2"], print)
    assert places() == [place]
    os.close(lock)


def test_which_class_is_meant() -> None:
    with pytest.raises(NoLab, match=r"there is no class\n.*class start"):
        labs_of_class(None)
    (one, first), (_, second), (alone, third) = a_lab("m_1", "m"), a_lab("t_1", "t"), a_lab("alone", "")
    with pytest.raises(NoLab, match="there are 2 classes: m, t"):
        labs_of_class(None)
    assert labs_of_class("m") == [one]
    with pytest.raises(NoLab, match="Did you mean 't'"):
        labs_of_class("tt")
    assert alone in places()
    for lock in (first, second, third):
        os.close(lock)


def test_labs_that_are_up_busy_and_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "ANSWER_S", 0.2)
    (up, first), (busy, second), (dead, third) = a_lab("m_1", "m"), a_lab("m_2", "m"), a_lab("m_3", "m")
    os.close(third)
    with up.listening() as listening, busy.listening():

        def answer() -> None:
            asked, _ = listening.accept()
            with asked:
                asked.recv(1000)
                asked.sendall(line({"done": {**STATUS, "changes": []}}))

        answering = threading.Thread(target=answer)
        answering.start()
        first_one, second_one, third_one = look_at([up, busy, dead])
        answering.join()
    assert (first_one.state, first_one.sessions_up, first_one.sessions, first_one.faults) == (
        "up",
        1,
        2,
        ("cable_cut",),
    )
    assert (second_one.state, second_one.t, third_one.state) == ("busy", None, "died")
    for lock in (first, second):
        os.close(lock)


def test_memory_within_a_containers_limit(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       9000000 kB\nMemAvailable:    4194304 kB\n", encoding="utf-8")
    assert available_mb(meminfo, tmp_path) == 4096
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1048576\n", encoding="utf-8")
    assert available_mb(meminfo, tmp_path) == 4096
    (tmp_path / "memory.max").write_text("3145728\n", encoding="utf-8")
    assert available_mb(meminfo, tmp_path) == 2
