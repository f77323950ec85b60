"""What root makes for somebody else belongs to them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from dxemu.host import invoker, kernel_store

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture(autouse=True)
def nobody_called(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SUDO_UID", "SUDO_GID", "SUDO_USER", "DOAS_USER", "PKEXEC_UID"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))


@pytest.mark.parametrize(
    ("variable", "value", "uid"),
    [
        ("SUDO_UID", str(NOBODY.pw_uid), NOBODY.pw_uid),
        ("PKEXEC_UID", str(NOBODY.pw_uid), NOBODY.pw_uid),
        ("DOAS_USER", "nobody", NOBODY.pw_uid),
        ("SUDO_UID", "0", None),
        ("SUDO_UID", "no number", None),
        ("SUDO_UID", "4242424", None),
        ("DOAS_USER", "no_such_user", None),
        ("HOME", "/", None),
    ],
)
def test_who_called_is_known(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, uid: int | None) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv(variable, value)
    found = invoker.invoker()
    assert (found and found.uid) == uid


def test_an_ordinary_user_calls_for_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    assert invoker.invoker() is None


def owners(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.lstat().st_uid for path in sorted(folder.rglob("*"))}


@pytest.mark.usefixtures("sudo")
def test_folders_belong_to_them_from_the_start_and_files_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "pull" / "1"
    invoker.make_folders(folder.parent)
    invoker.make_folder(folder)
    assert set(owners(tmp_path).values()) == {NOBODY.pw_uid}
    with pytest.raises(KeyboardInterrupt), invoker.giving(folder):
        (folder / "probes").mkdir()
        (folder / "probes" / "web").write_text("")
        (folder / "result.json").write_text("")
        raise KeyboardInterrupt
    assert set(owners(tmp_path).values()) == {NOBODY.pw_uid}
    assert tmp_path.stat().st_uid == 0


@pytest.mark.usefixtures("sudo")
def test_nothing_outside_is_given_away(tmp_path: Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "1"
    kept.mkdir()
    (kept / "file").write_text("")
    (kept / "second").write_text("")
    invoker.make_folder(folder)
    with invoker.giving(folder):
        (folder / "link_to_folder").symlink_to(kept)
        (folder / "link_to_file").symlink_to(kept / "file")
        (folder / "same_file").hardlink_to(kept / "second")
        (folder / "ours").write_text("")
    assert owners(kept) == {"file": 0, "second": 0}
    assert owners(folder)["ours"] == NOBODY.pw_uid


@pytest.mark.usefixtures("sudo")
def test_a_folder_that_was_there_stays_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    invoker.make_folders(tmp_path / "runs" / "pull")
    assert owners(tmp_path) == {"runs": 0, "runs/pull": NOBODY.pw_uid}


@pytest.mark.usefixtures("sudo")
def test_sudo_finds_the_kernel_of_the_one_who_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = invoker.Invoker(NOBODY.pw_uid, NOBODY.pw_gid, tmp_path / "theirs")
    monkeypatch.setattr(kernel_store, "invoker", lambda: theirs)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "root"))
    monkeypatch.delenv(kernel_store.OVERRIDE, raising=False)
    assert kernel_store.find() is None
    recipe = kernel_store.recipe_digest(kernel_store.recipe_folder())
    folder = theirs.home / ".cache/dxemu/kernel" / f"6.12.9-{recipe}"
    folder.mkdir(parents=True)
    (folder / "linux").write_text("")
    kernel = kernel_store.EmbeddedKernel(path=folder / "linux", version="6.12.9", recipe=recipe, build_s=1.0)
    kernel_store.write_info(folder, kernel)
    found = kernel_store.find()
    assert found is not None
    assert found.path == folder / "linux"
