"""A design on its way into a running lab, outside of it: planned, and kept in the run's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dxemu.changes.effects import Effect, longest_interruption
from dxemu.errors import DxemuError
from dxemu.files import OTHER_STATE, border
from dxemu.plan.make import make_plan
from dxemu.plan.versions import Versions
from dxemu.run.design_file import PlannedDesign
from dxemu.run.orders import Follow
from dxemu.story.names import names_of
from dxemu.topology import effective
from dxemu.topology.document import Document


def planned_design(document: Document, versions: Versions) -> PlannedDesign:
    """The plan of a design, and its names. Raises InputErrors for what the rules find in it."""
    topology = document.topology()
    return PlannedDesign(plan=make_plan(topology, versions), names=names_of(topology))


@contextmanager
def kept(folder: Path, number: int, document: Document, planned: PlannedDesign) -> Iterator[tuple[str, str]]:
    """Leave the `number`th design in a lab's folder. Gives its file as people write it, and that for the lab.

    The latter holds keys. The lab takes it away when it reads it; if an order is refused before that, it goes, too.
    """
    file, design = effective.changed_file(number), f"design-{number}.pickle"
    with border(folder, otherwise=OTHER_STATE):
        (folder / file).write_text(effective.text_of_document(document), "utf-8", "replace")
    planned.write(folder / design)
    try:
        yield file, design
    except DxemuError:
        (folder / design).unlink(missing_ok=True)
        raise


def follow_order(name: str, design: str, topology: str, effects: Sequence[Effect], *, back: bool) -> Follow:
    """The order to become it, because the change `name` is made, or taken back, which has these effects."""
    return Follow(
        id=name,
        back=back,
        design=design,
        topology=topology,
        interrupted=tuple(dict.fromkeys(vif for effect in effects for vif in effect.interrupted)),
        interruption=longest_interruption(effects) or None,
    )
