"""The scenario file, key by key.

Probes, expectations and a fault's parameters are read by hand: which words they know depends on others.
"""

from __future__ import annotations

from pydantic import Field

from dxemu.topology.entry import Entry
from dxemu.topology.fields import Duration

MOST_ROUNDS = 10_000
"""Of one step."""


class StepEntry(Entry):
    """A fault at a time, healed after `for` if that is given; or an action, which somebody does on purpose.

    Or a change of the design, taken back after `for`; `change: back` takes one back. `interruption` is how long AWS
    interrupts what it interrupts for the change.

    It begins at a time (`at`), at an event (`when`, that comes `within` so long of the beginning of the step before
    it), or so long `after` the end of the step before it. It may happen several times (`repeat`, one `every` so often);
    `stop_when` ends it at an event.
    """

    at: Duration | None = Field(default=None, examples=["5 s"])
    when: dict[str, object] | None = Field(default=None, examples=["{session: primary, is: down}"])
    within: Duration | None = Field(default=None, examples=["30 s"])
    after: Duration | None = Field(default=None, examples=["60 s"])
    repeat: int | None = Field(default=None, ge=1, le=MOST_ROUNDS, examples=["10"])
    every: Duration | None = Field(default=None, examples=["40 s"])
    stop_when: dict[str, object] | None = Field(default=None, examples=["{session: primary, is: down}"])
    fault: object = Field(default=None, examples=["{cable_cut: {connection: primary}}"])
    action: object = Field(default=None, examples=["{confirm_virtual_interface: {virtual_interface: guest}}"])
    change: object = Field(
        default=None, examples=["{virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}}", "back"]
    )
    interruption: Duration | None = Field(default=None, examples=["5 s"])
    duration: Duration | None = Field(default=None, alias="for", examples=["30 s"])


class ScenarioFile(Entry):
    """A scenario file."""

    story: str = Field(default="", examples=["The light stays on but nothing arrives. How long are we down?"])
    parameters: dict[str, object] = Field(default_factory=dict, examples=["{silence: 2 s}"])
    topology: str = Field(examples=["backup_connection"])
    change: dict[str, object] = Field(default_factory=dict, examples=["{virtual_interfaces: {primary: {bfd: off}}}"])
    probes: dict[str, object] = Field(default_factory=dict, examples=["{app: {udp: {from: app, to: web}}}"])
    steps: list[StepEntry] = Field(
        default_factory=list, examples=["[{at: 5 s, fault: {cable_cut: {connection: primary}}}]"]
    )
    expect: list[dict[str, object]] = Field(default_factory=list, examples=["[{outage: app, at_most: 1 s}]"])
    matrix: dict[str, object] = Field(default_factory=dict, examples=["{seed: 1 to 50}"])
    end: Duration | None = Field(default=None, examples=["60 s"])
    see_also: str = Field(default="", examples=["scenarios/cut_primary_silently.yaml"])
