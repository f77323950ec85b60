"""The embedded kernel as text and as JSON: `dxemu kernel info`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

SCHEMA = "dxemu.kernel/1"


class Kernel(Protocol):
    """What is told about a kernel; `dxemu.host.kernel_store.EmbeddedKernel` has it."""

    @property
    def path(self) -> Path:
        """The binary."""

    @property
    def version(self) -> str:
        """Linux's version."""

    @property
    def recipe(self) -> str:
        """Digest of config, patches and build script; empty if dxemu did not build it."""

    @property
    def source(self) -> str:
        """The source archive."""

    @property
    def source_package(self) -> str:
        """The distribution's package and its version; empty if no package owns the archive."""

    @property
    def source_sha256(self) -> str:
        """SHA-256 of the source archive; empty if dxemu did not build it."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the binary; empty if dxemu did not build it."""

    @property
    def hold(self) -> bool:
        """Whether its virtual clock can be held."""

    @property
    def seccomp(self) -> bool:
        """Whether its processes can hand over their system calls without ptrace (Linux 6.16 and later)."""

    @property
    def build_s(self) -> float | None:
        """Wall-clock seconds of the build."""

    @property
    def size_bytes(self) -> int:
        """Size of the stripped binary."""

    @property
    def proof(self) -> tuple[Any, ...] | None:  # Any: the proof's own JSON
        """The lines of the last proof; None if it was never tried."""

    @property
    def features(self) -> tuple[str, ...]:
        """What was seen to work."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What was tried and did not work."""


_HANDED_OVER = "by ptrace, or handed over by the guest's processes (seccomp): a third less time"
_TRACED = "by ptrace; Linux 6.16 or later has a faster way (sh scripts/setup gets one where apt can reach it)"


def render_list(kernels: Sequence[Kernel], used: Kernel | None) -> str:
    """A line for each kernel; `*` is the one that is used."""
    if not kernels:
        return "no embedded kernel is built: dxemu kernel build\n"
    return "".join(
        f"{'*' if kernel == used else ' '} {kernel.version:<12}  {kernel.size_bytes / 1e6:4.1f} MB  "
        f"{'ptrace, seccomp' if kernel.seccomp else 'ptrace':<15}  {kernel.path}\n"
        for kernel in kernels
    )


def render_text(kernel: Kernel) -> str:
    """One fact a line."""
    source = f"{kernel.source_package} ({kernel.source})" if kernel.source_package else kernel.source
    facts = [
        ("embedded kernel", f"Linux {kernel.version}"),
        ("file", f"{kernel.path}"),
        ("size", f"{kernel.size_bytes / 1e6:.1f} MB"),
        ("source", source or "not built by dxemu"),
        ("config digest", kernel.recipe or "-"),
        ("SHA-256", kernel.sha256 or "not known"),
        ("system calls", _HANDED_OVER if kernel.seccomp else _TRACED),
        ("clock", "can be held" if kernel.hold else "cannot be held"),
    ]
    if kernel.build_s is not None:
        facts.append(("built in", f"{kernel.build_s:.0f} s"))
    if kernel.proof is None:
        facts.append(
            (
                "features",
                "not tried yet: dxemu kernel build"
                if kernel.build_s is not None
                else "not tried: only what is built here is",
            )
        )
    else:
        facts.append(("features", ", ".join(kernel.features) or "none"))
    if kernel.lacking:
        facts.append(("lacks", ", ".join(kernel.lacking)))
    return "".join(f"{name:<16}  {value}\n" for name, value in facts)


def to_json(kernel: Kernel) -> dict[str, Any]:  # Any: JSON
    """The same facts as JSON values, with the whole proof."""
    return {
        "schema": SCHEMA,
        "version": kernel.version,
        "path": str(kernel.path),
        "size_bytes": kernel.size_bytes,
        "source": kernel.source,
        "source_package": kernel.source_package,
        "source_sha256": kernel.source_sha256,
        "sha256": kernel.sha256,
        "hold": kernel.hold,
        "seccomp": kernel.seccomp,
        "recipe": kernel.recipe,
        "build_s": kernel.build_s,
        "proof": None if kernel.proof is None else list(kernel.proof),
    }
