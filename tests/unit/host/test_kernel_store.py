from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from dxemu.errors import LabError, Unsupported
from dxemu.host import kernel_build, kernel_file, kernel_store

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
version=$(basename "${LINUX_SOURCE:-linux-6.12.tar.xz}" .tar.xz | sed 's/.*-//').9
cat >"$1/linux" <<END
#!/bin/sh
case \\$1 in
    --version) echo $version ;;
    --help) printf 'random_seed=<number>\\\\n    x\\\\nhostfs_write=<dir>\\\\ntime-travel-hold\\\\n'; ${SECCOMP:-:} ;;
esac
END
chmod +x "$1/linux"
echo $version >"$1/version"
echo "${LINUX_SOURCE:-/nowhere/linux-source-6.12.tar.xz}" >"$1/source"
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
    for name in ("BREAK_BUILD", "LINUX_SOURCE", "SECCOMP", kernel_store.CHOICE):
        monkeypatch.delenv(name, raising=False)
    return folder


def built(
    lines: list[str] | None = None, *, force: bool = False, source: Path | None = None
) -> kernel_store.EmbeddedKernel:
    progress = (lines if lines is not None else []).append
    return kernel_build.build(progress, lambda path: PROOF, force=force, source=source)


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
        with pytest.raises(Unsupported, match=r"damaged: info\.json cannot be read"):
            kernel_store.require()
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


def own_kernel(folder: Path, config: str, words: str = "random_seed= hostfs_write= time-travel-hold") -> Path:
    """A program that says of itself what a kernel says."""
    own = folder / "my-linux"
    known = "".join(f"{word}\\n" for word in words.split())
    own.write_text(
        f"#!/bin/sh\ncase $1 in --version) echo 6.18.1;; --help) printf '{known}';; *) printf '%s' '{config}';; esac\n"
    )
    own.chmod(0o755)
    return own


@pytest.fixture
def any_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of these tests are scripts."""
    monkeypatch.setattr(kernel_file, "processor_problem", lambda binary: "")


def test_the_override_wins_and_is_asked_for_its_version(
    recipe: Path, any_processor: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built()
    own = own_kernel(tmp_path, (recipe / "config").read_text() + "CONFIG_SMP=y\n")
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own))
    kernel = kernel_store.find()
    assert kernel is not None
    assert (kernel.path, kernel.version, kernel.key, kernel.seccomp) == (own, "6.18.1", "", False)
    assert kernel_store.require() == kernel
    with pytest.raises(Unsupported, match="overrides the store"):
        built()


def test_an_override_of_another_config_is_refused_with_what_it_lacks(
    recipe: Path, any_processor: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = (recipe / "config").read_text().replace("CONFIG_BONDING=y\n", "")
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own_kernel(tmp_path, config)))
    with pytest.raises(Unsupported, match=r"it lacks CONFIG_BONDING=y\n"):
        kernel_store.find()


def test_an_override_without_our_patches_is_refused(
    recipe: Path, any_processor: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_kernel(tmp_path, (recipe / "config").read_text(), "time-travel-hold")
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own))
    with pytest.raises(Unsupported, match="does not know random_seed=, hostfs_write="):
        kernel_store.find()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is not a program"),
        (b"#!/bin/sh\necho not a kernel, but a script\n", "is not a program"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00", "another processor than x86_64 .ELF machine 183"),
        (b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\x00\x03\x00", "another processor than x86_64 .ELF machine 3"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00", "does not run"),
    ],
)
def test_an_override_that_is_no_kernel_for_this_machine_is_refused(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    own = tmp_path / "my-linux"
    if content is not None:
        own.write_bytes(content)
        own.chmod(0o755)
    monkeypatch.setenv(kernel_store.OVERRIDE, str(own))
    with pytest.raises(Unsupported, match=said) as error:
        kernel_store.find()
    assert error.value.remedy.startswith("unset DXEMU_KERNEL ")


def test_a_kernel_that_has_changed_is_damaged_and_is_built_again(recipe: Path) -> None:
    path = built().path
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(Unsupported, match=f"is damaged: it has {len(whole) - 1} bytes and had {len(whole)}") as error:
        kernel_store.require()
    assert error.value.remedy == "dxemu kernel build --force"
    path.write_bytes(whole.swapcase())  # as long as before
    with pytest.raises(Unsupported, match="is damaged: its SHA-256"):
        kernel_store.require()
    lines: list[str] = []
    built(lines)
    assert lines
    assert kernel_store.require().path.read_bytes() == whole


def test_a_kernel_that_is_gone_is_damaged(recipe: Path) -> None:
    built().path.unlink()
    with pytest.raises(Unsupported, match="is missing: No such file"):
        kernel_store.require()


def test_the_digest_is_computed_once_for_a_file_and_again_when_it_was_touched(
    recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = built().path
    asked: list[Path] = []
    digest_of = kernel_file.digest_of
    monkeypatch.setattr(kernel_file, "digest_of", lambda file: (asked.append(file), digest_of(file))[1])
    kernel_store.require()
    kernel_store.require()
    assert asked == [path]
    path.touch()
    kernel_store.require()
    kernel_store.require()
    assert asked == [path, path]
    assert kernel_store.damage(kernel_store.require(), thorough=True) == ""
    assert asked == [path, path, path]


def test_a_kernel_of_another_config_is_not_taken_for_one_that_was_never_built(recipe: Path) -> None:
    built()
    with (recipe / "config").open("a") as file:
        file.write("CONFIG_MORE=y\n")
    with pytest.raises(Unsupported, match="of another config or other patches"):
        kernel_store.require()


def test_kernels_of_several_sources_lie_side_by_side_and_one_can_be_named(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built()
    newer = tmp_path / "linux-7.3.tar.xz"
    newer.touch()
    monkeypatch.setenv("SECCOMP", "echo seccomp=")
    assert built(source=newer).version == "7.3.9"
    assert [(one.version, one.seccomp) for one in kernel_store.all_built()] == [("7.3.9", True), ("6.12.9", False)]
    assert kernel_store.require().version == "7.3.9"
    for name, version in (("6.12", "6.12.9"), ("6", "6.12.9"), ("7.3.9", "7.3.9")):
        monkeypatch.setenv(kernel_store.CHOICE, name)
        assert kernel_store.require().version == version
    monkeypatch.setenv(kernel_store.CHOICE, "6.1")
    with pytest.raises(Unsupported, match=r"KERNEL_VERSION=6\.1: no .* only of 7\.3\.9, 6\.12\.9"):
        kernel_store.require()


def test_a_kernel_newer_than_the_source_at_hand_is_kept_and_an_older_one_is_not(recipe: Path, tmp_path: Path) -> None:
    older, newer = tmp_path / "linux-6.1.tar.xz", tmp_path / "linux-7.3.tar.xz"
    older.touch()
    newer.touch()
    assert built(source=older).version == "6.1.9"
    assert built().version == "6.12.9"  # the best at hand
    assert built(source=newer).version == "7.3.9"
    lines: list[str] = []
    assert built(lines).version == "7.3.9"
    assert built(lines, source=older).version == "6.1.9"
    assert lines == []


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
