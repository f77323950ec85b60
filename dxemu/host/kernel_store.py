"""Where the built embedded kernels are kept, and which one is used.

    $XDG_CACHE_HOME/dxemu/kernel/6.12.117-3f2a91c07b5d/linux       the binary
                                                      info.json   where it came from and what it was seen to do

The folder's name is the Linux version and the digest of the recipe (everything in the repository's `kernel/` that
shapes the binary), so a changed option or patch asks for a new build and two checkouts do not disturb each other.
Kernels of several sources lie side by side; the newest is used, or the newest that `DXEMU_KERNEL_VERSION` names
(`6.12` is any 6.12). `DXEMU_KERNEL=/path/to/linux` overrides the store.

A kernel's size and SHA-256 are kept. The size is compared each time. The digest is computed again only if the file is
not the one that was last compared (device, inode, time of change): 20 ms once, in place of 20 ms in each run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dxemu.errors import Unsupported
from dxemu.host import kernel_file
from dxemu.host.invoker import invoker

OVERRIDE = "DXEMU_KERNEL"
CHOICE = "DXEMU_KERNEL_VERSION"
SCHEMA = "dxemu.kernel/2"
BUILD_COMMAND = "dxemu kernel build"
_SHOWN = 4
_SHIPPED = Path(__file__).resolve().parents[1] / "shipped"
"""What a wheel has inside beside the code: the recipe and, in one of `scripts/wheel`, a built kernel."""
_BELOW_CACHE = Path("dxemu", "kernel")

Proof = tuple[Mapping[str, Any], ...]  # Any: the proof's own JSON, kept and shown as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedKernel:
    """A User-Mode Linux binary that can be started.

    `version` is Linux's, `key` the name in the store (empty for an override), `recipe` the digest of config, patches
    and build script, `source_package` the distribution's package with its version. `sha256` and `source_sha256` are of
    the binary and of the source's archive (empty for an override), `hold` and `seccomp` as in `kernel_file.Abilities`.
    `compared` says which file the digest was last compared with. `proof` is what the last `dxemu kernel build` saw
    it do, feature by feature, and None if it was never tried.
    """

    path: Path
    version: str
    key: str = ""
    recipe: str = ""
    source: str = ""
    source_package: str = ""
    source_sha256: str = ""
    build_s: float | None = None
    size_bytes: int = 0
    sha256: str = ""
    hold: bool = True
    seccomp: bool = False
    compared: str = ""
    proof: Proof | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that were seen to work."""
        return tuple(str(line["feature"]) for line in self.proof or () if line.get("works"))

    @property
    def lacking(self) -> tuple[str, ...]:
        """Names of the features that were tried and did not work."""
        return tuple(str(line["feature"]) for line in self.proof or () if not line.get("works"))


def recipe_folder() -> Path:
    """The repository's `kernel/`, in a wheel its copy. Raises Unsupported if dxemu was installed without it."""
    for folder in (_SHIPPED / "kernel", _SHIPPED.parents[1] / "kernel"):
        if (folder / "build.sh").is_file():
            return folder
    raise Unsupported(
        "this installation of dxemu has no kernel/ folder, so it cannot build the embedded kernel",
        f"install it from a clone (sh scripts/setup), or name a built kernel: {OVERRIDE}=/path/to/linux",
    )


def recipe_digest(folder: Path) -> str:
    """Twelve hexadecimal digits that change with the config, a patch or the build script in `folder`."""
    digest = hashlib.sha256()
    for file in [folder / "config", folder / "build.sh", *sorted((folder / "patches").glob("*.patch"))]:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def store_folder() -> Path:
    """`$XDG_CACHE_HOME/dxemu/kernel`, else `~/.cache/dxemu/kernel`. XDG asks to ignore a relative XDG_CACHE_HOME."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not cache.is_absolute():
        cache = Path.home() / ".cache"
    return cache / _BELOW_CACHE


def _stores() -> Iterator[Path]:
    yield store_folder()
    yield _SHIPPED / "built"
    user = invoker()
    if user is not None:
        yield user.home / ".cache" / _BELOW_CACHE


def find() -> EmbeddedKernel | None:
    """The kernel to use: the override, else the newest of this recipe in the store, or the newest that `CHOICE` names.

    None if there is none. Under sudo the invoking user's store is looked at, too. Raises Unsupported if the override is
    not a kernel that runs here.
    """
    override = os.environ.get(OVERRIDE)
    if override:
        return _overriding_kernel(Path(override))
    choice = numbers(os.environ.get(CHOICE, ""))
    return next((kernel for kernel in all_built() if numbers(kernel.version)[: len(choice)] == choice), None)


def all_built() -> tuple[EmbeddedKernel, ...]:
    """The kernels of this recipe in the store, the newest first."""
    found = [kernel for folder in _folders() if (kernel := read(folder)) is not None]
    return tuple(sorted(found, key=lambda kernel: numbers(kernel.version), reverse=True))


def require() -> EmbeddedKernel:
    """As `find`, but raises Unsupported, with the command that builds a kernel, if there is none or it is damaged."""
    kernel = find()
    if kernel is not None:
        problem = damage(kernel)
        if problem:
            raise Unsupported(problem, f"{BUILD_COMMAND} --force")
        return kernel
    built = all_built()
    if built:
        raise Unsupported(
            f"{CHOICE}={os.environ.get(CHOICE)}: no embedded kernel of this version is built, only of "
            f"{', '.join(one.version for one in built)}",
            f"{BUILD_COMMAND} --source FILE, or unset {CHOICE}",
        )
    if broken := next(iter(_folders()), None):
        raise Unsupported(f"the embedded kernel in {broken} is damaged: info.json cannot be read", BUILD_COMMAND)
    if any(store_folder().glob("*/info.json")):
        raise Unsupported(
            "the embedded kernels that are built are of another config or other patches than this dxemu's kernel/",
            f"{BUILD_COMMAND}    (once, about 4 minutes)",
        )
    raise Unsupported("the embedded kernel is not built yet", f"{BUILD_COMMAND}    (once, about 4 minutes)")


def damage(kernel: EmbeddedKernel, *, thorough: bool = False) -> str:
    """What is wrong with the kernel's file, as a sentence; empty if nothing is. `thorough` computes the digest anyway.

    An override has no digest to compare with.
    """
    if not kernel.sha256:
        return ""
    try:
        size, seen = kernel.path.stat().st_size, _identity(kernel.path)
    except OSError as error:
        return f"the embedded kernel {kernel.path} is missing: {error.strerror}"
    if size != kernel.size_bytes:
        return f"the embedded kernel {kernel.path} is damaged: it has {size} bytes and had {kernel.size_bytes}"
    if seen == kernel.compared and not thorough:
        return ""
    if kernel_file.digest_of(kernel.path) != kernel.sha256:
        return f"the embedded kernel {kernel.path} is damaged: its SHA-256 is not the one that it was built with"
    with contextlib.suppress(OSError):  # a store that cannot be written to, or is another user's, is compared each time
        if kernel.path.stat().st_uid == os.geteuid():
            write_info(kernel.path.parent, replace(kernel, compared=seen))
    return ""


def read(folder: Path) -> EmbeddedKernel | None:
    """The kernel in one folder of the store; None if there is no whole info.json in it. Its file is not looked at."""
    try:
        info = json.loads((folder / "info.json").read_text())
        if info["schema"] != SCHEMA:
            return None
        proof = info["proof"]
        return EmbeddedKernel(
            path=folder / "linux",
            version=str(info["version"]),
            key=folder.name,
            recipe=str(info["recipe"]),
            source=str(info["source"]),
            source_package=str(info["source_package"]),
            source_sha256=str(info["source_sha256"]),
            build_s=float(info["build_s"]),
            size_bytes=int(info["size_bytes"]),
            sha256=str(info["sha256"]),
            hold=bool(info["hold"]),
            seccomp=bool(info["seccomp"]),
            compared=str(info["compared"]),
            proof=None if proof is None else tuple(proof),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_info(folder: Path, kernel: EmbeddedKernel) -> None:
    """Write `info.json` beside the binary: whole or not at all."""
    info = {
        "schema": SCHEMA,
        "version": kernel.version,
        "recipe": kernel.recipe,
        "source": kernel.source,
        "source_package": kernel.source_package,
        "source_sha256": kernel.source_sha256,
        "build_s": kernel.build_s,
        "size_bytes": kernel.size_bytes,
        "sha256": kernel.sha256,
        "hold": kernel.hold,
        "seccomp": kernel.seccomp,
        "compared": kernel.compared,
        "proof": None if kernel.proof is None else list(kernel.proof),
    }
    unfinished = folder / f"info.json.{os.getpid()}"
    unfinished.write_text(json.dumps(info, indent=2) + "\n")
    unfinished.replace(folder / "info.json")


def measured(binary: Path, kernel: EmbeddedKernel) -> EmbeddedKernel:
    """`kernel` with what the finished binary is and says of itself. Raises Unsupported if it does not run here."""
    said = kernel_file.abilities(binary, f"{BUILD_COMMAND} --force")
    return replace(
        kernel,
        size_bytes=binary.stat().st_size,
        sha256=kernel_file.digest_of(binary),
        hold=said.hold,
        seccomp=said.seccomp,
    )


def numbers(version: str) -> tuple[int, ...]:
    """6.12.117-1 is (6, 12, 117): for comparing."""
    return tuple(int(part) for part in version.split("-")[0].split(".") if part.isdigit())


def _folders() -> list[Path]:
    digest = recipe_digest(recipe_folder())
    return sorted(folder for store in _stores() for folder in store.glob(f"*-{digest}"))


def _identity(binary: Path) -> str:
    """Changes with the file that has this name, and when it is written to."""
    stat = binary.stat()
    return f"{stat.st_dev}:{stat.st_ino}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"


def _overriding_kernel(binary: Path) -> EmbeddedKernel:
    remedy = f"unset {OVERRIDE} to use the kernel of the store, or name one that dxemu built for this machine"
    problem = kernel_file.processor_problem(binary)
    if problem:
        raise Unsupported(f"{OVERRIDE}: {binary} {problem}", remedy)
    said = kernel_file.abilities(binary, remedy)
    wanted = (recipe_folder() / "config").read_text().splitlines()
    missing = kernel_file.missing_config(binary, wanted, remedy)
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise Unsupported(
            f"{OVERRIDE}: {binary} is of another config: it lacks {', '.join(missing[:_SHOWN])}{more}",
            remedy,
        )
    return EmbeddedKernel(
        path=binary.absolute(),
        version=said.version,
        size_bytes=binary.stat().st_size,
        hold=said.hold,
        seccomp=said.seccomp,
    )
