"""Independent implementations, started by hand inside the embedded kernel, as a customer would run them."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dxemu.lab.node import LabNode
from tests.lab.running import FOLDER, said

STARTS_WITHIN_S = 20
FRR = Path("/usr/lib/frr")
IS_FRR_10 = (FRR / "mgmtd").exists()
"""From then on it has this daemon."""


def need(package: str, *programs: str) -> None:
    """Skip the test if a program of a Debian package is missing."""
    for program in programs:
        if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/frr") is None:
            pytest.skip(f"{program} is missing: apt-get install {package}")


@contextmanager
def started(node: LabNode, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs in a node's namespace meanwhile."""
    with node.namespace.entered():
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
    finally:
        process.terminate()
        process.wait(10)


class Bird:
    """A running BIRD 2, asked through `birdc`."""

    def __init__(self, name: str) -> None:
        self.control = f"{FOLDER}/peer-{name}.ctl"

    def show(self, *words: str) -> str:
        """What `birdc show WORDS` prints."""
        return self.do("show", *words)

    def do(self, *words: str) -> str:
        """What `birdc WORDS` prints."""
        return said("/usr/sbin/birdc", "-s", self.control, *words)

    def configure(self, configuration: str) -> None:
        """Give it another configuration while it runs."""
        Path(f"{self.control}.conf").write_text(configuration, encoding="ascii")
        assert "Reconfigured" in self.do("configure")


@contextmanager
def bird(node: LabNode, configuration: str) -> Iterator[Bird]:
    """BIRD 2 with this configuration in a node."""
    running = Bird(node.name)
    file = Path(f"{running.control}.conf")
    file.write_text(configuration, encoding="ascii")
    with started(node, "/usr/sbin/bird", "-f", "-c", str(file), "-s", running.control, "-P", f"{running.control}.pid"):
        yield running


class GoBgp:
    """A running GoBGP, asked through `gobgp`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.log = Path(FOLDER, f"peer-{name}.gobgpd.log")

    def ask(self, *words: str) -> str:
        """What `gobgp WORDS` prints. It asks by TCP, so it must be in the node."""
        return said("ip", "netns", "exec", self.name, "/usr/bin/gobgp", *words)


@contextmanager
def gobgp(node: LabNode, configuration: str) -> Iterator[GoBgp]:
    """GoBGP with this configuration in a node, from when it can be asked."""
    file = Path(FOLDER, f"peer-{node.name}.gobgpd.toml")
    file.write_text(configuration, encoding="ascii")
    running = GoBgp(node.name)
    log = running.log
    command = ["/usr/bin/gobgpd", "-f", str(file), "-p", "--api-hosts", "127.0.0.1:50051"]
    with log.open("wb") as said_there, node.namespace.entered():
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said_there, stderr=said_there)
    try:
        answers_within(running, process, log)
        yield running
        assert process.poll() is None, log.read_text()
    finally:
        process.kill()
        process.wait(10)


def answers_within(running: GoBgp, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the API answers: gobgpd does not say when it is ready, so it is asked again."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        assert process.poll() is None, log.read_text()
        try:
            running.ask("global")
        except AssertionError:
            assert time.monotonic() < deadline, log.read_text()
        else:
            return


class Frr:
    """Running FRR daemons of one router, asked through `vtysh`.

    FRR refuses to run as root: the daemons are its own user's, with a run folder of that user's.
    """

    def __init__(self, node: LabNode) -> None:
        self.folder = Path("/run/frr", node.name)
        self.log = self.folder / "log"
        self._node = node
        self._running: list[int] = []

    def show(self, words: str) -> Any:
        """What `vtysh -c 'show WORDS json'` answers."""
        return json.loads(said("vtysh", "--vty_socket", str(self.folder), "-c", f"show {words} json"))

    def do(self, *commands: str) -> None:
        """What somebody types after `configure terminal` (or before it: `do clear bgp *`)."""
        typed = [word for command in ("configure terminal", *commands) for word in ("-c", command)]
        said("vtysh", "--vty_socket", str(self.folder), *typed)

    def start(self, daemon: str, configuration: str | None) -> int:
        """Start a daemon, with a configuration if it takes one. Gives its process ID."""
        pid_file, said_there = self.folder / f"{daemon}.pid", self.folder / f"{daemon}.said"
        command = [str(FRR / daemon), "-u", "frr", "-g", "frr", "-N", self._node.name, "-d", "-i", str(pid_file)]
        command += ["--vty_socket", str(self.folder), "-z", str(self.folder / "zserv.api")]
        if configuration is not None:
            file = self.folder / f"{daemon}.conf"
            log = f"log file {self.log} debugging\nlog timestamp precision 6\n"
            file.write_text(configuration + log, encoding="ascii")
            _give_to_frr(file)
            command += ["-f", str(file)]
        # No pipe: FRR 10's daemons keep it in the background, and it would never end.
        with said_there.open("wb") as out, self._node.namespace.entered():
            done = subprocess.run(command, stdout=out, stderr=out, timeout=STARTS_WITHIN_S, check=False)
        assert done.returncode == 0, f"{daemon}: {said_there.read_text()}"
        self._running.append(int(pid_file.read_text()))
        return self._running[-1]

    def end(self) -> None:
        """End all daemons that were started, the last one first."""
        for pid in reversed(self._running):
            _end(pid)


@contextmanager
def frr(node: LabNode, configurations: dict[str, str]) -> Iterator[Frr]:
    """FRR daemons, each with its configuration, in a node. Zebra must come first.

    FRR 10 has `mgmtd`, which FRR's own start script never leaves out: without it zebra has somebody to
    tell of each change and tries again every 10 ms for ever.
    """
    running = Frr(node)
    running.folder.mkdir(parents=True)
    _give_to_frr(running.folder)
    try:
        if IS_FRR_10:
            running.start("mgmtd", None)
        for daemon, configuration in configurations.items():
            running.start(daemon, configuration)
        yield running
    finally:
        running.end()
        shutil.rmtree(running.folder)


def _end(pid: int) -> None:
    """End a process that is not our child, and wait for it. Some of FRR take no end of time to say goodbye."""
    try:
        ended = os.pidfd_open(pid)
    except ProcessLookupError:
        return  # the test ended it
    os.kill(pid, signal.SIGKILL)
    assert select.select([ended], [], [], STARTS_WITHIN_S)[0], f"process {pid} does not end"
    os.close(ended)


def _give_to_frr(path: Path) -> None:
    shutil.chown(path, "frr", "frr")
