"""Builds the embedded kernel into the store, once for each recipe, and proves it.

The work is done by the repository's `kernel/build.sh` in a folder of its own inside the store. Only a whole kernel is
moved to its place, so an interrupted build leaves nothing that could be mistaken for one; the next build removes its
rubbish.
"""

from __future__ import annotations

import fcntl
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from dxemu.errors import LabError, Unsupported
from dxemu.host import kernel_file, kernel_store
from dxemu.host.kernel_store import EmbeddedKernel

Progress = Callable[[str], None]
Prove = Callable[[Path], list[dict[str, Any]]]  # Any: the proof's own JSON

SILENCE_LIMIT_S = 1200.0
"""How long a build may say nothing, seconds of wall time. How long all of it takes is up to the machine and who else
uses it (four minutes on two cores), but a build that goes on says so every few seconds; linking is the longest pause.
"""

_UNFINISHED = "unfinished-"
_SOURCE = "LINUX_SOURCE"
_RELEASE = re.compile(r"^linux-(?:source-)?([0-9][0-9.]*[0-9])\.tar\.")


def build(
    progress: Progress, prove: Prove | None = None, *, source: Path | None = None, force: bool = False
) -> EmbeddedKernel:
    """The embedded kernel of this recipe and `source`: built if it is not in the store (or if `force`), then proved.

    `source` is a `linux-*.tar.*`; without it the best one at hand is meant, and a kernel as new as that is taken.
    `progress` gets one line of text at a time. `prove` boots the binary it is given and returns what worked. A kernel
    whose proof cannot be made stays in the store, unproved. Raises Unsupported if this machine cannot build it and
    LabError with the end of the build's output if the build fails.
    """
    override = os.environ.get(kernel_store.OVERRIDE)
    if override:
        raise Unsupported(
            f"{kernel_store.OVERRIDE}={override} overrides the store: a build would not be used",
            f"unset {kernel_store.OVERRIDE}",
        )
    kernel = None if force else _built_of(source)
    if kernel is None:
        store = kernel_store.store_folder()
        store.mkdir(parents=True, exist_ok=True)
        with _build_lock(store, progress):
            # Another process may have built it while this one waited for the lock.
            kernel = None if force else _built_of(source)
            kernel = kernel or _build(store, source, progress)
    if prove is not None and kernel.proof is None:
        kernel = prove_again(kernel, prove)
    return kernel


def _built_of(source: Path | None) -> EmbeddedKernel | None:
    """The undamaged kernel in the store that a build would make again."""
    wanted = source or _named_source() or _best_source()
    if source is None and not os.environ.get(_SOURCE):
        kernel = kernel_store.find()
        release = _RELEASE.search(wanted.name) if wanted else None
        fits = release is None or (
            kernel is not None and kernel_store.numbers(kernel.version) >= kernel_store.numbers(release[1])
        )
    else:
        kernel = next((one for one in kernel_store.all_built() if one.source == str(wanted)), None)
        fits = True
    return kernel if kernel is not None and fits and not kernel_store.damage(kernel) else None


def _named_source() -> Path | None:
    named = os.environ.get(_SOURCE)
    return Path(named) if named else None


def _best_source() -> Path | None:
    """What kernel/build.sh would take; None if there is nothing."""
    script = kernel_store.recipe_folder() / "build.sh"
    said = subprocess.run(["sh", str(script), "--source"], capture_output=True, text=True, timeout=10, check=False)
    return Path(said.stdout.strip()) if said.returncode == 0 and said.stdout.strip() else None


def prove_again(kernel: EmbeddedKernel, prove: Prove) -> EmbeddedKernel:
    """Boot the kernel, see feature by feature what works, and keep that beside the binary."""
    proved = replace(kernel, proof=tuple(prove(kernel.path)))
    if kernel.key:  # an override's folder is not ours to write to
        kernel_store.write_info(kernel.path.parent, proved)
    return proved


def _build(store: Path, source_file: Path | None, progress: Progress) -> EmbeddedKernel:
    for rubbish in store.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(rubbish)
    recipe = kernel_store.recipe_folder()
    digest = kernel_store.recipe_digest(recipe)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=store) as unfinished:
        new = Path(unfinished)
        started = time.monotonic()
        _run_script(recipe / "build.sh", new, source_file, progress)
        build_s = round(time.monotonic() - started, 1)
        version = (new / "version").read_text().strip()
        source = (new / "source").read_text().strip()
        kernel = EmbeddedKernel(
            path=store / f"{version}-{digest}" / "linux",
            version=version,
            key=f"{version}-{digest}",
            recipe=digest,
            source=source,
            source_package=_package_of(source),
            source_sha256=kernel_file.digest_of(Path(source)) if Path(source).is_file() else "",
            build_s=build_s,
        )
        kernel = kernel_store.measured(new / "linux", kernel)
        kernel.path.parent.mkdir(exist_ok=True)
        # Each file is whole at any time, and a folder without info.json is no kernel yet.
        (new / "linux").replace(kernel.path)
        kernel_store.write_info(kernel.path.parent, kernel)
    return kernel


@contextmanager
def _build_lock(store: Path, progress: Progress) -> Iterator[None]:
    """One build at a time; the lock falls with the process that holds it."""
    with (store / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("wait       another process is building the kernel")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_script(script: Path, folder: Path, source: Path | None, progress: Progress) -> None:
    """Run `sh script folder`, hand on its lines, end all of its processes if this one is interrupted."""
    env = {**os.environ, _SOURCE: str(source.absolute())} if source else None
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            ["sh", str(script), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=env,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in _lines(process.stdout):
                progress(line)
            status = process.wait(timeout=10)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        errors.seek(0)
        said = errors.read().strip()
    if status != 0:
        raise LabError(f"the embedded kernel was not built (kernel/build.sh ended with {status})", said)


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines of `stream` as they come. Raises LabError when none has come for too long."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            if not selector.select(SILENCE_LIMIT_S):
                raise LabError(
                    f"the kernel's build said nothing for {SILENCE_LIMIT_S:.0f} s; last: {rest.decode()!r}",
                    "run it again when the machine is less busy",
                )
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)


def _package_of(source: str) -> str:
    """Debian package and version that own the file `source`; empty if no package does."""
    if shutil.which("dpkg-query") is None:
        return ""
    owner = subprocess.run(["dpkg-query", "-S", source], capture_output=True, text=True, timeout=30, check=False)
    if owner.returncode != 0:
        return ""
    package = owner.stdout.partition(":")[0].strip()
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}", package],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return shown.stdout.strip()


def missing_for_build() -> str:
    """What the build lacks on this machine, as part of a sentence; empty if it can start."""
    tools = [tool for tool in ("make", "gcc", "flex", "bison", "bc", "patch", "strip") if shutil.which(tool) is None]
    if tools:
        return f"the build needs {', '.join(tools)}"
    return "" if _best_source() else "there is no Linux source to build it from"
