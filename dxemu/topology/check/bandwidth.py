"""The speeds of dedicated connections."""

from __future__ import annotations

from dxemu.aws.speeds import DEDICATED
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import listed

LOCAL = True

PARAGRAPHS = {
    "DX-T020": """\
Dedicated connections are ports of 1, 10, 100 or 400 Gbps. Other speeds, from 50 Mbps to 25 Gbps,
are hosted connections that a partner sells on its own port; AWS polices those to the speed bought.
Source: Direct Connect User Guide, Dedicated connections.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T020: not a speed of a dedicated connection."""
    for name, connection in file.connections.items():
        if not connection.hosted and connection.bandwidth not in DEDICATED:
            problem = f"a dedicated connection cannot have {connection.bandwidth}"
            remedy = (
                f"AWS has {listed(str(speed) for speed in DEDICATED)}. Others are hosted connections: `hosted: on`."
            )
            findings.add(("connections", name, "bandwidth"), "DX-T020", problem, remedy)
