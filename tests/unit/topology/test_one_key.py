"""What a newcomer edits for one more key of the topology file, and what all is there then."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.topology_keys import PAGE, page

ROOT = Path(__file__).parents[3]
EDITS = {
    "file_interface.py": (
        "    vlan: int = Field(",
        '    peering_notice: str = Field(default="", description="what AWS is told of it", examples=["ring twice"])\n',
    ),
    "model.py": ("    vlan: VlanId\n    gateway:", "    peering_notice: str\n"),
    "built.py": ("        vlan=VlanId(vif.vlan),", "        peering_notice=vif.peering_notice,\n"),
    "check/peering_notice.py": (
        "",
        '''"""What AWS is told of a virtual interface."""

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

LOCAL = True
LONGEST = 12
"""Source: a test of dxemu's own, read in November 2026."""

PARAGRAPHS = {
    "DX-T998": """\\
AWS reads 12 characters.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T998: more than that."""
    for name, vif in file.virtual_interfaces.items():
        if len(vif.peering_notice) > LONGEST:
            path = ("virtual_interfaces", name, "peering_notice")
            findings.add(path, "DX-T998", f"{len(vif.peering_notice)} characters", f"Write {LONGEST} at most.")
''',
    ),
}
"""By file below dxemu/topology: what stands in it, and what is put before that."""
ASKED = """
import json, sys
from dxemu.changes.permission import permission
from dxemu.changes.table import TABLE
from dxemu.errors import InputErrors
from dxemu.report.codes import explain
from dxemu.topology.differences import Difference, DifferenceKind
from dxemu.topology.load import json_schema, load
from pathlib import Path
from tools.topology_keys import PAGE, page

file = Path("topologies/private_vif.yaml")
told = {}
def vifs(notice, key="peering_notice"):
    return {"virtual_interfaces": {load(file).virtual_interfaces[0].name: {key: notice}}}
wrong = {"long": vifs("ring three times"), "misspelt": vifs("ring", "pering_notice"), "number": vifs(3)}
for which, patch in wrong.items():
    try:
        load(file, patch)
    except InputErrors as errors:
        told[which] = [(p.code, p.problem, p.remedy) for p in errors.problems]
told["without"] = load(file).virtual_interfaces[0].peering_notice
told["read"] = load(file, vifs("ring twice")).virtual_interfaces[0].peering_notice
told["schema"] = json_schema()["$defs"]["VirtualInterfaceEntry"]["properties"]["peering_notice"]
told["page"] = page(PAGE.read_text()).count("- *`peering_notice`*: what AWS is told of it\\n")
told["paragraph"] = explain("t998")
path = ("virtual_interfaces", "primary", "peering_notice")
told["change"] = bool(permission(TABLE, Difference(path=path, kind=DifferenceKind.CHANGED)).refused)
print(json.dumps(told))
"""


def test_the_page_has_the_keys_as_they_are() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page(text) == text, "python -m tools.topology_keys writes them anew"


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A checkout in which a newcomer has made a key."""
    for folder in ("dxemu", "tools", "topologies", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.svg"))
    for name, (here, new) in EDITS.items():
        file = tmp_path / "dxemu" / "topology" / name
        text = file.read_text(encoding="utf-8") if here else ""
        assert here == "" or text.count(here) == 1, name
        file.write_text(text.replace(here, new + here) if here else new, encoding="utf-8")
    return tmp_path


def test_a_key_is_read_checked_in_the_schema_and_documented_by_four_files(edited: Path) -> None:
    assert len(EDITS) <= 4
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=edited, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "long": [["DX-T998", "16 characters", "Write 12 at most."]],
        "misspelt": [
            ["DX-F005", "'pering_notice' is not known in virtual_interfaces.prod", "Did you mean 'peering_notice'?"]
        ],
        "number": [["DX-F007", "'peering_notice' is the number 3, not text", 'Put it in quotes: "3".']],
        "without": "",
        "read": "ring twice",
        "schema": {
            "default": "",
            "description": "what AWS is told of it",
            "examples": ["ring twice"],
            "title": "Peering Notice",
            "type": "string",
        },
        "page": 1,
        "paragraph": "AWS reads 12 characters.",
        "change": True,
    }
