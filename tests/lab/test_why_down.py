"""`show` says why a session is down: from kernels and daemons, one lab, one thing after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dxemu.labs.live import LiveLab, up

DESIGN = Path(__file__).parents[2] / "topologies" / "backup_connection.yaml"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveLab]:
    folder = tmp_path_factory.mktemp("why_down")
    text = DESIGN.read_text(encoding="utf-8").replace(
        "customer: {local_pref: 100", "customer: {asn: 65009, local_pref: 100"
    )
    (folder / "two_ends.yaml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        with up(folder / "two_ends.yaml") as one:
            yield one


def why(lab: LiveLab, node: str, what: str, session: str) -> str:
    ran = lab.exec(node, "show", what)
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith(f"{session} ")]
    return line.partition("down: ")[2]


def test_an_end_with_a_wrong_asn(lab: LiveLab) -> None:
    assert why(lab, "colo_router", "bgp", "backup") == "received NOTIFICATION 2/2 (Bad Peer AS) while the lab came up"
    assert why(lab, "dx_2", "bgp", "backup") == "sent NOTIFICATION 2/2 (Bad Peer AS) while the lab came up"


def test_light_that_is_lost(lab: LiveLab) -> None:
    cut = lab.fail("cable_cut", connection="primary")
    lab.advance("5 s")
    for node in ("colo_router", "dx_1"):
        said = why(lab, node, "bgp", "primary")
        assert said.startswith("primary lost carrier") and said.endswith("now interface primary is down")
    assert "diagnostic 1" in why(lab, "colo_router", "bfd", "primary")
    assert "interface primary.101 is down" in why(lab, "dx_1", "bfd", "primary"), "BIRD's last word was: up"
    assert lab.status()["bfd"]["primary"] == {"colo_router": False, "dx_1": False}
    cut.heal()
    lab.until("bgp", session="primary", state="up", node="dx_1", within="120 s")
    lab.advance("5 s")
    assert why(lab, "dx_1", "bfd", "primary") == "", "it is up"


def test_silence_and_an_operator(lab: LiveLab) -> None:
    silence = lab.fail("cable_silent", connection="primary")
    lab.advance("5 s")
    said = why(lab, "colo_router", "bgp", "primary")
    assert "BFD is down: control detection time expired: NOTIFICATION 6/10 (BFD Down) at " in said
    assert said.endswith("now no answer to TCP's SYN")
    silence.heal()
    lab.until("bgp", session="primary", state="up", node="dx_1", within="120 s")
    lab.change({"virtual_interfaces": {"primary": {"customer": {"enabled": "off"}}}})
    for node, what in (("colo_router", "bgp"), ("dx_1", "bgp"), ("dx_1", "bfd")):
        assert why(lab, node, what, "primary") == "administratively down, switched off by the customer"
    lab.back()
    lab.until("bgp", session="primary", state="up", node="dx_1", within="120 s")
    lab.advance("5 s")
