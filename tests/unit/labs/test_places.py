"""Labs by name: which one is meant, whether it lives, and what is said where there is none."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from dxemu.cli.living import text_of
from dxemu.host.spinning import end_spinning
from dxemu.labs.places import DIED, NoLab, chosen, new_place, places, state_folder


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("long" * 40)))


def test_the_only_one_is_meant() -> None:
    with pytest.raises(NoLab, match="dxemu up TOPOLOGY"):
        chosen(None)
    _, lock = new_place("one")
    assert chosen(None).name == "one"
    new_place("two")
    with pytest.raises(NoLab, match="there are 2 labs: one, two"):
        chosen(None)
    with pytest.raises(NoLab, match="Did you mean 'two'"):
        chosen("twoo")
    os.close(lock)


def test_a_name_in_use_is_taken_until_its_supervisor_ends() -> None:
    place, lock = new_place("mine")
    assert place.lives()
    with pytest.raises(NoLab, match="already"):
        new_place("mine")
    os.close(lock)
    assert not place.lives()
    again, lock = new_place("mine")
    assert again == place
    os.close(lock)
    place.remove()
    assert places() == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "-x", "x" * 65])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(NoLab, match="cannot be a lab's name"):
        new_place(name)


def test_a_socket_is_found_whatever_the_length_of_its_path() -> None:
    place, lock = new_place("mine")
    assert len(str(place.folder)) > 108
    with place.listening() as listening, place.connected() as client:
        client.sendall(b"here")
        taken, _ = listening.accept()
        with taken:
            assert taken.recv(4) == b"here"
    with pytest.raises(NoLab, match="has died"):
        place.connected()
    os.close(lock)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_lab_of_root_is_the_invoking_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = pwd.getpwnam("nobody")
    monkeypatch.setenv("SUDO_UID", str(user.pw_uid))
    place, lock = new_place("mine")
    with place.listening():
        entries = [place.folder, *place.folder.iterdir()]
        assert {entry.name for entry in entries} == {"mine", "lock", "socket"}
        assert {entry.lstat().st_uid for entry in entries} == {user.pw_uid}
        assert {entry.lstat().st_mode & 0o077 for entry in entries} == {0}
    os.close(lock)
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_folder() == Path(user.pw_dir, ".local/state/dxemu/labs")


def test_why_it_is_no_more_is_one_line() -> None:
    place, lock = new_place("mine")
    os.close(lock)
    assert place.why() == ""
    for problem, why in (
        ("bird on dx_1 died. It said: first\nlast", "bird on dx_1 died. It said: last"),
        ("ExaBGP on dx_1 died. It said: nothing", "ExaBGP on dx_1 died. It said: nothing"),
        ("the machine slept", "the machine slept"),
    ):
        (place.folder / DIED).write_text(json.dumps({"problem": problem}), encoding="utf-8")
        assert place.why() == why
        with pytest.raises(NoLab, match=f"has died: {why}\n"):
            place.connected()


def test_parameters_as_scenarios_have_them() -> None:
    assert text_of("cable_cut", ["connection=primary", "x=[a, b]"]) == "cable_cut: {connection: primary, x: [a, b]}"
    assert text_of("all_down", []) == "all_down:"


def test_nobody_is_ended_unless_one_alone_computes() -> None:
    assert end_spinning({1: 5, 2: 5}, {1: 9, 2: 9}) is None
    assert end_spinning({1: 5}, {1: 5}) is None
    assert end_spinning({}, {}) is None
