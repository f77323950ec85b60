"""What the probes of a run had measured that was cut off: they write it down while they measure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dxemu.events import growing_log, known_so_far
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.events.known_so_far import untold
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import DIRECTIONS, SO_FAR, ProbeLog
from dxemu.lab.so_far import without_those_on_the_way
from dxemu.probes.base import Probe
from dxemu.probes.latency import LatencyProbe, latency_of


def so_far(folder: Path, at_s: float, told: Sequence[Event], probes: Sequence[Probe]) -> Iterator[Event]:
    """What they would have told if the run of `folder` had ended at `at_s`, beside what they `told`.

    What cannot be read is left out: half of it was written when the run was cut off.
    """
    for file in sorted(folder.glob(f"*{known_so_far.KNOWN}")):
        with contextlib.suppress(OSError, ValueError):
            yield from untold(known_so_far.read(file), told)
    delays = {probe.name for probe in probes if isinstance(probe, LatencyProbe)}
    for logged, log in _grown(folder, at_s):
        found: Event = latency_of(logged, log) if logged.probe in delays else logged
        yield from untold([found], told)


def _grown(folder: Path, at_s: float) -> Iterator[tuple[PacketsLogged, ProbeLog]]:
    """The logs of numbered packets that went on, in files that are written here."""
    found = sorted(folder.glob(f"*{growing_log.GROWING}"))
    for file in sorted(found, key=_direction):
        with contextlib.suppress(OSError, ValueError):  # nothing of it is whole, or this is no place to write
            about, log = growing_log.read(file)
            log = without_those_on_the_way(log, max(log.sent, default=0))
            name = SO_FAR + file.name.removesuffix(growing_log.GROWING)
            log.write(folder / name)
            counts = {"sent": log.sent_in_all, "received": log.received_in_all, "lateness_max_s": 0.0}
            event = decoded({"t": at_s, "event": PacketsLogged.word, **about, **counts, "file": name})
            assert isinstance(event, PacketsLogged)
            yield event, log


def _direction(file: Path) -> int:
    """`to_aws` first, as in every report: `PROBE.DIRECTION.probe.growing`."""
    return next((number for number, one in enumerate(DIRECTIONS) if f".{one}." in file.name), len(DIRECTIONS))
