"""A fault that cannot happen in the design of its moment is an error of the file, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.run.prepare import prepare

TOPOLOGY = Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"
STORY = f"""\
topology: {TOPOLOGY}
change: {{virtual_interfaces: {{backup: {{bfd: off}}}}}}
steps:
  - {{at: 1 s, fault: {{bfd_silent: {{virtual_interface: backup}}}}}}
  - {{at: 2 s, fault: {{lacp_silent: {{connection: primary}}}}}}
  - {{at: 3 s, fault: {{bfd_silent: {{virtual_interface: primary}}}}}}
end: 9 s
"""


def test_what_the_design_does_not_have_cannot_fail(tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(STORY, encoding="utf-8")
    with pytest.raises(InputErrors) as found:
        prepare(story)
    assert [(one.code, one.mark.line, one.problem) for one in found.value.problems] == [
        ("DX-S024", 4, "bfd_silent cannot happen: no BFD runs on 'backup'"),
        ("DX-S024", 5, "lacp_silent cannot happen: connection 'primary' is no member of a LAG"),
    ]


GONE = """\
topology: {topology}
steps:
  - {{at: {at} s, fault: {{cable_silent: {{connection: backup}}}}{lasts}}}
  - {{at: 5 s, change: {{connections: {{backup: null}}, virtual_interfaces: {{backup: null}}}}, for: 10 s}}
end: 30 s
"""


@pytest.mark.parametrize(
    ("at", "lasts", "problem"),
    [
        (6, ", for: 2 s", "cable_silent cannot happen: there is no connection 'backup' at 6 s"),
        (2, ", for: 6 s", "cable_silent cannot last until 8 s: connection 'backup' is taken away at 5 s"),
        (2, ", for: 20 s", "cable_silent cannot last until 22 s: connection 'backup' is taken away at 5 s"),
        (2, ", for: 2 s", ""),
        (2, "", ""),
        (16, ", for: 2 s", ""),
    ],
)
def test_nothing_breaks_what_a_change_has_taken_away(at: int, lasts: str, problem: str, tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(GONE.format(topology=TOPOLOGY, at=at, lasts=lasts), encoding="utf-8")
    if not problem:
        assert prepare(story).scenario.steps
        return
    with pytest.raises(InputErrors) as found:
        prepare(story)
    assert [(one.code, one.mark.line, one.problem) for one in found.value.problems] == [("DX-S024", 3, problem)]
