"""A lab that stays: brought up, looked at, broken and ended by commands; what is left of one that was killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import dxemu as dxemu_in_python
from dxemu.errors import DxemuError
from dxemu.labs.live import LiveLab, Ran
from dxemu.labs.places import LabFolder
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

TOPOLOGY = str(REPOSITORY / "topologies" / "backup_connection.yaml")
YARDSTICK = Path(__file__).parent / "yardstick"
LIMIT_S = 240
DXEMU = (sys.executable, "-m", "dxemu")
"""As its users start it, signals and all."""
Dxemu = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dxemu(tmp_path: Path) -> Dxemu:
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}

    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [*DXEMU, *arguments]
        return subprocess.run(
            command, env=env, cwd=tmp_path, input=typed, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )

    return run


def good(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def as_in_the_scenario(events: Iterable[Mapping[str, Any]]) -> None:
    """Who gives the orders, and how, is no matter: BFD notices when it does in scenarios/cut_primary_silently.yaml."""
    times = json.loads((YARDSTICK / "cut_primary_silently.json").read_text(encoding="utf-8"))["times"]
    noticed = {e["node"]: e["t"] * 1e3 for e in events if e["event"] == "bfd" and e["state"] == "down"}
    for node in ("colo_router", "dx_1"):
        (wanted,) = times[f"bfd node={node} session=primary state=down reason=control detection time expired"]
        assert noticed[node] == pytest.approx(wanted, abs=0.5), node


def opposite_orders(lab: LiveLab) -> None:
    """Two people: one breaks what the other one heals. Each is told what was done, and nothing stands in the end."""

    def tried(order: Callable[[], object]) -> str:
        try:
            order()
        except DxemuError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as people:
        for _ in range(3):
            broken = people.submit(tried, lambda: lab.fail("cable_cut", connection="backup"))
            healed = people.submit(tried, lab.heal)
            assert (broken.result() == "" or "has broken already" in broken.result()) and healed.result() == ""
        many = [people.submit(lab.exec, "app", "true") for _ in range(100)]
        assert {one.result().status for one in many} == {0}
    lab.heal()
    assert lab.status()["faults"] == []


def test_a_lab_that_stays(dxemu: Dxemu, tmp_path: Path) -> None:
    assert "no lab" in dxemu("status").stderr
    assert "3 sessions up" in good(dxemu("up", TOPOLOGY, "--clock", "virtual", "--name", "mine"))
    try:
        folder = tmp_path / "state" / "dxemu" / "labs" / "mine"
        assert (folder.stat().st_mode & 0o777, (folder / "socket").stat().st_mode & 0o777) == (0o700, 0o600)
        good(dxemu("probe", "app", "udp", "from=app", "to=web", "rate=1000/s"))
        assert "5.000 s" in good(dxemu("advance", "5s"))
        assert "predicted app to AWS: 599 - 9" in good(dxemu("fail", "cable_silent", "connection=primary"))
        wrong = dxemu("fail", "cable_silent", "connection=primry")
        assert (wrong.returncode, "Did you mean 'primary'?" in wrong.stderr) == (2, True)
        assert "session=primary" in good(dxemu("advance", "--until", "bfd", "state=down", "node=colo_router"))
        status = json.loads(good(dxemu("status", "--json")))
        assert status["faults"] == ["cable_silent"]
        assert " =backup=> " in status["probes"]["app"]["to_aws"]["text"]
        assert "PASS   nothing was expected" in good(dxemu("report", "--html", "so_far.html"))
        page = (tmp_path / "so_far.html").read_text(encoding="utf-8")
        assert ("cable_silent" in page, "dxemu explain path app web --lab mine" in page) == (True, True)
        assert wrong.stderr.startswith("dxemu fail: DX-S004")
        assert dxemu("exec", "app", "sh", "-c", "exit 3").returncode == 3
        assert dxemu("exec", "nobody", "true").returncode == 125
        assert good(dxemu("exec", "-i", "app", "cat", typed="here\n")) == "here\n"
        shown = good(dxemu("exec", "colo_router", "show", "bgp")).splitlines()
        (lost,) = [line for line in shown if line.startswith("primary ")]
        assert "down: BFD is down: control detection time expired: NOTIFICATION 6/10 (BFD Down) at 5." in lost
        bfd = good(dxemu("exec", "colo_router", "show", "bfd"))
        assert "down: diagnostic 1, control detection time expired at 5." in bfd
        assert [line.split()[3] for line in shown if line.startswith(">  172.31.0.0/16")] == ["backup"]
        assert dxemu("exec", "app", "show", "bpg").stderr.endswith("Did you mean 'bgp'?\n")
        shell = dxemu("shell", "app", typed="tty; sleep 1; echo $((6 * 7))\nexit 7\n")
        assert (shell.returncode, "/dev/pts/" in shell.stdout, "\n42" in shell.stdout) == (7, True, True)
        a_sleep_while_time_is_held(dxemu, tmp_path)
        assert "cable_silent healed" in good(dxemu("heal", "all"))
        good(dxemu("change", "virtual_interfaces.backup.customer.as_path_prepend=2"))
        assert "taken back" in good(dxemu("change", "--back"))
        assert "BFD down" in good(dxemu("events"))
        as_in_the_scenario(map(json.loads, good(dxemu("events", "--json")).splitlines()))
    finally:
        good(dxemu("down", "mine"))
    assert not list((tmp_path / "state" / "dxemu" / "labs").iterdir())


def a_sleep_while_time_is_held(dxemu: Dxemu, folder: Path) -> None:
    """It does not end by itself, and it is said so; time that goes on ends it, and so does Ctrl-C."""
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*DXEMU, "shell", "--hold", "app"], env=env, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0
    ) as shell:
        assert shell.stdin is not None and shell.stdout is not None and shell.stderr is not None

        def heard(what: bytes) -> None:
            text = b""
            while what not in text:
                more = shell.stdout.read(1024)
                assert more, text
                text += more

        shell.stdin.write(b"sleep 1; echo $((6 * 7))\n")
        heard(b"sleep 1; echo ")
        good(dxemu("advance", "5s"))
        heard(b"42\r\n")
        shell.stdin.write(b"echo $((7 * 8)); sleep 1\n")
        heard(b"56\r\n")
        shell.stdin.write(b"\x03exit 7\n")
        assert shell.wait(timeout=LIMIT_S) == 7
        assert b"--lab mine 1s in another terminal lets time go on" in shell.stderr.read()


def test_packets_are_captured(dxemu: Dxemu, tmp_path: Path) -> None:
    good(dxemu("class", "start", "1", TOPOLOGY, "--clock", "virtual", "--name", "monday"))
    try:
        assert "Did you mean 'primary'?" in dxemu("capture", "primry").stderr
        assert "is no filter: tcpdump: " in dxemu("capture", "primary", "tcp prt 179").stderr
        assert not [*tmp_path.glob("state/dxemu/labs/*/captures")]
        file = tmp_path / "bfd.pcap"
        command = [*DXEMU, "capture", "--out", "-", "primary", "udp"]
        env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(file.open("wb"))
            capturing = stack.enter_context(subprocess.Popen(command, env=env, stdout=out))
            stack.callback(capturing.kill)  # or a failure here waits for its end for ever
            while file.stat().st_size < 24:  # the head is there: from now on it listens
                assert capturing.poll() is None
                good(dxemu("advance", "10ms"))
            good(dxemu("advance", "3s"))
            good(dxemu("exec", "app", "true"))
            capturing.send_signal(signal.SIGINT)
            assert capturing.wait(timeout=LIMIT_S) == 0
        read = subprocess.run(["tcpdump", "-nr", str(file)], capture_output=True, text=True, timeout=60, check=True)
        assert read.stdout.count("BFD") > 10, read.stdout
        good(dxemu("fail", "cable_cut", "connection=primary"))
        assert "2 of 3 sessions   broken: cable_cut" in good(dxemu("class", "status"))
        good(dxemu("class", "reset", "monday_1"))
        assert "3 of 3 sessions" in good(dxemu("class", "status", "monday"))
        assert good(dxemu("class", "stop")) == "monday_1 has ended\n"
    finally:
        good(dxemu("down", "--all"))


def test_keys_of_tunnels_are_captured(dxemu: Dxemu, tmp_path: Path) -> None:
    good(dxemu("up", str(REPOSITORY / "topologies" / "vpn_backup.yaml"), "--clock", "virtual"))
    try:
        command = [*DXEMU, "capture", "--esp-keys", "--out", "tunnel.pcap", "internet_customer_router", "esp"]
        env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        with subprocess.Popen(command, env=env, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as capturing:
            assert capturing.stderr is not None
            said = [capturing.stderr.readline() for _ in range(2)]
            assert "WIRESHARK_CONFIG_DIR=. tshark" in said[1]
            good(dxemu("advance", "30s"))
            good(dxemu("exec", "customer_router", "true"))
            capturing.send_signal(signal.SIGINT)
            assert capturing.wait(timeout=LIMIT_S) == 0, said
        keys = tmp_path / "esp_sa"
        assert keys.stat().st_mode & 0o777 == 0o600
        spis = {line.split('"')[7] for line in keys.read_text(encoding="utf-8").splitlines()}
        read = ["tcpdump", "-nr", str(tmp_path / "tunnel.pcap")]
        shown = subprocess.run(read, capture_output=True, text=True, timeout=60, check=True).stdout
        seen = {
            word.removeprefix("ESP(spi=").partition(",")[0] for word in shown.split() if word.startswith("ESP(spi=")
        }
        assert seen and seen <= spis
    finally:
        good(dxemu("down", "--all"))


@pytest.mark.parametrize("command", [("up", TOPOLOGY), ("class", "start", "1", TOPOLOGY)], ids=lambda words: words[0])
def test_nothing_is_left_of_a_lab_whose_start_is_interrupted(command: tuple[str, ...], tmp_path: Path) -> None:
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    with subprocess.Popen([*DXEMU, *command], env=env, stderr=subprocess.PIPE, text=True) as coming:
        while not (begun := [*tmp_path.glob("state/dxemu/labs/*/console.log")]):
            assert coming.poll() is None
        coming.send_signal(signal.SIGINT)
        assert coming.wait(timeout=LIMIT_S) == 130
        assert coming.stderr is not None
        assert coming.stderr.read().strip() == "interrupted"
    (folder,) = {file.parent for file in begun}
    assert not folder.exists()
    assert not [p for p in Path("/proc").iterdir() if p.name.isdigit() and _in(p, folder)]


def test_a_lab_follows_its_edited_file(dxemu: Dxemu, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(Path(TOPOLOGY).read_text(encoding="utf-8"), encoding="utf-8")
    assert "nothing was started" in good(dxemu("up", "mine.yaml", "--dry-run"))
    good(dxemu("up", "mine.yaml", "--clock", "virtual"))
    try:
        assert good(dxemu("up", "mine.yaml")) == "mine is up, and is as its file says\n"
        edited = file.read_text(encoding="utf-8").replace("local_pref: 100", "local_pref: 300, as_path_prepend: 1")
        file.write_text(edited, encoding="utf-8")
        shown = good(dxemu("up", "mine.yaml", "--dry-run"))
        assert ("local_pref 100 -> 300" in shown, "2 differences; nothing was touched" in shown) == (True, True)
        assert "over    eBGP from dx_2" in good(dxemu("explain", "path", "app", "web", "--lab", "mine"))
        assert "confirmed: both ends' tables say so" in good(dxemu("up", "mine.yaml"))
        assert "over    eBGP from dx_1" in good(dxemu("explain", "path", "app", "web", "--lab", "mine"))
        assert "as its file says" in good(dxemu("up", "mine.yaml"))
        good(dxemu("change", "virtual_interfaces.backup.mtu=8500", "--interruption", "3s"))
        saved = good(dxemu("save"))
        assert ("mtu: 8500" in saved, "rehearse-" in saved) == (True, False)
        assert "backup.mtu 8500 -> 1500" in good(dxemu("up", "mine.yaml", "--dry-run"))
        other = dxemu("up", TOPOLOGY, "--name", "mine")
        assert (other.returncode, "of another file" in other.stderr) == (2, True)
        file.write_text(edited.replace("vlan: 101", "vlan: 103"), encoding="utf-8")
        wrong = dxemu("up", "mine.yaml")
        assert (wrong.returncode, "mine.yaml:29:55: DX-C002" in wrong.stderr) == (2, True)
        a_node_dies(dxemu)
    finally:
        assert "mine had died (bird on " in good(dxemu("down", "mine"))


def a_node_dies(dxemu: Dxemu) -> None:
    """Somebody ends a daemon in a node. Whoever waits hears which one, and whoever comes later hears it in one line.

    So does who comes while what is left is cleared away.
    """
    dxemu("exec", "colo_router", "pkill", "-9", "-o", "bird")
    ended = dxemu("advance", "1s")
    assert (ended.returncode != 0, "bird on " in ended.stderr) == (True, True), ended.stderr
    for command in (("status",), ("fail", "cable_cut", "connection=primary")):
        asked = dxemu(*command)
        assert (asked.returncode, len(asked.stderr.splitlines())) == (2, 2), asked.stderr
        assert "has died: bird on " in asked.stderr


def test_what_is_left_of_a_killed_supervisor(dxemu: Dxemu, tmp_path: Path) -> None:
    good(dxemu("up", TOPOLOGY))
    place = LabFolder(tmp_path / "state" / "dxemu" / "labs" / "backup_connection")
    streams(dxemu, tmp_path)
    assert "is real, and cannot be held" in dxemu("shell", "--hold", "app", "true").stderr
    pids = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and _in(p, place.folder)]
    assert pids
    supervisor = [pid for pid in pids if b"dxemu.labs.supervisor" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(supervisor[0], signal.SIGKILL)
    place.wait_for_end()
    assert not place.lives()
    asked = dxemu("exec", "app", "true")
    assert (asked.returncode, "has died" in asked.stderr) == (125, True)
    assert "what was left of it is removed" in good(dxemu("down", "--all"))
    assert not [p for p in Path("/proc").iterdir() if p.name.isdigit() and _in(p, place.folder)]
    assert not place.folder.exists()


def streams(dxemu: Dxemu, tmp_path: Path) -> None:
    """With the real clock a program prints, reads and is signalled while it runs."""
    command = [*DXEMU, "exec", "-i", "--within", "60s", "app", "sh", "-c"]
    program = "trap 'echo stopped; exit 5' INT; read word; echo $word; echo wrong >&2; sleep 60 & wait"
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, program], env=env, stdin=pipe, stdout=pipe, stderr=pipe) as running:
        assert running.stdin is not None and running.stdout is not None and running.stderr is not None
        running.stdin.write(b"now\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"now\n"
        assert running.stderr.readline() == b"wrong\n"
        running.send_signal(signal.SIGINT)
        assert running.stdout.readline() == b"stopped\n"
        assert running.wait(timeout=LIMIT_S) == 5
    assert dxemu("exec", "app", "nosuch").returncode == 125
    assert dxemu("exec", "--within", "1s", "app", "sleep", "60").returncode == 137


def _in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def test_a_lab_in_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with dxemu_in_python.up(TOPOLOGY) as lab:
        lab.probe("app", "udp", from_="app", to="web", rate="1000/s")
        assert lab.advance("5 s") == pytest.approx(5.0, abs=0.001)
        cut = lab.fail("cable_silent", connection="primary", lasts="30 s")
        assert {one["detected_by"] for one in cut.predicted} == {"bfd"}
        noticed = lab.until("bfd", state="down", within="2 s")
        assert noticed is not None
        assert noticed["session"] == "primary"
        assert lab.until("bgp", state="up", within="1 s") is None
        low, high = cut.predicted[0]["outage_ms"]
        cost = cut.outage("app")
        assert cost.to_aws is not None and cost.to_aws.duration_ms is not None
        assert low - 10 <= cost.to_aws.duration_ms <= high + 10
        assert {one.fault for one in lab.outages("app", "from_aws")} == {"cable_silent"}
        assert "inside" in lab.report().report()
        cut.heal()
        assert lab.exec("app", "sh", "-c", "echo here; exit 3") == Ran(3, "here\n", "", in_time=True)
        lab.change({"virtual_interfaces": {"backup": {"customer": {"as_path_prepend": 2}}}})
        assert lab.status()["changes"] == ["change"]
        lab.back()
        with pytest.raises(DxemuError, match="Did you mean 'primary'"):
            lab.fail("cable_cut", connection="primry")
        assert "fault_healed" in [event["event"] for event in lab.events()]
        as_in_the_scenario(lab.events())
        opposite_orders(lab)
    assert not list((tmp_path / "dxemu" / "labs").iterdir())
