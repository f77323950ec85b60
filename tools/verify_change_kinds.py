"""Does every kind of change cost what is predicted? Each is made, and taken back, in labs of two arrangements.

`python -m tools.verify_change_kinds` does it for every row of docs/changes.md, and sets what was measured beside what
was predicted. `--list` shows the changes, and which kinds no two arrangements can have. Its scenarios stay in the
folder of the runs: `dxemu run` repeats them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from dxemu.errors import DxemuError
from dxemu.host import versions, where
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.report.outage_rows import rows
from dxemu.report.terminal import echo
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.words import count
from tools.change_examples import KINDS, ChangeExample, covering
from tools.fault_examples import sites
from tools.verify_audit import CONFLICT, runs_option
from tools.verify_predictions import outside

AT_S, LASTS_S, AFTER_S = 5.0, 60.0, 90.0
"""Longer than a session needs to come back, and than AWS updates a connection at most."""
RATE = 100
EACH = 2


def scenario(example: ChangeExample) -> str:
    """It is made, stands for a while, and is taken back."""
    pair = example.site.pair
    start = f"change: {{{example.start}}}\n" if example.start else ""
    return f"""\
story: It is changed, and changed back.
topology: {example.site.file.resolve()}
{start}probes: {{app: {{udp: {{from: {pair.near}, to: {pair.far}, rate: {RATE}/s}}}}}}
steps:
  - at: {AT_S:g} s
    change: {{{example.patch}}}
    for: {LASTS_S:g} s
end: {AT_S + LASTS_S + AFTER_S:g} s
"""


def beside(result: Result) -> Iterator[str]:
    """What each step should have cost and did, in words."""
    for row in rows(result, "app"):
        yield " | ".join(filter(None, row.cells))
    if not rows(result, "app"):
        yield "nothing was predicted, and nothing lost"


async def verify(example: ChangeExample, place: Where, folder: Path) -> bool:
    """Run it, and tell. A lab that breaks agrees with nothing."""
    file = folder / "scenario.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(scenario(example), encoding="utf-8")
    said: list[str] = []
    try:
        result = await rehearse(prepare(file, versions=versions.installed()), place, folder, 1, lambda _event: None)
        wrong = outside(result) + ([result.invalid_because] if result.invalid_because else [])
        said = list(beside(result))
    except DxemuError as error:
        wrong = [f"broke: {str(error).splitlines()[0]}"]
    echo(f"{'OUTSIDE' if wrong else 'inside':<8} {_words(example)}")
    for words in (*said, *(f"! {one}" for one in wrong)):
        echo(f"         {words}")
    return not wrong


def _words(example: ChangeExample) -> str:
    start = f" with {example.start}" if example.start else ""
    return f"{example.site.file.stem}{start}: {example.patch}  ({', '.join(sorted(example.kinds))})"


async def _verify_all(chosen: Sequence[ChangeExample], first: int, place: Where, folder: Path) -> int:
    return sum([await verify(one, place, folder / str(number)) for number, one in enumerate(chosen, first)])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--first", type=click.IntRange(min=1), default=1, show_default=True, help="The number of the first one.")
@click.option("--count", "size", type=click.IntRange(min=1), help="Only so many.  [default: all]")
@click.option("--list", "only_list", is_flag=True, help="Start no lab.")
@runs_option("verify_change_kinds")
def main(first: int, size: int | None, runs: Path, *, only_list: bool) -> None:
    """Make every kind of change in two arrangements, and compare what it costs with what is predicted.

    Exits with 1 if anything is outside, or not as it was afterwards.
    """
    everything = covering(sites(), EACH)
    for row in KINDS:
        had = {one.site.file.stem for one in everything if row.pattern in one.kinds}
        if len(had) < EACH:
            echo(f"only {', '.join(sorted(had)) or 'nowhere'}: {row.pattern}")
    chosen = everything[first - 1 :][:size]
    if only_list:
        for number, one in enumerate(everything, 1):
            echo(f"{number:>3}  {_words(one)}")
        sys.exit(0)
    inside = asyncio.run(_verify_all(chosen, first, where.embedded("virtual"), runs.resolve()))
    echo(f"\n{count(len(chosen), 'change')}: {inside} inside their predictions")
    sys.exit(0 if inside == len(chosen) else CONFLICT)


if __name__ == "__main__":
    main()
