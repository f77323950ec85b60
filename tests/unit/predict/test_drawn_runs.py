"""What is drawn at random is what a lab carries out: FIS refuses what is not up."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_returns import TOPOLOGIES

from dxemu.run.prepare import prepare
from tools.verify_predictions import may_be_refused

FIS = "{at: 11 s, fault: {fis_disconnect: {virtual_interface: primary, duration: 600 s}}, for: 4 s}"


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ("{at: 5 s, fault: {router_freeze: {router: colo_router}}, for: 77 s}", True),
        ("{at: 5 s, fault: {cable_silent: {connection: primary}}, for: 4 s}", True),
        ("{at: 11 s, fault: {cable_cut: {connection: primary}}, for: 4 s}", True),
        ("{at: 5 s, fault: {bgp_silent: {virtual_interface: primary}}, for: 77 s}", False),
        ("{at: 10.5 s, fault: {cable_silent: {connection: primary}}, for: 4 s}", False),
        ("{at: 5 s, fault: {cable_silent: {connection: primary}}, for: 0.3 s}", False),
        ("{at: 20 s, fault: {cable_cut: {connection: primary}}, for: 4 s}", False),
        ("{at: 5 s, fault: {ike_blocked: {tunnel: vpn_tunnel_1}}, for: 77 s}", False),
    ],
)
def test_fis_is_not_drawn_where_another_fault_may_have_taken_down_what_it_takes(
    other: str, refused: bool, tmp_path: Path
) -> None:
    """It has not where nobody can have noticed it yet, or where the session was up again, or of another session."""
    file = tmp_path / "scenario.yaml"
    steps = "\n".join(f"  - {step}" for step in (other, FIS))
    file.write_text(
        f"story: FIS\ntopology: {TOPOLOGIES / 'vpn_backup_static.yaml'}\nprobes:\n"
        f"  app: {{udp: {{from: app, to: web, rate: 100/s}}}}\nsteps:\n{steps}\nend: 210 s\n",
        encoding="utf-8",
    )
    assert may_be_refused(prepare(file)) is refused
