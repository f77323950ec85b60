"""An SVG picture as PNG, by `rsvg-convert`.

A program, because only those who want PNG need it, and Debian keeps it. The well-kept Python package, CairoSVG, would
bring five packages to everybody and still need a library of the system's, libcairo.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from dxemu.errors import LabError, Unsupported

PROGRAM = "rsvg-convert"
LIMIT_S = 60.0


def svg_to_png(svg: str, out: Path, *, zoom: float = 2.0) -> None:
    """Write `svg` to `out` as PNG, with `zoom` pixels for each of the picture's.

    Raises Unsupported if the program is not there, LabError if it fails or takes longer than a minute.
    """
    command = [PROGRAM, "--format", "png", "--zoom", f"{zoom:g}", "--output", str(out)]
    try:
        done = subprocess.run(command, input=svg, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except FileNotFoundError:
        raise Unsupported(
            f"PNG pictures need {PROGRAM}, which is not installed",
            "apt-get install librsvg2-bin, or write the picture as .svg",
        ) from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{PROGRAM} did not finish within {LIMIT_S:g} s", "write the picture as .svg") from None
    if done.returncode != 0:
        raise LabError(f"{PROGRAM} ended with status {done.returncode}: {done.stderr.strip() or 'it said nothing'}")
