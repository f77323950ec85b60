"""The MD5 key of a BGP session (RFC 2385)."""

from __future__ import annotations

from dxemu.aws.auth_key import MAX_LENGTH, MIN_LENGTH, length_is_valid
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

LOCAL = True

PARAGRAPHS = {
    "DX-T018": """\
AWS always protects BGP with an MD5 key (RFC 2385); it cannot be turned off. A key has 6 to 80
characters. If it is left out, AWS makes one. A space at its end counts as part of the key, and is
what many sessions that never come up have in common: `check` warns of it. A key that differs on the
two sides looks like a timeout: the packets are dropped without an answer.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T018: length, characters outside ASCII. The key itself is never in a message.

    A space at the end counts and is taken, as AWS takes it: whoever has a file checked is warned.
    """
    for name, vif in file.virtual_interfaces.items():
        key, path = vif.auth_key, ("virtual_interfaces", name, "auth_key")
        if key is None:
            continue
        if not length_is_valid(key):
            problem = f"the MD5 key of '{name}' has {len(key)} characters"
            remedy = f"AWS needs {MIN_LENGTH} to {MAX_LENGTH}. Left out, AWS makes one."
            findings.add(path, "DX-T018", problem, remedy)
        elif not key.isascii() or not key.isprintable():
            problem = f"the MD5 key of '{name}' has characters that are not printable ASCII"
            findings.add(
                path, "DX-T018", problem, "Routers disagree on how to encode them. Use letters, digits, signs."
            )
