"""What `dxemu doctor` asks: whether a lab can run on the embedded kernel, whether on the machine's own, and why not."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dxemu.errors import LabError, Unsupported
from dxemu.host import confinement_findings, imports, kernel_build, kernel_store, machine, privilege, versions
from dxemu.host.walls import offer
from dxemu.plan.versions import unknown
from dxemu.report.doctor import Diagnosis, DoctorCheck, Group, Readiness

ProveHere = Callable[[], Sequence[Mapping[str, Any]]]  # Any: the proof's own JSON

_APT = "sudo apt-get install --no-install-recommends"
_EMBEDDED_INSTEAD = "use the embedded kernel: --kernel embedded"
_ROOT, _NAMESPACES = "root", "namespaces"
_VAGRANT = "vagrant up    (a virtual machine that is set up for dxemu; then: vagrant ssh)"

# Which module brings a feature, for the one command that loads what lacks. Keys are words of the proof's feature names.
_MODULES: Mapping[str, tuple[str, ...]] = {
    "802.1q": ("8021q",),
    "vlan": ("8021q",),
    "bond": ("bonding",),
    "lacp": ("bonding",),
    "netem": ("sch_netem",),
    "tbf": ("sch_tbf",),
    "veth": ("veth",),
    "bridge": ("bridge",),
    "vrf": ("vrf",),
    "esp": ("esp4", "esp6"),
    "xfrm": ("xfrm_interface",),
    "macsec": ("macsec",),
    "gre": ("ip_gre",),
    "flower": ("cls_flower",),
    "matchall": ("cls_matchall",),
    "mirred": ("act_mirred",),
    "gact": ("act_gact",),
    "nftables": ("nf_tables",),
    "dummy": ("dummy",),
}


def diagnose(prove_here: ProveHere | None = None) -> Diagnosis:
    """Try everything that a lab needs. Takes about a second; changes nothing.

    `prove_here` tries the features of the machine's own kernel in a network namespace that is thrown away; it is
    called as root only. Without it they are reported as unknown.
    """
    return Diagnosis(kernels=(_embedded(), _host(prove_here)), shared=(_daemons(),))


def _embedded() -> Group:
    architecture = machine.architecture_problem()
    if architecture:
        return Group("embedded kernel", architecture, (DoctorCheck("machine", Readiness.NO, architecture, _VAGRANT),))
    kernel, built = _kernel_finding()
    confinement = confinement_findings.findings(kernel.version if kernel else "", offer())
    findings = (built, *confinement, _memory_finding(), _runs_finding(), _cache_finding())
    summary = built.detail
    if kernel is not None:
        seen = [finding.detail.partition(",")[0].partition(";")[0] for finding in confinement]
        summary = ", ".join(
            [built.detail, f"{seen[0]}, Landlock {seen[2]}", *dict.fromkeys(("virtual clock", *kernel.features))]
        )
    return Group("embedded kernel", summary, findings)


def _kernel_finding() -> tuple[kernel_store.EmbeddedKernel | None, DoctorCheck]:
    try:
        kernel = kernel_store.find()
    except Unsupported as error:
        return None, DoctorCheck("kernel", Readiness.NO, error.problem, error.remedy)
    if kernel is None:
        lack = kernel_build.missing_for_build()
        if lack:
            return None, DoctorCheck("kernel", Readiness.NO, f"not built yet, and {lack}", "sh scripts/setup")
        return None, DoctorCheck("kernel", Readiness.NO, "not built yet (once, about 4 minutes)", _build_command())
    where = "built here" if kernel.key else f"from {kernel_store.OVERRIDE}"
    detail = f"Linux {kernel.version}, {where}"
    if kernel.lacking:
        return kernel, DoctorCheck(
            "kernel", Readiness.NO, f"{detail}, lacks {', '.join(kernel.lacking)}", f"{_build_command()} --force"
        )
    if kernel.proof is None and kernel.key:
        return kernel, DoctorCheck("kernel", Readiness.WARNING, f"{detail}, not proved yet", _build_command())
    return kernel, DoctorCheck("kernel", Readiness.READY, detail)


def _memory_finding() -> DoctorCheck:
    folders = machine.memory_folders()
    usable = [folder for folder in folders if not folder.problem]
    if usable:
        return DoctorCheck(
            "memory file", Readiness.READY, f"{usable[0].path}, {usable[0].free_bytes // 1_000_000} MB free"
        )
    why = "; ".join(f"{folder.path} {folder.problem}" for folder in folders)
    return DoctorCheck("memory file", Readiness.NO, why, machine.memory_repair())


def _runs_finding() -> DoctorCheck:
    here = Path.cwd()
    runs = here / "runs"
    if os.access(runs if runs.exists() else here, os.W_OK | os.X_OK) and (runs.is_dir() or not runs.exists()):
        return DoctorCheck("results", Readiness.READY, f"{runs} can be written")
    repair = f"{machine.dxemu_command()} run --runs <a folder of your own> ..."
    return DoctorCheck("results", Readiness.WARNING, f"{runs} cannot be written", repair)


def _cache_finding() -> DoctorCheck:
    store = kernel_store.store_folder()
    folder = store
    while not folder.exists():
        folder = folder.parent
    if os.access(folder, os.W_OK | os.X_OK):
        return DoctorCheck("cache", Readiness.READY, str(store))
    problem = f"{folder} cannot be written: no kernel can be built"
    return DoctorCheck("cache", Readiness.WARNING, problem, "export XDG_CACHE_HOME=<a folder>")


def _host(prove_here: ProveHere | None) -> Group:
    if platform.system() != "Linux":
        detail = f"a lab needs Linux, and this is {platform.system()}"
        return Group("host kernel", detail, (DoctorCheck("machine", Readiness.NO, detail, _VAGRANT),))
    findings = [_mnexec_finding()]
    if not machine.is_root():
        sudo = f"sudo {_own_path()}"
        findings += [
            DoctorCheck(_ROOT, Readiness.NO, "making namespaces needs root", f"{sudo} run --kernel host ..."),
            DoctorCheck(
                "features", Readiness.UNKNOWN, "802.1Q, LACP, netem, ESP: can be tried as root", f"{sudo} doctor"
            ),
        ]
    elif prove_here is None:
        findings.append(DoctorCheck("features", Readiness.UNKNOWN, "not tried"))
    else:
        findings += _feature_findings(prove_here)
    return Group("host kernel", f"Linux {platform.release()}{_lacks(findings)}", tuple(findings))


def _lacks(findings: Sequence[DoctorCheck]) -> str:
    """Of the kernel; a right that this process lacks is not the kernel's."""
    names = [finding.name for finding in findings if finding.state is Readiness.NO]
    lacks = [name for name in names if name not in (_ROOT, _NAMESPACES)]
    may_not = ", which this process may not use" if len(lacks) < len(names) else ""
    return may_not + (f" lacks {', '.join(lacks)}" if lacks else "")


def _feature_findings(prove_here: ProveHere) -> Iterator[DoctorCheck]:
    forbidden = privilege.namespaces_problem()
    if forbidden:  # every feature would fail for this one reason
        yield DoctorCheck(_NAMESPACES, Readiness.NO, forbidden, privilege.namespaces_repair())
        return
    try:
        proof = prove_here()
    except (LabError, OSError) as error:
        yield DoctorCheck(_NAMESPACES, Readiness.NO, f"a network namespace cannot be made: {error}", _EMBEDDED_INSTEAD)
        return
    lacking = [str(line["feature"]) for line in proof if not line.get("works")]
    repair = module_repair(lacking)
    for line in proof:
        works = bool(line.get("works"))
        yield DoctorCheck(
            str(line["feature"]),
            Readiness.READY if works else Readiness.NO,
            str(line.get("detail", "")),
            "" if works else repair,
        )


def module_repair(lacking: Sequence[str]) -> str:
    """The one command that gives the machine's own kernel what it lacks, or the advice to use the embedded one."""
    words = [(word, modules) for word, modules in _MODULES.items() if any(word in name.lower() for name in lacking)]
    wanted = sorted({module for _, modules in words for module in modules})
    if privilege.container() and machine.loads_modules() and wanted:
        return f"on the container's host: sudo modprobe -a {' '.join(wanted)}"
    folder = machine.modules_folder()
    if folder is None:
        return f"{_EMBEDDED_INSTEAD}    (this kernel has no modules to load)"
    available = (folder / "modules.dep").read_text()
    absent = [module for module in wanted if f"/{module}.ko" not in available]
    if absent and machine.find_program("apt-get") and "ubuntu" in platform.version().lower():
        return f"{_APT} linux-modules-extra-{platform.release()}"
    if absent or not wanted:
        return _EMBEDDED_INSTEAD
    return f"sudo modprobe -a {' '.join(wanted)}"


def _build_command() -> str:
    return f"{machine.dxemu_command()} kernel build"


def _own_path() -> str:
    """For sudo, which has a PATH of its own."""
    return shutil.which("dxemu") or machine.dxemu_command()


def _mnexec_finding() -> DoctorCheck:
    program = machine.find_program("mnexec")
    if program is None:
        return DoctorCheck("mnexec", Readiness.NO, "Mininet's mnexec is missing", f"{_APT} mininet")
    return DoctorCheck("mnexec", Readiness.READY, str(program))


def _strongswan_finding() -> DoctorCheck:
    program = machine.find_program("charon-systemd")
    if program is None:
        remedy = f"{_APT} charon-systemd libstrongswan-standard-plugins"
        return DoctorCheck(
            "strongSwan", Readiness.WARNING, "strongSwan is missing: needed for VPN tunnels only", remedy
        )
    return _version_finding("strongSwan", versions.strongswan(program) or f"at {program}")


def _version_finding(title: str, version: str) -> DoctorCheck:
    """A program that is there: what its version does otherwise, or that nobody has compared it with predictions."""
    said = unknown(title, version)
    if said:
        return DoctorCheck(title, Readiness.WARNING, said)
    rules = versions.installed().rules(title)
    return DoctorCheck(title, Readiness.READY, f"{title} {version}" + (f" ({rules})" if rules else ""))


def _daemons() -> Group:
    findings = (
        _imports_finding(),
        _python_finding("ExaBGP", "exabgp", "speaks BGP"),
        _program_finding("BIRD", "bird", "bird2", Readiness.NO, "it speaks BFD"),
        _strongswan_finding(),
        _program_finding("keepalived", "keepalived", "keepalived", Readiness.WARNING, "needed for VRRP only"),
    )
    return Group("daemons", ", ".join(f.detail for f in findings if f.state is Readiness.READY), findings)


def _imports_finding() -> DoctorCheck:
    problem = imports.problem()
    if problem:
        return DoctorCheck("Python", Readiness.NO, f"a lab cannot import what it needs: {problem}", "sh scripts/setup")
    return DoctorCheck("Python", Readiness.READY, f"Python {platform.python_version()}")


def _python_finding(title: str, distribution: str, why: str) -> DoctorCheck:
    version = machine.package_version(distribution)
    if version is None:
        return DoctorCheck(title, Readiness.NO, f"{title} is missing: it {why}", "sh scripts/setup")
    return _version_finding(title, version)


def _program_finding(title: str, program: str, package: str, lack: Readiness, why: str) -> DoctorCheck:
    try:
        version = machine.program_version(program)
    except Unsupported as error:
        return DoctorCheck(title, lack, error.problem, f"{_APT} --reinstall {package}")
    if version is None:
        return DoctorCheck(title, lack, f"{title} is missing: {why}", f"{_APT} {package}")
    return _version_finding(title, version)
