from __future__ import annotations

import json

import pytest

from dxemu.report.doctor import Diagnosis, DoctorCheck, Group, Readiness, render_text, to_json

READY = Group("embedded kernel", "Linux 6.12.9, built here", (DoctorCheck("kernel", Readiness.READY, "Linux 6.12.9"),))
LACKS = Group(
    "host kernel",
    "Linux 6.18 lacks 802.1Q, netem",
    (
        DoctorCheck("veth", Readiness.READY, ""),
        DoctorCheck("802.1Q", Readiness.NO, "Operation not supported", "sudo modprobe -a 8021q sch_netem"),
        DoctorCheck("netem", Readiness.NO, "No such file", "sudo modprobe -a 8021q sch_netem"),
    ),
)
UNTRIED = Group(
    "host kernel", "Linux 6.18", (DoctorCheck("features", Readiness.UNKNOWN, "not root", "sudo dxemu doctor"),)
)
DAEMONS = Group(
    "daemons", "BIRD 2.0.12", (DoctorCheck("strongSwan", Readiness.WARNING, "missing", "apt-get install it"),)
)
NO_DAEMONS = Group("daemons", "", (DoctorCheck("BIRD", Readiness.NO, "BIRD is missing", "apt-get install bird2"),))


@pytest.mark.parametrize(
    ("kernels", "shared", "status"),
    [
        ((READY, LACKS), (DAEMONS,), 0),
        ((LACKS, READY), (DAEMONS,), 0),
        ((LACKS, LACKS), (DAEMONS,), 3),
        ((UNTRIED,), (DAEMONS,), 3),
        ((READY,), (NO_DAEMONS,), 3),
    ],
)
def test_exit_status_says_whether_a_lab_can_run(
    kernels: tuple[Group, ...], shared: tuple[Group, ...], status: int
) -> None:
    assert Diagnosis(kernels, shared).exit_status == status


def test_each_lack_is_shown_and_its_repair_once() -> None:
    text = render_text(Diagnosis((READY, LACKS), (DAEMONS,)))
    assert text == (
        "embedded kernel   ready     Linux 6.12.9, built here\n"
        "host kernel       no        Linux 6.18 lacks 802.1Q, netem\n"
        "  802.1Q          no        Operation not supported\n"
        "  netem           no        No such file\n"
        "                            repair: sudo modprobe -a 8021q sch_netem\n"
        "daemons           warning   BIRD 2.0.12\n"
        "  strongSwan      warning   missing\n"
        "                            repair: apt-get install it\n"
        "\n"
        "A lab can run on the embedded kernel.\n"
    )


def test_a_repair_stands_below_its_own_lack() -> None:
    group = Group(
        "host kernel",
        "Linux 6.1",
        (
            DoctorCheck("mnexec", Readiness.NO, "is missing", "apt-get install mininet"),
            DoctorCheck("root", Readiness.NO, "needs root", "sudo dxemu run"),
            DoctorCheck("features", Readiness.UNKNOWN, "can be tried as root", ""),
        ),
    )
    shown = [line.strip() for line in render_text(Diagnosis((group,), ())).splitlines()[1:6]]
    assert [line.split()[0] for line in shown] == ["mnexec", "repair:", "root", "repair:", "features"]


def test_where_nothing_is_lacking_there_is_a_line_for_each_group() -> None:
    host = Group("host kernel", "Linux 6.1.0", (DoctorCheck("veth", Readiness.READY, ""),))
    daemons = Group("daemons", "BIRD 2.0.12", (DoctorCheck("BIRD", Readiness.READY, "BIRD 2.0.12"),))
    assert render_text(Diagnosis((READY, host), (daemons,))) == (
        "embedded kernel   ready     Linux 6.12.9, built here\n"
        "host kernel       ready     Linux 6.1.0\n"
        "daemons           ready     BIRD 2.0.12\n"
        "\n"
        "A lab can run on the embedded kernel and on the host kernel.\n"
    )


def test_without_any_way_the_first_repair_is_the_last_line() -> None:
    assert render_text(Diagnosis((LACKS,), (DAEMONS,))).endswith(
        "No lab can run here yet. Start with: sudo modprobe -a 8021q sch_netem\n"
    )


def test_json_holds_every_finding() -> None:
    found = json.loads(json.dumps(to_json(Diagnosis((READY, LACKS), (DAEMONS,)))))
    assert found["schema"] == "dxemu.doctor/1"
    assert found["exit_status"] == 0
    assert [f["name"] for f in found["kernels"][1]["findings"]] == ["veth", "802.1Q", "netem"]
