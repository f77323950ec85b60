"""What the machine's kernel lets a process do that is bound as the embedded kernel is."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from dxemu.host import landlock, where
from dxemu.host.confine import NO_WALLS, Walls, confined
from dxemu.host.embedded import Boot, run_embedded
from dxemu.host.guest_mode import Wish, has_seccomp
from dxemu.host.job import Job
from tests.lab.escape import guest, native
from tests.lab.escape.outside import Outside

pytestmark = pytest.mark.lab

CANNOT_SUCCEED = {
    "chmod_by_the_numbers_of_x32": "few kernels have CONFIG_X86_X32",
    "pair_of_sequenced_sockets_to_a_named_one": "a pair that is connected takes no other address",
    "pair_of_streams_to_a_named_one": "a stream takes no address",
}
"""Why these fail on most machines without any wall. They stay: the walls must not hang on it."""
NEEDED = 45


def native_damage(folder: Path, walls: Walls | None) -> dict[str, str]:
    """What a program did outside its folder, attack by attack, that was bound by these walls."""
    with Outside(folder / "base", tuple(native.ATTACKS)).made() as outside, ExitStack() as stack:
        places = folder / "places.json"
        places.write_text(json.dumps({name: dataclasses.asdict(at) for name, at in outside.places().items()}))
        memory = outside.memory / "of_this_run"
        memory.mkdir()
        bind: Callable[[], None] | None = None
        if walls is not None:
            bind = stack.enter_context(confined(walls, outside.run, memory, resolves_beneath=False))
        done = subprocess.run(
            [sys.executable, "-I", native.__file__, str(places)],
            cwd=outside.run,
            preexec_fn=bind,
            start_new_session=True,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return outside.damage(json.loads(done.stdout))


def test_every_attack_of_a_program_is_real(tmp_path: Path) -> None:
    """Without walls they succeed: otherwise that they fail says nothing."""
    done = native_damage(tmp_path, None).keys()
    assert len(done) >= NEEDED
    if native.is_root():  # others may not do all of it anyway
        assert native.ATTACKS.keys() - done <= CANNOT_SUCCEED.keys()


def test_no_attack_of_a_bound_program_succeeds(tmp_path: Path) -> None:
    if landlock.abi() < 6:
        pytest.skip(f"Landlock has ABI {landlock.abi()} here: signals and abstract sockets need 6")
    assert native_damage(tmp_path, Walls(landlock=landlock.abi())) == {}


@pytest.mark.parametrize(
    ("walls", "let_through"),
    [(Walls(landlock=99, filter=False), {"chmod", "connect_to_udp", "xattr"}), (Walls(landlock=0), {"write", "kill"})],
    ids=["Landlock alone", "the filter alone"],
)
def test_neither_wall_is_enough_by_itself(walls: Walls, let_through: set[str], tmp_path: Path) -> None:
    walls = dataclasses.replace(walls, landlock=min(walls.landlock, landlock.abi()))
    assert let_through <= native_damage(tmp_path, walls).keys()


def guest_damage(folder: Path, wish: Wish, walls: Walls, *, hostfs_write: bool) -> dict[str, str]:
    """What the guest's root changed outside the run's folder, attack by attack."""
    place = where.embedded("virtual", 120.0, wish)
    assert place.boot is not None

    async def attempt(outside: Outside, boot: Boot) -> list[dict[str, object]]:
        payload = {name: dataclasses.asdict(at) for name, at in outside.places().items()}
        job = Job(target="tests.lab.escape.guest:main", payload=payload)
        async with contextlib.aclosing(run_embedded(job, outside.run, boot)) as events:
            return [dict(event) async for event in events]

    with Outside(folder / "base", tuple(guest.ATTACKS)).made() as outside:
        changes = {"walls": walls, "hostfs_write": hostfs_write, "memory_folder": outside.memory}
        (event,) = asyncio.run(attempt(outside, dataclasses.replace(place.boot, **changes)))
        assert event["uid"] == 0
        assert (outside.run / "inside").read_text() == "allowed"
        return outside.damage({})


def test_every_attack_of_a_guest_is_real(tmp_path: Path) -> None:
    done = guest_damage(tmp_path, Wish.STRICT, NO_WALLS, hostfs_write=False).keys()
    assert len(done) >= NEEDED
    if native.is_root():
        assert guest.ATTACKS.keys() - done == guest.CANNOT_SUCCEED.keys()


ALL = Walls(landlock=99)


@pytest.mark.parametrize(
    ("wish", "walls", "hostfs_write"),
    [
        pytest.param(Wish.STRICT, NO_WALLS, True, id="ptrace, hostfs_write alone"),
        pytest.param(Wish.STRICT, ALL, False, id="ptrace, Landlock and filter"),
        pytest.param(Wish.STRICT, ALL, True, id="ptrace, all"),
        pytest.param(Wish.TRUSTED, ALL, False, id="seccomp, Landlock and filter"),
    ],
)
def test_no_attack_of_a_guest_succeeds(wish: Wish, walls: Walls, hostfs_write: bool, tmp_path: Path) -> None:
    release = where.embedded("virtual").release
    if wish is Wish.TRUSTED and not has_seccomp(release):
        pytest.skip(f"Linux {release} has no seccomp mode: only 6.16 and later")
    if walls.landlock:
        walls = dataclasses.replace(walls, landlock=landlock.abi())
    done = guest_damage(tmp_path, wish, walls, hostfs_write=hostfs_write)
    if walls is NO_WALLS:
        done.pop("fifo_in_the_folder", None)  # hostfs_write lets the guest make one in its own folder, and only there
    assert done == {}
