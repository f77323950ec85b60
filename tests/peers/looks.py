"""Pictures of the pages of runs, for eyes: light, dark, on a narrow screen, and printed.

    .venv/bin/python -m tests.peers.looks RUN... --to FOLDER

A page is rendered anew from each saved run; of the first one also as if the run had not been valid. Chromium draws
them, and poppler's pdftoppm the printed pages, where it is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from dxemu.report.html.page import PageOf, render
from dxemu.run.saved import read

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
PRINTER = shutil.which("pdftoppm")
DARK = "--blink-settings=preferredColorScheme=0"
NARROW = 400
"""Pixels. Chromium's own window is never narrower than 500: the page is in a frame then."""
HEIGHTS = {"light": 5_000, "dark": 5_000, "narrow": 9_000}
INVALID = "the machine was too slow: packets of app left up to 41 ms late, of at most 5 ms"


def browse(file: Path, profile: Path, *options: str) -> tuple[str, str]:
    """The page in a headless browser: what is on its stdout, and on its console."""
    command = [BROWSER or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--enable-logging=stderr"]
    done = subprocess.run(
        [*command, *options, f"file://{file}"], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def shoot(text: str, look: str, to: Path, *, height: int = 0) -> str:
    """The page as a picture in file `to`; what the browser's console said. `look` is one of `HEIGHTS`."""
    high = height or HEIGHTS[look]
    with tempfile.TemporaryDirectory(prefix="dxemu-looks-") as name:
        folder = Path(name)
        shown = folder / "page.html"
        shown.write_text(text, encoding="utf-8")
        if look == "narrow":
            shown = folder / "frame.html"
            frame = f'<body style="margin:0"><iframe src="page.html" width="{NARROW}" height="{high}" style="border:0">'
            shown.write_text(frame, encoding="utf-8")
        size = f"--window-size={500 if look == 'narrow' else 1200},{high}"
        options = [size, "--hide-scrollbars", f"--screenshot={to}", *([DARK] if look == "dark" else [])]
        return browse(shown, folder / "profile", *options)[1]


def shoot_printed(text: str, to: Path) -> None:
    """The printed pages: `to` is a PDF file; beside it a picture of each page."""
    with tempfile.TemporaryDirectory(prefix="dxemu-looks-") as name:
        file = Path(name) / "page.html"
        file.write_text(text, encoding="utf-8")
        browse(file, Path(name) / "profile", "--no-pdf-header-footer", f"--print-to-pdf={to}")
    if PRINTER is not None:
        subprocess.run([PRINTER, "-r", "60", "-png", str(to), str(to.with_suffix(""))], check=True, timeout=120)


def page_of(run: Path) -> PageOf:
    """What the page of a saved run is made from."""
    saved = read(run)
    return PageOf(
        result=saved.result,
        events=saved.events,
        folder=saved.folder,
        story=saved.story,
        design=saved.design,
        plan=saved.plan,
    )


def invalid(page: PageOf) -> PageOf:
    """The same run as if it had not been valid."""
    return replace(page, result=replace(page.result, verdict="invalid", invalid_because=INVALID))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, default=Path("looks"))
    options = parser.parse_args()
    if BROWSER is None:
        sys.exit("chromium is not installed")
    options.to.mkdir(parents=True, exist_ok=True)
    pages = {run.resolve().parent.name: page_of(run) for run in options.runs}
    pages["invalid"] = invalid(next(iter(pages.values())))
    for name, page in pages.items():
        text = render(page)
        for look in HEIGHTS:
            said = shoot(text, look, options.to.resolve() / f"{name}-{look}.png")
            print(f"{name}-{look}.png{'   ' + said if said else ''}")
        shoot_printed(text, options.to.resolve() / f"{name}-print.pdf")
        print(f"{name}-print.pdf")


if __name__ == "__main__":
    main()
