"""What keepalived is told, and what is understood of what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from ipaddress import ip_interface
from typing import cast

import pytest

from dxemu.daemons import keepalived
from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import VrrpGroup
from dxemu.units import Seconds

GROUP = VrrpGroup(
    virtual_router_id=7,
    address=ip_interface("10.0.0.1/24"),
    advertisement_interval=Seconds(0.3),
    priorities=(("first", 200), ("second", 100)),
    interfaces=(("first", "lan"), ("second", "lan2")),
)
GROUP6 = dataclasses.replace(GROUP, virtual_router_id=200, address=ip_interface("fd00::1/64"))


def instance_of(text: str, name: str) -> dict[str, str]:
    """The settings of one instance, one a line."""
    body = text.split(f"vrrp_instance {name} {{\n")[1].split("\n}\n")[0]
    return dict((line.strip() + " ").split(" ", 1) for line in body.splitlines())


@pytest.mark.parametrize(("node", "priority", "interface"), [("first", "200", "lan"), ("second", "100", "lan2")])
def test_each_router_has_its_own_priority_and_interface(node: str, priority: str, interface: str) -> None:
    settings = instance_of(keepalived.render(node, [GROUP, GROUP6]), "vr7")
    assert settings["priority"].strip() == priority
    assert settings["interface"].strip() == interface
    assert settings["advert_int"].strip() == "0.30"
    assert settings["use_vmac"].strip() == keepalived.virtual_interface(GROUP) == "vrrp7"
    assert "10.0.0.1/24" in settings


def test_an_ipv6_group_has_a_link_local_address_first_and_no_virtual_mac() -> None:
    text = keepalived.render("first", [GROUP, GROUP6])
    settings = instance_of(text, "vr200")
    assert text.index("fe80::200:5eff:fe00:2c8/64") < text.index("fd00::1/64")
    assert "use_vmac" not in settings
    assert settings["higher_prio_send_advert"].strip() == "true"


def test_version_3_is_spoken_and_braces_match() -> None:
    text = keepalived.render("first", [GROUP, GROUP6])
    assert "vrrp_version 3\n" in text
    assert text.count("{") == text.count("}")


def test_states_are_told_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    heard: list[tuple[int, str]] = []
    said: list[Callable[[str], None]] = []

    class Program:
        """In place of a process: it keeps the function that is given its lines."""

        def __init__(self, name: str, command: object, namespace: object, on_line: Callable[[str], None], _: object):
            assert name == "keepalived on first"
            said.append(on_line)

    def die(error: LabError) -> None:
        pytest.fail(str(error))

    monkeypatch.setattr(keepalived, "Process", Program)
    monkeypatch.setattr(keepalived, "FOLDER", str(tmp_path))
    keepalived.Keepalived("first", [GROUP], cast("Namespace", None), lambda *change: heard.append(change), die)
    for line in (
        "Tue Nov 14 22:13:20 2023: (vr7) Entering BACKUP STATE (init)",
        "Tue Nov 14 22:13:21 2023: (vr7) Receive advertisement timeout",
        "Tue Nov 14 22:13:21 2023: (vr7) Entering MASTER STATE",
        "Tue Nov 14 22:13:22 2023: (vr7) Master received advert from 10.0.0.2 with higher priority 200, ours 100",
        "Tue Nov 14 22:13:23 2023: (vr7) Entering FAULT STATE",
    ):
        said[0](line)
    assert heard == [(7, "backup"), (7, "master"), (7, "fault")]
