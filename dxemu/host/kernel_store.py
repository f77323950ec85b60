"""Where the built embedded kernels are kept, and which one is used.

    $XDG_CACHE_HOME/dxemu/kernel/6.12.117-3f2a91c07b5d/linux       the binary
                                                      info.json   where it came from and what it was seen to do

The folder's name is the Linux version and the digest of the recipe (everything in the repository's `kernel/` that
shapes the binary), so a changed option or patch asks for a new build and two checkouts do not disturb each other.
`DXEMU_KERNEL=/path/to/linux` overrides the store.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxemu.errors import Unsupported
from dxemu.host.invoker import invoker

OVERRIDE = "DXEMU_KERNEL"
SCHEMA = "dxemu.kernel/1"
BUILD_COMMAND = "dxemu kernel build"

_BELOW_CACHE = Path("dxemu", "kernel")

Proof = tuple[Mapping[str, Any], ...]  # Any: the proof's own JSON, kept and shown as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedKernel:
    """A User-Mode Linux binary that can be started.

    `version` is Linux's, `key` the name in the store (empty for an override), `recipe` the digest of config, patches
    and build script, `source_package` the distribution's package with its version. `proof` is what the last
    `dxemu kernel build` saw it do, feature by feature, and None if it was never tried.
    """

    path: Path
    version: str
    key: str = ""
    recipe: str = ""
    source: str = ""
    source_package: str = ""
    build_s: float | None = None
    size_bytes: int = 0
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
    """The repository's `kernel/`. Raises Unsupported if dxemu was installed without it."""
    folder = Path(__file__).resolve().parents[2] / "kernel"
    if not (folder / "build.sh").is_file():
        raise Unsupported(
            "this installation of dxemu has no kernel/ folder, so it cannot build the embedded kernel",
            f"install it from a clone (sh scripts/setup), or name a built kernel: {OVERRIDE}=/path/to/linux",
        )
    return folder


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
    user = invoker()
    if user is not None:
        yield user.home / ".cache" / _BELOW_CACHE


def find() -> EmbeddedKernel | None:
    """The kernel to use: the override, else the newest one in the store that this recipe built; None if there is none.

    Under sudo the invoking user's store is looked at, too. Raises Unsupported if the override is not a kernel that
    runs here.
    """
    override = os.environ.get(OVERRIDE)
    if override:
        return _overriding_kernel(Path(override))
    digest = recipe_digest(recipe_folder())
    folders = [folder for store in _stores() for folder in store.glob(f"*-{digest}")]
    found = [kernel for folder in folders if (kernel := read(folder)) is not None]
    return max(found, key=lambda kernel: _numbers(kernel.version), default=None)


def require() -> EmbeddedKernel:
    """As `find`, but raises Unsupported with the command that builds a kernel if there is none."""
    kernel = find()
    if kernel is None:
        raise Unsupported("the embedded kernel is not built yet", f"{BUILD_COMMAND}    (once, about 4 minutes)")
    return kernel


def read(folder: Path) -> EmbeddedKernel | None:
    """The kernel in one folder of the store; None if the folder does not hold a whole one."""
    binary = folder / "linux"
    try:
        info = json.loads((folder / "info.json").read_text())
        size = binary.stat().st_size
    except (OSError, ValueError):
        return None
    if not isinstance(info, dict) or info.get("schema") != SCHEMA:
        return None
    proof = info.get("proof")
    return EmbeddedKernel(
        path=binary,
        version=str(info["version"]),
        key=folder.name,
        recipe=str(info["recipe"]),
        source=str(info["source"]),
        source_package=str(info["source_package"]),
        build_s=float(info["build_s"]),
        size_bytes=size,
        proof=None if proof is None else tuple(proof),
    )


def write_info(folder: Path, kernel: EmbeddedKernel) -> None:
    """Write `info.json` beside the binary: whole or not at all."""
    info = {
        "schema": SCHEMA,
        "version": kernel.version,
        "recipe": kernel.recipe,
        "source": kernel.source,
        "source_package": kernel.source_package,
        "build_s": kernel.build_s,
        "size_bytes": kernel.size_bytes,
        "proof": None if kernel.proof is None else list(kernel.proof),
    }
    unfinished = folder / f"info.json.{os.getpid()}"
    unfinished.write_text(json.dumps(info, indent=2) + "\n")
    unfinished.replace(folder / "info.json")


def version_of(binary: Path) -> str:
    """The Linux version that the binary itself states. Raises Unsupported if it does not run here."""
    remedy = f"unset {OVERRIDE} to use the kernel of the store, or name a User-Mode Linux binary for this machine"
    try:
        done = subprocess.run([str(binary), "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unsupported(f"{binary} does not run: {error}", remedy) from error
    version = done.stdout.strip()
    if done.returncode != 0 or not version[:1].isdigit():
        said = (done.stdout + done.stderr).strip()[-400:]
        raise Unsupported(f"{binary} is not a User-Mode Linux binary: it said {said!r}", remedy)
    return version


def _overriding_kernel(binary: Path) -> EmbeddedKernel:
    return EmbeddedKernel(path=binary.absolute(), version=version_of(binary), size_bytes=binary.stat().st_size)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split("-")[0].split(".") if part.isdigit()]
