from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from dxemu.errors import LabError, Unsupported
from dxemu.host import kernel_build, kernel_store

PROOF = [
    {"feature": "802.1Q", "works": True, "detail": ""},
    {"feature": "MACsec", "works": False, "detail": "Operation not supported"},
]

# Stands in for the four minutes of kernel/build.sh: the same files, the same lines, in no time.
QUICK_BUILD = """#!/bin/sh
set -eu
if [ "$1" = --source ]; then echo /nowhere/linux-source-6.12.tar.xz; exit 0; fi
[ -z "${BREAK_BUILD:-}" ] || { echo compile 1; echo 'drivers/net/veth.c: error' >&2; exit 3; }
echo 'compile 1 of about 2'
printf 'compile 2 of about 2\\n'
printf '#!/bin/sh\\necho 6.12.9\\n' >"$1/linux"
chmod +x "$1/linux"
echo 6.12.9 >"$1/version"
echo /nowhere/linux-source-6.12.tar.xz >"$1/source"
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe that builds at once, and an empty store."""
    folder = tmp_path / "kernel"
    shutil.copytree(kernel_store.recipe_folder(), folder)
    (folder / "build.sh").write_text(QUICK_BUILD)
    monkeypatch.setattr(kernel_store, "recipe_folder", lambda: folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(kernel_store.OVERRIDE, raising=False)
    monkeypatch.delenv("BREAK_BUILD", raising=False)
    return folder


def built(lines: list[str] | None = None, **options: bool) -> kernel_store.EmbeddedKernel:
    return kernel_build.build((lines if lines is not None else []).append, lambda path: PROOF, **options)


def test_an_empty_store_has_no_kernel_and_says_which_command_makes_one(recipe: Path) -> None:
    assert kernel_store.find() is None
    with pytest.raises(Unsupported, match="dxemu kernel build"):
        kernel_store.require()


def test_a_build_is_found_again_with_all_that_is_known_of_it(recipe: Path) -> None:
    lines: list[str] = []
    kernel = built(lines)
    assert lines == ["compile 1 of about 2", "compile 2 of about 2"]
    assert kernel_store.find() == kernel
    assert kernel.version == "6.12.9"
    assert kernel.key == f"6.12.9-{kernel_store.recipe_digest(recipe)}"
    assert kernel.features == ("802.1Q",)
    assert kernel.lacking == ("MACsec",)
    assert kernel.size_bytes == kernel.path.stat().st_size


def test_a_second_build_does_nothing(recipe: Path) -> None:
    built()
    lines: list[str] = []
    built(lines)
    assert lines == []


def test_force_builds_again_over_the_old_one(recipe: Path) -> None:
    before = built().path.stat().st_ino
    lines: list[str] = []
    assert built(lines, force=True).path.stat().st_ino != before
    assert lines


@pytest.mark.parametrize("file", ["config", "build.sh", "patches/random_seed.patch"])
def test_a_changed_recipe_asks_for_a_new_build(recipe: Path, file: str) -> None:
    built()
    text = (recipe / file).read_text()
    (recipe / file).write_text(text.swapcase())  # of the same length
    assert kernel_store.find() is None


def test_a_failed_build_shows_its_output_and_leaves_nothing(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREAK_BUILD", "yes")
    with pytest.raises(LabError, match=r"veth\.c: error"):
        built()
    assert kernel_store.find() is None
    assert [entry.name for entry in kernel_store.store_folder().iterdir()] == ["lock"]


def test_rubbish_of_a_killed_build_is_removed_and_never_found(recipe: Path) -> None:
    rubbish = kernel_store.store_folder() / "unfinished-abc"
    rubbish.mkdir(parents=True)
    (rubbish / "linux").touch()
    assert kernel_store.find() is None
    built()
    assert not rubbish.exists()


def test_a_folder_without_whole_info_is_no_kernel(recipe: Path) -> None:
    kernel = built()
    info = kernel.path.parent / "info.json"
    whole = info.read_text()
    for broken in ("", "{", "[]", json.dumps({"schema": "something/else"})):
        info.write_text(broken)
        assert kernel_store.find() is None
    info.write_text(whole)
    assert kernel_store.find() is not None


def test_a_proof_that_cannot_be_made_keeps_the_kernel_unproved(recipe: Path) -> None:
    def crash(_: Path) -> list[dict[str, object]]:
        raise LabError("the guest crashed")

    with pytest.raises(LabError, match="the guest crashed"):
        kernel_build.build(lambda line: None, crash)
    kernel = kernel_store.find()
    assert kernel is not None
    assert kernel.proof is None
    assert built().features == ("802.1Q",)


def test_the_override_wins_and_is_asked_for_its_version(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built()
    own = tmp_path / "my-linux"
    own.write_text("#!/bin/sh\necho 6.18.1\n")
    own.chmod(0o755)
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own))
    kernel = kernel_store.find()
    assert kernel is not None
    assert (kernel.path, kernel.version, kernel.key) == (own, "6.18.1", "")
    with pytest.raises(Unsupported, match="overrides the store"):
        built()


@pytest.mark.parametrize("content", [None, "#!/bin/sh\necho not a kernel\n", "#!/bin/sh\nexit 1\n"])
def test_an_override_that_is_no_kernel_is_refused(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    own = tmp_path / "my-linux"
    if content is not None:
        own.write_text(content)
        own.chmod(0o755)
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own))
    with pytest.raises(Unsupported, match="unset DXEMU_KERNEL"):
        kernel_store.find()


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert kernel_store.store_folder() == Path("/elsewhere/dxemu/kernel")
    for unset_or_relative in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", unset_or_relative)
        assert kernel_store.store_folder() == tmp_path / ".cache/dxemu/kernel"


def test_the_newest_version_of_one_recipe_is_used(recipe: Path) -> None:
    older = built()
    newer = older.path.parents[1] / older.key.replace("6.12.9", "6.12.10")
    shutil.copytree(older.path.parent, newer)
    info = json.loads((newer / "info.json").read_text())
    (newer / "info.json").write_text(json.dumps(info | {"version": "6.12.10"}))
    found = kernel_store.find()
    assert found is not None
    assert found.version == "6.12.10"


def test_nothing_of_this_process_is_left_running(recipe: Path) -> None:
    built()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
