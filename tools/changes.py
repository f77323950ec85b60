"""The page on what may change while a lab runs: `docs/changes.md`, made of the table that decides it.

`python -m tools.changes` writes it; a test compares it with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dxemu.changes.permission import Interrupts, Permission
from dxemu.changes.table import DEDICATED_BANDWIDTH, HOSTED_BANDWIDTH, TABLE
from dxemu.topology.differences import DifferenceKind

PAGE = Path("docs", "changes.md")
INTRODUCTION = """\
# Changes of a running design

A change is written like the topology: mappings merge, lists are replaced, `null` removes (RFC 7396). The tunnels of a
VPN are called `1` and `2` in it. In a scenario it is a step; dxemu checks the design that each comes to by the same
rules, and refuses what cannot be before anything is touched.

`dxemu run` carries out all but a `customer:` block that makes an end of a session fit the other no longer (`auth_key`,
`signs`, `ttl_security`, `asn` and the like), or again. What was done is read back from kernels, tables and both ends of
sessions; no step waits more than 0.5 s for an end that is cut off, 2 s for a tunnel or 5 s for LACP. A step that fails
is taken back, and the run is invalid. The rest can be checked (`dxemu check`), and is refused before anything starts
(DX-C006). A fault is predicted in the design of its moment.

```yaml
steps:
  - at: 5 s
    change: {virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}}
    for: 10 min                     # then it is taken back
  - at: 20 s
    change: {virtual_interfaces: {primary: {mtu: 8500}}}
    interruption: 5 s               # instead of what AWS says at most
  - at: 5 min
    change: back                    # the latest one that stands; {back: change#2} the one called so
```

Changes are called `change`, `change#2` and so on in the order of their times. No two that stand may be about the same
key. A change without effect is an error.

What lasts of an action (`update_allowed_prefixes`, `announce_prefixes`, `withdraw_prefixes`,
`confirm_virtual_interface`, `approve_prefix`) is laid over the design in the same way, in a scenario and by hand:
predictions, `dxemu explain`, `dxemu save` and later changes go by it. It may be about a key of a change that stands.
`change: back` does not take it back, another action does; where a change before it goes, it is done anew over what is
left. What the rules refuse in a topology is refused then, too.

What may change is told by its path, where `*` is one key and `**` any number of them. The first row that fits decides.
This page is written by `python -m tools.changes`.
"""


def page() -> str:
    """The whole page."""
    rows = (HOSTED_BANDWIDTH, DEDICATED_BANDWIDTH, *TABLE)
    allowed = [row for row in rows if not row.refused]
    refused = [row for row in rows if row.refused]
    return "\n".join(
        (
            INTRODUCTION,
            "| what | is done | interrupts |",
            "| --- | --- | --- |",
            *_allowed(allowed),
            "",
            "What cannot change while a lab runs:",
            "",
            "| what | because |",
            "| --- | --- |",
            *(f"| {_what(row)} | {row.refused} |" for row in refused),
            "",
        )
    )


def _allowed(rows: list[Permission]) -> Iterator[str]:
    for row in rows:
        words = row.words + (f". Assumed: {row.assumed}" if row.assumed else "")
        words += f". Source: {row.source}" if row.source else ""
        interrupts = "" if row.interrupts is Interrupts.NOTHING else str(row.interrupts)
        yield f"| {_what(row)} | {words} | {interrupts} |"


def _what(row: Permission) -> str:
    """The pattern, and whether it is an element that comes or goes."""
    bandwidth = {HOSTED_BANDWIDTH: ", hosted", DEDICATED_BANDWIDTH: ", dedicated"}
    come = " added or removed" if DifferenceKind.CHANGED not in row.of else ""
    return f"`{row.pattern}`{come}{bandwidth.get(row, '')}"


def main() -> None:
    """Write the page under the current folder."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
