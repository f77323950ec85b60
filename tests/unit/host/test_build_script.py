"""kernel/build.sh up to the point where it would compile."""

from __future__ import annotations

import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from dxemu.host import kernel_store

KERNEL = kernel_store.recipe_folder()


def build(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(KERNEL / "build.sh"), str(folder)],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def foreign_source(tmp_path: Path) -> Path:
    """A source archive that the patches do not fit."""
    for file in re.findall(r"^\+\+\+ b/(\S+)", (KERNEL / "patches/random_seed.patch").read_text(), re.MULTILINE):
        (tmp_path / "linux" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "linux" / file).write_text("int other;\n")
    (tmp_path / "linux/Makefile").write_text("VERSION = 9\nPATCHLEVEL = 9\nSUBLEVEL = 3\n")
    archive = tmp_path / "linux-9.9.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "linux", "linux-9.9")
    return archive


def test_a_patch_that_does_not_apply_is_named_and_nothing_is_left(tmp_path: Path, foreign_source: Path) -> None:
    done = build(tmp_path / "out", LINUX_SOURCE=str(foreign_source))
    assert done.returncode == 3
    # The first patch in the alphabet, whatever it changes.
    assert "exact_timers.patch does not fit Linux 9.9" in done.stderr
    assert "or mend kernel/patches/exact_timers.patch" in done.stderr
    assert "dxemu is tested with Linux 6.1 to 7.3; this is another one" in done.stdout
    assert "source     Linux 9.9.3" in done.stdout
    assert not any((tmp_path / "out").iterdir())


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = build(tmp_path / "out", LINUX_SOURCE="/nowhere/linux-6.12.tar.xz")
    assert done.returncode == 3
    assert "/nowhere/linux-6.12.tar.xz" in done.stderr


def test_every_patch_says_why_it_exists() -> None:
    patches = sorted((KERNEL / "patches").glob("*.patch"))
    assert patches
    for patch in patches:
        why = re.split(r"^--- a/", patch.read_text(), maxsplit=1, flags=re.MULTILINE)[0]
        assert why.startswith("um: ") and len(why.split()) > 20, f"{patch.name} explains itself before the diff"
