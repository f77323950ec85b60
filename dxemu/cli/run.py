"""`dxemu run`: rehearse a scenario and say what it cost."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.cli.bundled import bundled
from dxemu.cli.ci import GITHUB, annotate, annotating, format_option
from dxemu.cli.helping import examples
from dxemu.cli.lab_options import runs_option, seed_option
from dxemu.cli.matrix import MANY, Wanted, has_matrix, ready_lines, run_matrix
from dxemu.cli.named import SCENARIO_FILE, TOPOLOGY_FILE
from dxemu.cli.outputs import leave_page, output_options, outputs, write_json, write_outputs
from dxemu.cli.place import PlaceAsked, place_options
from dxemu.cli.ranges import Whole
from dxemu.cli.run_values import given_values, pcap_options
from dxemu.cli.writable import check_file
from dxemu.errors import DxemuError, FileError, Interrupted, LabError
from dxemu.files import shown
from dxemu.host import invoker, where
from dxemu.host.early import Early
from dxemu.host.follow import LabProcess
from dxemu.host.signals import as_exceptions, ending
from dxemu.run.run_folder import RunFolder, run_folder

if TYPE_CHECKING:
    from dxemu.events.base import Event
    from dxemu.report.console import PlainConsole
    from dxemu.report.html.page import PageOf
    from dxemu.run.prepare import Rehearsal

EXIT_STATUS = {"pass": 0, "fail": 1, "invalid": 4}


@click.command(
    "run",
    short_help="Rehearse a scenario and measure it.",
    epilog=examples(
        "run cut_primary_silently",
        "run scenarios/mine.yaml --seed 7 --json result.json",
        "run primary_comes_back --topology mine.yaml",
    ),
)
@click.argument("scenario", type=SCENARIO_FILE)
@click.option("--topology", type=TOPOLOGY_FILE, help="Use this design instead of the scenario's own.")
@place_options
@seed_option()
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=lambda _context, _option, values: given_values(values),
    help="Give a parameter of the scenario another value than its default.",
)
@click.option("--jobs", type=Whole(min=1), metavar="N", help="Runs of a matrix at once.  [default: one a processor]")
@click.option("--yes", is_flag=True, help=f"Start a matrix of more than {MANY:,} runs without being asked.")
@click.option(
    "--repeat",
    type=Whole(2, 1_000_000),
    metavar="N",
    help="Run it N times, with the seeds from --seed on, and say how its outages are spread.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write result.json here; - for stdout.",
)
@pcap_options
@output_options
@click.option("--leave-broken", is_flag=True, help="Do not heal at the end, nor look whether the lab is whole again.")
@runs_option("Folder for the run's files.")
@format_option
def command(
    scenario: Path,
    topology: Path | None,
    asked: PlaceAsked,
    seed: int,
    given: Mapping[str, str],
    jobs: int | None,
    yes: bool,
    repeat: int | None,
    json_file: Path | None,
    pcap: tuple[str, ...],
    esp_keys: bool,
    leave_broken: bool,
    runs_folder: Path,
    form: str,
    **forms: Path | None,
) -> None:
    """Build the design of SCENARIO, break it as the scenario says, measure the outage and judge it.

    SCENARIO may be the folder of a finished run: it is run again, and told whether the same comes out.

    Exits with 0 if every expectation was met, 1 if not, 2 if a file is wrong, 3 if no lab could be built, 4 if the
    run is not valid, 130 if it was interrupted. A scenario with a `matrix` is run once for each of its lines.
    """
    check_file(json_file, "--json")
    wanted = outputs(forms)
    if repeat is not None or has_matrix(scenario):
        with annotating(form):
            matrix = Wanted(scenario, topology, given, seed, jobs, yes, bool(pcap), repeat, leave_broken, wanted)
            lines = ready_lines(matrix)
        raise SystemExit(run_matrix(matrix, lines, asked.place(), _new_folder(runs_folder, scenario).path, json_file))
    prepare: Callable[[], Rehearsal] = functools.partial(_prepare, scenario, topology, given, seed, form)
    if (again := bundled(scenario, topology)) is not None:
        prepare, scenario, seed = again.prepare, again.called, again.known.seed
        asked = replace(asked, clock=again.known.clock)
    try:
        place = asked.place()
        folder = _new_folder(runs_folder, scenario)
    except (DxemuError, click.ClickException):
        prepare()  # if the files are wrong too
        raise
    to_stdout = "-" in map(str, (json_file, *wanted.values()))
    with invoker.giving(folder.path):
        try:
            page = asyncio.run(_run(place, folder, seed, prepare, pcap, leave_broken, esp_keys, stderr=to_stdout))
        finally:
            as_exceptions()  # the loop's own handlers are gone with it
        leave_page(page)
    status = _tell(page, wanted, form, json_file)
    raise SystemExit(status if again is None else again.tell(folder.path, status, err=to_stdout))


def _prepare(scenario: Path, topology: Path | None, given: Mapping[str, str], seed: int, form: str) -> Rehearsal:
    """Read, check and predict it. What that imports takes as long as to boot, so it is imported meanwhile."""
    from dxemu.host import versions
    from dxemu.run.prepare import prepare, refuse_changes
    from dxemu.story.variant import from_words

    with annotating(form):
        variant = replace(from_words(given), seed=seed)
        return refuse_changes(prepare(scenario, topology, versions.installed(), variant))


def _tell(page: PageOf, wanted: Mapping[str, Path], form: str, json_file: Path | None) -> int:
    """All forms that were asked for. Gives the exit status."""
    result = page.result
    write_outputs(wanted, page)
    if form == GITHUB:
        from dxemu.report import github, markdown

        annotate(github.of_result(result), markdown.text_of(result))
    write_json(result, page.folder, json_file)
    return EXIT_STATUS[result.verdict]


async def _run(
    place: where.Where,
    folder: RunFolder,
    seed: int,
    prepare: Callable[[], Rehearsal],
    pcap: Sequence[str],
    leave_broken: bool,
    esp_keys: bool,
    *,
    stderr: bool,
) -> PageOf:
    """The lab's process boots and imports while the files are read; then it is given its job.

    Until then a signal ends the command at once, and what stands ready to sweep removes what was made.
    """
    async with AsyncExitStack() as stack:
        try:
            early = await stack.enter_async_context(Early(place, folder.path, seed, made=folder.made))
        except LabError:
            prepare()  # if the files are wrong too
            raise
        rehearsal = replace(prepare(), leave_broken=leave_broken, esp_keys=esp_keys)
        waiting = await early.with_room_for(rehearsal.memory_mb)
        from dxemu.report.console import PlainConsole
        from dxemu.report.run import header_line, show
        from dxemu.run.expected import in_words

        console = PlainConsole(stderr=stderr)
        head = header_line(rehearsal.plan.topology, place.kernel, place.release, place.clock, seed, place.guest_mode)
        console.print(head, style="bold")
        for words in in_words(rehearsal):
            console.print(f"  {words}")
        console.print()
        page = await _until_signalled(rehearsal, place, folder.path, seed, console, waiting, pcap)
        console.print()
        show(page.result, console, folder=_shown(folder.path))
        return page


def _new_folder(base: Path, scenario: Path) -> RunFolder:
    """The run's folder. Raises click.BadParameter if there can be none: nothing was started."""
    try:
        return run_folder(base, scenario)
    except FileError as error:
        raise click.BadParameter(str(error), param_hint="'--runs'") from error


async def _until_signalled(
    rehearsal: Rehearsal,
    place: where.Where,
    folder: Path,
    seed: int,
    console: PlainConsole,
    waiting: LabProcess,
    pcap: Sequence[str],
) -> PageOf:
    """Run it; Ctrl-C, SIGTERM, SIGHUP and SIGQUIT end the lab first and then the command."""
    from dxemu.events.run import Building
    from dxemu.report.html.page import PageOf
    from dxemu.report.live_lines import LiveLines
    from dxemu.run.rehearse import rehearse

    events: list[Event] = []

    def hear(event: Event) -> None:
        if not isinstance(event, Building):
            events.append(event)
        live.hear(event)

    with LiveLines(console) as live:
        task = asyncio.ensure_future(rehearse(rehearsal, place, folder, seed, hear, waiting, pcap))
        loop = asyncio.get_running_loop()
        for number in ending():
            loop.add_signal_handler(number, task.cancel)
        try:
            result = await task
            scenario = rehearsal.scenario
            return PageOf(
                result=result,
                events=events,
                folder=folder,
                story=scenario.story,
                design=scenario.topology,
                plan=rehearsal.plan,
            )
        except asyncio.CancelledError:
            pass
    raise Interrupted(f"interrupted; the lab is gone, what was recorded is in {_shown(folder)}")


def _shown(folder: Path) -> str:
    """The folder as a person in this directory would type it."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted meanwhile
        here = folder / "nowhere"
    return shown(folder.relative_to(here) if folder.is_relative_to(here) else folder) + "/"
