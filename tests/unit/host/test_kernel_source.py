"""kernel/source.sh: which source is the best at hand, and what happens where none can be got."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dxemu.host import kernel_store

SCRIPT = kernel_store.recipe_folder() / "source.sh"


def source(what: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), what],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def kept(home: Path, *versions: str) -> Path:
    cache = home / ".cache/dxemu/source"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (cache / f"linux-source-{version}.tar.xz").touch()
    return cache


@pytest.mark.parametrize(
    ("versions", "best"),
    [
        (("6.12", "7.3"), "7.3"),
        (("7.3", "7.9"), "7.3"),  # what is newer than the tested ones comes last
        (("7.2", "6.16.4", "6.1"), "7.2"),
        (("7.3", "5.10", "7.3.1"), "7.3.1"),
    ],
)
def test_the_newest_of_the_tested_sources_is_the_best(tmp_path: Path, versions: tuple[str, ...], best: str) -> None:
    cache = kept(tmp_path, *versions)
    assert source("best", tmp_path).stdout == f"{cache}/linux-source-{best}.tar.xz\n"


def test_a_named_source_is_taken_whatever_there_is(tmp_path: Path) -> None:
    kept(tmp_path, "7.3")
    own = tmp_path / "mine.tar.xz"
    assert source("best", tmp_path, LINUX_SOURCE=str(own)).returncode == 3
    own.touch()
    assert source("best", tmp_path, LINUX_SOURCE=str(own)).stdout == f"{own}\n"


def test_a_good_source_is_not_got_again(tmp_path: Path) -> None:
    cache = kept(tmp_path, "7.2")
    done = source("fetch", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"have       {cache}/linux-source-7.2.tar.xz\n")


def test_without_a_network_it_says_what_that_means_and_leaves_nothing(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(
        '#!/bin/sh\ncase "$*" in indextargets*) . /etc/os-release; echo "http://a.mirror/|$VERSION_CODENAME|main|";;\n'
        "*) echo 'E: Could not resolve the host' >&2; exit 100;; esac\n"
    )
    (tools / "apt-cache").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    done = source("fetch", tmp_path, PATH=f"{tools}:/usr/bin:/bin")
    assert done.returncode == 0, done.stderr
    assert "Linux 6.16 or later is not to be had here; a run takes half as long again without it" in done.stdout
    assert list((tmp_path / ".cache/dxemu/source").iterdir()) == []
