"""The outage reported equals the one in a packet capture at the receiving host, within one probe interval.

The capture is tcpdump's, taken inside the lab during the same run, and tshark reads it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from common import REPOSITORY, Line, at_most, finish, options, progress, scenario

SCENARIOS = ("cut_primary_silently", "cut_primary_silently_without_bfd")


def main() -> None:
    options(__doc__).parse_args()
    sys.path.insert(0, str(REPOSITORY))
    from tests.peers.capture import PROGRAMS, compare

    missing = [program for program in PROGRAMS if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
    if missing:
        finish([Line("not measured", f"missing: apt-get install {' '.join(missing)}")])
    lines = []
    for name in SCENARIOS:
        progress(name)
        with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
            compared = compare(scenario(name), Path(folder))
        lines.append(Line(name, ""))
        for found in compared:
            both = f"{found.reported_ms:.3f} / {found.captured_ms:.3f} ms"
            lost = f"{found.reported_lost} / {found.captured_lost}"
            lines += [
                Line(f"  {found.direction}: reported / captured", both),
                at_most("    difference", found.difference_ms, found.interval_ms, "ms", 3),
                Line("    packets lost", lost, "equal", found.reported_lost == found.captured_lost),
            ]
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
