"""The list of all faults: docs/faults.md and `dxemu fail --list`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dxemu.cli.fail import command
from dxemu.faults.menu import kinds
from dxemu.report.fault_list import page
from tools.kinds import FAULTS

ROOT = Path(__file__).parents[3]


def test_the_page_is_of_the_faults_as_they_are() -> None:
    assert (ROOT / FAULTS).read_text(encoding="utf-8") == page(kinds()), "python -m tools.kinds writes it anew"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_fault_says_what_it_imitates_and_what_it_does_not(kind: str) -> None:
    made = kinds()[kind]
    assert made.imitates
    assert made.leaves_out
    assert not made.imitates.endswith(".")


def test_the_command_lists_them_without_a_lab() -> None:
    done = CliRunner().invoke(command, ["--list"])
    assert done.exit_code == 0
    for kind, made in kinds().items():
        assert f"\n{kind} " in f"\n{done.output}"
        assert made.words in done.output
    line = next(line for line in done.output.splitlines() if line.startswith("packet_loss"))
    assert line == (
        "packet_loss connection=|circuit=|internet= share=20% [direction=to_aws|from_aws|both] [burst=5] [within=80%]"
    )
