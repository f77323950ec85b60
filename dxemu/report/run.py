"""The report at the end of a run, for a terminal: what it cost, whether that was to be expected, and the verdict."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from dxemu.measure.result import PathSeen, Result
from dxemu.report.by_design import different_ends, quotas
from dxemu.report.console import PlainConsole
from dxemu.report.outage_rows import Row, rows
from dxemu.report.packet_types import packet_types
from dxemu.report.probe_lines import probe_lines
from dxemu.words import count, direction

LABEL = 25
NARROW_LABEL = 12
_QUANTITY = re.compile(r"(\d) (?=m?s\b)")
FOLDER_COLUMN = 63
VERDICTS = {"pass": ("PASS", "bold green"), "fail": ("FAIL", "bold red"), "invalid": ("INVALID", "bold yellow")}


def header_line(topology: str, kernel: str, release: str, clock: str, seed: int, guest_mode: str = "") -> str:
    """`backup_connection   embedded kernel 6.12, ptrace   virtual clock   seed 1`."""
    runs = f"{kernel} kernel {release}".rstrip() + (f", {guest_mode}" if guest_mode else "")
    return "   ".join((topology, runs, f"{clock} clock", f"seed {seed}"))


def show(result: Result, console: PlainConsole, *, folder: str = "", header: bool = False) -> None:
    """Print the report. Colours appear if the console has them; nothing else depends on it."""
    for line in render(result, width=console.width, folder=folder, header=header):
        console.print(line, soft_wrap=True)


def render(result: Result, *, width: int = 120, folder: str = "", header: bool = False) -> list[Text]:
    """The report's lines, none longer than `width` if it can be helped.

    `folder` is where the run's files are. `header` puts the run's own line before, for a result that is read later.
    """
    lines: list[Text] = []
    if header:
        run = (result.topology, result.kernel, result.kernel_release, result.clock, result.seed, result.guest_mode)
        lines += [
            Text(header_line(*run), "bold"),
            Text(
                f"  {result.virtual_s:.1f} {result.clock} s" + (f" in {result.wall_s:.1f} s" if result.wall_s else "")
            ),
            Text(),
        ]
    for down in result.never_up:
        lines += [Text(f"  Session {down.session} does not come up", "bold")]
        lines += [*_hanging("    seen", down.seen, width), *_hanging("    because", down.why, width), Text()]
    names = list(dict.fromkeys(p.probe for p in result.probes))
    for probe in names:
        lines += [*_table(probe, rows(result, probe), width), *_disorder(result, probe), Text()]
    for probe in names:
        lines += _paths([p for p in result.paths if p.probe == probe], probe if len(names) > 1 else "", width)
    for probe, kind in packet_types(result):
        lines += _hanging("  Packets" if len(names) == 1 else f"  Packets of {probe}", kind, width)
    if result.paths or any(p.packets for p in result.probes):
        lines.append(Text())
    drawn = [(f"Step {d.step} by chance", f"{d.key} {d.drawn}, one of {d.of}") for d in result.drawn]
    told = (*drawn, *different_ends(result), *quotas(result), *probe_lines(result))
    found = [line for label, words in told for line in _hanging(f"  {label}", words, width)]
    if found:
        lines += [*found, Text()]
    return lines + _verdict(result, folder, width)


def _table(probe: str, table: Sequence[Row], width: int) -> list[Text]:
    head = (f"Outage of {probe}", "to AWS", "from AWS", "predicted", "")
    if not table:
        return _hanging(f"  {head[0]}", "none: nothing failed and nothing was lost", width, "bold")
    widths = [max(len(row[i]) for row in [head, *(r.cells for r in table)]) for i in range(len(head))]
    layout = next((c for c in _layouts(widths) if c.total <= width), None)
    lines = [Text(f"  {head[0]}", "bold")] if layout is None else [layout.line(head, "bold")]
    for row in table:
        style = "" if row.right is not False else "red"
        lines += _stacked(row.cells, head, style) if layout is None else [layout.line(row.cells, style)]
        for label, words in _merged(row.notes):
            lines += _hanging(f"    {label}", words, width, "dim")
    return lines


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns of these widths, with `gap` blanks between them."""

    widths: tuple[int, ...]
    gap: int

    @property
    def total(self) -> int:
        return 2 + sum(self.widths) + self.gap * (len(self.widths) - 2)

    def line(self, cells: Sequence[str], style: str) -> Text:
        padded = [f"{c:<{w}}" for c, w in zip(cells, self.widths, strict=True)]
        return _marked(("  " + padded[0] + (" " * self.gap).join(padded[1:])).rstrip(), style)


def _layouts(widths: Sequence[int]) -> Iterator[_Layout]:
    """The roomy layout, then the tight one."""
    yield _Layout((max(widths[0] + 2, LABEL), *widths[1:]), gap=4)
    yield _Layout((widths[0] + 2, *widths[1:]), gap=2)


def _stacked(cells: Sequence[str], head: Sequence[str], style: str) -> list[Text]:
    """One line for each cell, for a terminal that is too narrow for columns."""
    below = [f"    {h:<{NARROW_LABEL}}{c}".rstrip() for h, c in zip(head[1:], cells[1:], strict=True) if c]
    return [Text(f"  {cells[0]}", style), *(_marked(line, style) for line in below)]


def _marked(line: str, style: str) -> Text:
    """`inside` is green; a whole row that was predicted wrongly has its own style."""
    text = Text(line, style)
    if line.endswith("inside"):
        text.stylize("green", len(line) - len("inside"))
    return text


def _merged(notes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A label is printed once; what follows it under the same label has none."""
    found: list[tuple[str, str]] = []
    last = ""
    for label, words in notes:
        found.append((label if label != last else "", words))
        last = label
    return found


def _hanging(label: str, words: str, width: int, style: str = "") -> list[Text]:
    """A label and a text that is wrapped beside it, but never between a number and its unit.

    A label that is too long for its column has a line of its own.
    """
    if len(label) >= LABEL + 2:
        return [Text(label, style), *_hanging("", words, width, style)]
    room = max(width - LABEL - 2, 30)
    joined = _QUANTITY.sub("\\1\N{NO-BREAK SPACE}", words)
    wrapped = textwrap.wrap(joined, room, break_long_words=False, break_on_hyphens=False) or [""]
    wrapped = [part.replace("\N{NO-BREAK SPACE}", " ") for part in wrapped]
    return [Text(f"{label if n == 0 else '':<{LABEL + 2}}{part}".rstrip(), style) for n, part in enumerate(wrapped)]


def _disorder(result: Result, probe: str) -> list[Text]:
    """Duplicates and reordering, if there were any: they are no outage, but nobody should have to look for them."""
    lines = []
    for p in result.probes:
        if p.probe == probe and (p.duplicates or p.reordered):
            words = f"{count(p.duplicates, 'duplicate')}, {p.reordered} out of order, of {count(p.sent, 'packet')}"
            lines.append(Text(f"  {direction(p.direction):<{LABEL}}{words}"))
    return lines


def _paths(seen: Sequence[PathSeen], probe: str, width: int) -> list[Text]:
    """The path to AWS; the one from AWS too where it runs over other connections."""
    lines: list[Text] = []
    for path in seen:
        other = next((p for p in seen if p.when == path.when and p.direction != path.direction), None)
        same = other is not None and (set(other.connections), other.complete) == (set(path.connections), path.complete)
        if same and path.direction == "from_aws":
            continue
        label = f"  Path{' of ' + probe if probe else ''}" if not lines else ""
        when = path.when if same else f"{path.when} {direction(path.direction)}"
        lines += _hanging(f"{label:<8}  {when}", path.text, width)
    return lines


def _verdict(result: Result, folder: str, width: int) -> list[Text]:
    word, style = VERDICTS[result.verdict]
    passed = sum(e.verdict == "pass" for e in result.expectations)
    total = count(len(result.expectations), "expectation")
    of = (
        f"{passed} of {total}"
        if passed == len(result.expectations)
        else f"{len(result.expectations) - passed} of {total} failed"
    )
    if not result.expectations:
        of = "" if result.invalid_because else "nothing was expected"
    line = Text("  ").append(word, style).append(f"   {of}" if of else "")
    lines = [line]
    if folder and max(len(line) + 4, FOLDER_COLUMN) + len(folder) <= width:
        line.append(" " * max(4, FOLDER_COLUMN - len(line)) + folder)
    elif folder:
        lines.append(Text(f"  {folder}"))
    if result.invalid_because:
        lines += _hanging("  not valid", result.invalid_because, width)
    for number, daemon in enumerate(d for d in result.daemons if d.unknown):
        lines += _hanging("" if number else "  another version", daemon.unknown, width)
    for number, words in enumerate(result.still_broken):
        lines += _hanging("" if number else "  not whole again", words, width)
    for e in result.expectations:
        if e.verdict != "pass":
            lines += [Text(f"  {e.file}:{e.line}", "red"), *_hanging("    expected", e.text, width)]
            lines += _hanging("    measured", e.measured, width)
    return lines + ([Text(f"  {result.see_also}")] if result.see_also else [])
