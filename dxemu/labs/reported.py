"""The report of a lab that lives, of what has happened in it since it is up."""

from __future__ import annotations

from dxemu.events import timeline
from dxemu.events.codec import decoded
from dxemu.events.folder import TIMELINE
from dxemu.events.steps import ChangeDone
from dxemu.files import OTHER_STATE, border
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder
from dxemu.measure.result_codec import from_json
from dxemu.plan.make import make_plan
from dxemu.report.html.page import PageOf
from dxemu.topology import effective


def reported(place: LabFolder) -> PageOf:
    """All that a report is made from, as it is now. Raises NoLab, AskedInVain and FileError."""
    said = ask_at(place, "report")
    with border(place.folder, verb="read", otherwise=OTHER_STATE):
        told = [event for part in timeline.parts(place.folder / TIMELINE) for event in timeline.read(part)]
        events = [*told, *map(decoded, said["logs"])]
    result = from_json(said["result"])
    changes = [event.topology for event in events if isinstance(event, ChangeDone)]
    design = effective.read(place.folder / (changes[-1] if changes else effective.FILE), result.topology)
    plan = make_plan(design)
    return PageOf(result=result, events=events, folder=place.folder, design=design, plan=plan, lab=place.name)
