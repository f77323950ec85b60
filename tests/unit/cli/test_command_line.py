"""The command line where no lab is needed: what it prints, where, and its exit status."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dxemu.cli import app

REPOSITORY = Path(__file__).resolve().parents[3]
TOPOLOGIES = sorted((REPOSITORY / "topologies").glob("*.yaml"))
BACKUP_CONNECTION = REPOSITORY / "topologies" / "backup_connection.yaml"
SCENARIOS = sorted((REPOSITORY / "scenarios").glob("*.yaml"))

TYPO = """\
story: A word that nobody knows.
topology: backup_connection
probes:
  app: {udp: {from: app, to: web, rate: 100/s}}
steps:
  - at: 5 s
    fault: {cable_cutt: {connection: primary}}
expect:
  - {outage: app, at_most: 1 s}
end: 10 s
"""
TYPO_SHOWN = """\
scenarios/typo.yaml:7:13: DX-S002  unknown fault 'cable_cutt'
    6 |   - at: 5 s
    7 |     fault: {cable_cutt: {connection: primary}}
      |             ^^^^^^^^^^
  Did you mean 'cable_cut'?     dxemu explain DX-S002

1 error; nothing was started.
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


Dxemu = Callable[..., Ended]


@pytest.fixture
def dxemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dxemu:
    """Run `dxemu` with these arguments in an empty folder. Whatever it ends with, it is no traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topologies").symlink_to(REPOSITORY / "topologies")

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["dxemu", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out, err)

    return run


@pytest.fixture
def typo(tmp_path: Path) -> str:
    """A scenario with one mistake."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "typo.yaml").write_text(TYPO, encoding="utf-8")
    return "scenarios/typo.yaml"


def test_help_lists_every_command(dxemu: Dxemu) -> None:
    shown = dxemu("--help")
    assert (shown.status, shown.err) == (0, "")
    listed = [line.split()[0] for line in shown.out.partition("Commands:\n")[2].splitlines()]
    files = {file.stem for file in (REPOSITORY / "dxemu" / "cli").glob("*.py")} - {"__init__", *app.NO_COMMANDS}
    assert listed == sorted(files)
    assert {"check", "doctor", "explain", "kernel", "plan", "run"} <= files


@pytest.mark.parametrize(
    "command", ["check", "compare", "doctor", "explain", "kernel", "list", "plan", "report", "run"]
)
def test_every_command_has_help_of_its_own(dxemu: Dxemu, command: str) -> None:
    shown = dxemu(command, "--help")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith(f"Usage: dxemu {command} ")


def test_version(dxemu: Dxemu) -> None:
    shown = dxemu("--version")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith("dxemu")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["rehearse"], "there is no command 'rehearse'"),
        (["chek"], "Did you mean 'check'?"),
        (["run", "--topolgy", "x.yaml", "x.yaml"], "Did you mean '--topology'?"),
        (["run"], "SCENARIO is missing"),
        (["check"], "FILES... is missing"),
        (["run", "--seed", "-1", "x.yaml"], "-1 is not in the range"),
        (["run", "--seed", "x", "x.yaml"], "'x' is not a valid whole number"),
        (["new", "backup_conection"], "Did you mean 'backup_connection'?"),
        (["run", "--kernel", "mine", "x.yaml"], "unknown --kernel 'mine'\n  Known: embedded, host."),
        (["fail"], "dxemu fail --list shows what can"),
        (["kernel", "bild"], "Did you mean 'build'?"),
        (["compare", "runs/a/1"], "AFTER is missing"),
        (["list", "--runs", "nowhere"], "there is no folder 'nowhere'\n  dxemu run makes it."),
    ],
)
def test_wrong_usage_is_said(dxemu: Dxemu, arguments: list[str], says: str) -> None:
    ended = dxemu(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert says in ended.err
    assert ended.err.endswith(" --help\n")


@pytest.mark.parametrize("file", [*TOPOLOGIES, *SCENARIOS], ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_check_accepts_what_we_ship(dxemu: Dxemu, file: Path) -> None:
    checked = dxemu("check", file)
    assert (checked.status, checked.err) == (0, "")
    kind = "a topology of " if file in TOPOLOGIES else "a scenario of "
    assert checked.out.startswith(f"{file}: {kind}")


def test_check_shows_the_place_and_the_remedy(dxemu: Dxemu, typo: str) -> None:
    checked = dxemu("check", typo)
    assert (checked.status, checked.out, checked.err.rstrip()) == (2, "", TYPO_SHOWN.rstrip())


@pytest.mark.parametrize("command", [["report", "runs/a/1"], ["compare", "runs/a/1", "runs/a/2"]])
def test_no_such_run(dxemu: Dxemu, command: list[str]) -> None:
    ended = dxemu(*command)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "dxemu: there is no run runs/a/1\n  A run leaves runs/SCENARIO/N.\n"


@pytest.mark.parametrize("command", ["check", "run", "plan"])
def test_no_such_file(dxemu: Dxemu, command: str) -> None:
    ended = dxemu(command, "nowhere.yaml")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("nowhere.yaml:1:1: DX-F002  cannot be read")


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("my_desing.yaml", "Did you mean 'my_design.yaml'?"),
        ("my_desing", "Did you mean 'my_design.yaml'?"),
        ("scenarios/flaping.yaml", "Did you mean 'scenarios/flapping.yaml'?"),
        ("flaping", "Did you mean 'scenarios/flapping.yaml'?"),
        ("cut", "Did you mean 'cut_primary_silently'?"),
        ("flapping.yaml", "Did you mean 'scenarios/flapping.yaml'?"),
        ("pull_primary_cabel", "Did you mean 'pull_primary_cable'?"),
        ("something_else.yaml", "Check the path."),
        ("scenarios/cut_primary_silently.yaml", "Write 'cut_primary_silently' for that one."),
        ("scenarios/cases/no_light.yaml", "Write 'cases/no_light' for that one."),
        ("something_else", "dxemu new shows those that come with it."),
    ],
)
def test_a_file_that_is_not_there_is_answered_with_the_nearest(
    dxemu: Dxemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, offered: str
) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("my_design.yaml", "scenarios/flapping.yaml"):
        (tmp_path / name).write_text("story: ...\n")
    monkeypatch.chdir(tmp_path)
    assert offered in dxemu("run", written).err


@pytest.mark.parametrize("options", [[], ["--kernel", "host"], ["--clock", "real"], ["--json", "result.json"]])
def test_run_starts_nothing_for_a_bad_file(dxemu: Dxemu, tmp_path: Path, typo: str, options: list[str]) -> None:
    before = sorted(entry.name for entry in tmp_path.iterdir())
    ended = dxemu("run", *options, typo)
    assert (ended.status, ended.out, ended.err.rstrip()) == (2, "", TYPO_SHOWN.rstrip())
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before


def test_run_checks_the_other_topology_too(dxemu: Dxemu, tmp_path: Path) -> None:
    text = BACKUP_CONNECTION.read_text(encoding="utf-8").replace("vlan: 101", "vlan: 4095")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    ended = dxemu("run", "--topology", "mine.yaml", REPOSITORY / "scenarios" / "pull_primary_cable.yaml")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("mine.yaml:")
    assert "4095" in ended.err
    assert not (tmp_path / "runs").exists()


def test_run_without_a_kernel_names_the_command_that_builds_one(
    dxemu: Dxemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DXEMU_KERNEL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ended = dxemu("run", SCENARIOS[0])
    assert (ended.status, ended.out) == (3, "")
    assert "dxemu kernel build" in ended.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("file", TOPOLOGIES, ids=lambda file: file.stem)
def test_plan_says_what_will_exist(dxemu: Dxemu, file: Path) -> None:
    text, data = dxemu("plan", file), dxemu("plan", "--json", file)
    assert (text.status, text.err, data.status, data.err) == (0, "", 0, "")
    plan = json.loads(data.out)
    assert text.out.startswith(f"{file.stem}\n")
    for key in ("nodes", "cables", "addresses"):
        assert plan[key]
    for node in plan["nodes"]:
        assert node["name"] in text.out
    for word in ("VLAN ", "/30", "AS 65000", "hold 90 s, keepalive 30 s"):
        assert word in text.out
    for secret in ("rehearse-1", "Rehearse_1"):  # the MD5 key, and the pre-shared key of a tunnel
        assert secret not in text.out + data.out


@pytest.mark.parametrize("code", ["DX-T014", "dx-t014", "T014"])
def test_explain(dxemu: Dxemu, code: str) -> None:
    explained = dxemu("explain", code)
    assert (explained.status, explained.err) == (0, "")
    assert "VLAN" in explained.out
    assert "Source: Direct Connect User Guide" in explained.out


def test_explain_names_the_nearest_code(dxemu: Dxemu) -> None:
    ended = dxemu("explain", "DX-TT014")
    assert (ended.status, ended.out) == (2, "")
    assert "Did you mean 'DX-T014'?" in ended.err


VPN_BACKUP_STATIC = REPOSITORY / "topologies" / "vpn_backup_static.yaml"


def test_explain_path(dxemu: Dxemu) -> None:
    shown = dxemu("explain", "path", "web", "app", "--topology", VPN_BACKUP_STATIC)
    data = dxemu("explain", "path", "web", "app", "--topology", VPN_BACKUP_STATIC, "--json")
    assert (shown.status, shown.err, data.status, data.err) == (0, "", 0, "")
    assert "static VPN over Direct Connect" in shown.out
    found = json.loads(data.out)
    assert (found["schema"], found["topology"], found["asymmetric"]) == ("dxemu.path/1", "vpn_backup_static", True)
    assert [way["over"] for way in found["directions"]] == [["vpn_tunnel_1"], ["primary"]]


def test_explain_route(dxemu: Dxemu) -> None:
    shown = dxemu("explain", "route", "10.0.0.0/16", "--topology", VPN_BACKUP_STATIC)
    data = dxemu("explain", "route", "10.0.0.0/16", "--topology", VPN_BACKUP_STATIC, "--json")
    assert (shown.status, shown.err, data.status, data.err) == (0, "", 0, "")
    assert "originated  by customer_router (AS 65000)" in shown.out
    found = json.loads(data.out)
    assert (found["schema"], found["originated"]) == ("dxemu.route/1", ["customer_router (AS 65000)"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["path", "web", "app"], "--topology FILE, --run FOLDER"),
        (["path", "web", "app", "--topology", "a.yaml", "--run", "runs/a/1"], "--topology FILE, --run FOLDER"),
        (["path", "web", "app", "--topology", "a.yaml", "--at", "3s"], "--at is a moment of a run"),
        (["path", "web"], "TO is missing"),
        (["paht", "web", "app"], "Did you mean 'path'?"),
        (["path", "wbe", "app", "--topology", VPN_BACKUP_STATIC], "Did you mean 'web'?"),
        (["path", "web", "app", "--run", "runs/a/1"], "there is no run runs/a/1"),
        (["route", "10.0.0.1/16", "--topology", VPN_BACKUP_STATIC], "Did you mean 10.0.0.0/16?"),
        (["DX-T014", "DX-T015"], "too many arguments: 'DX-T015'"),
    ],
)
def test_explain_says_what_is_wrong(dxemu: Dxemu, arguments: list[str], says: str) -> None:
    ended = dxemu("explain", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert says in ended.err


def test_it_is_a_program(tmp_path: Path) -> None:
    """The same as a process of its own, where every warning is an error."""
    command = [sys.executable, "-m", "dxemu.cli.app", "check", str(TOPOLOGIES[0]), "nowhere.yaml"]
    env = {"PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stdout == f"{TOPOLOGIES[0]}: a topology of 7 nodes and 7 cables\n"
    assert done.stderr.startswith("nowhere.yaml:1:1: DX-F002")


def test_the_list_says_what_each_command_says_of_itself(dxemu: Dxemu) -> None:
    """It reads what it does not import."""
    listed = dxemu("--help").out.partition("Commands:\n")[2]
    names = [
        f.stem for f in (REPOSITORY / "dxemu" / "cli").glob("*.py") if f.stem not in ("__init__", *app.NO_COMMANDS)
    ]
    for name in names:
        command = importlib.import_module(f"dxemu.cli.{name}").command
        assert f"  {name}  ".ljust(max(map(len, names)) + 4) + command.short_help in listed


@pytest.mark.parametrize(("which", "key"), [("topology", "virtual_interfaces"), ("scenario", "steps")])
def test_schema_is_printed_for_editors(dxemu: Dxemu, which: str, key: str) -> None:
    ended = dxemu("schema", which)
    schema = json.loads(ended.out)
    assert (ended.status, ended.err, schema["title"]) == (0, "", f"dxemu {which} file")
    assert key in schema["properties"]
    assert schema["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--set", "silence"], "gives nothing a value\n  Write for example --set loss=20%"),
        (["--set", "a=1", "--set", "a=2"], "'a' is given twice"),
        (["--set", "silence=3"], "'silence' is a duration, not the number 3"),
        (["--set", "silenc=3 s"], "Did you mean 'silence'?"),
    ],
)
def test_what_run_cannot_set(dxemu: Dxemu, given: list[str], said: str) -> None:
    ended = dxemu("run", REPOSITORY / "scenarios" / "drain_when_the_session_flaps.yaml", *given)
    assert (ended.status, said in ended.err) == (2, True), ended.err


def test_a_matrix_of_thousands_asks_first(dxemu: Dxemu, tmp_path: Path) -> None:
    story = (REPOSITORY / "scenarios" / "bfd_notices_whenever_it_strikes.yaml").read_text(encoding="utf-8")
    (tmp_path / "many.yaml").write_text(
        story.replace("seed: 1 to 2", "seed: 1 to 5000").replace("backup_connection", str(BACKUP_CONNECTION)),
        encoding="utf-8",
    )
    ended = dxemu("run", "many.yaml", "--jobs", "2")
    assert (ended.status, ended.out) == (2, "")
    assert re.search(
        r"10,000 runs, about \d+\.\d hours with 2 at once .* Say --yes to start them", " ".join(ended.err.split())
    )
    assert not (tmp_path / "runs").exists()
