"""The scenario file, key by key.

Probes, expectations and a fault's parameters are read by hand: which words they know depends on others.
"""

from __future__ import annotations

from pydantic import Field

from dxemu.topology.entry import Entry
from dxemu.topology.fields import Duration


class StepEntry(Entry):
    """A fault at a time, healed after `for` if that is given; or an action, which somebody does on purpose.

    Or a change of the design, taken back after `for`; `change: back` takes one back. `interruption` is how long AWS
    interrupts what it interrupts for the change.
    """

    at: Duration = Field(examples=["5 s"])
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
    topology: str = Field(examples=["backup_connection"])
    change: dict[str, object] = Field(default_factory=dict, examples=["{virtual_interfaces: {primary: {bfd: off}}}"])
    probes: dict[str, object] = Field(default_factory=dict, examples=["{app: {udp: {from: app, to: web}}}"])
    steps: list[StepEntry] = Field(
        default_factory=list, examples=["[{at: 5 s, fault: {cable_cut: {connection: primary}}}]"]
    )
    expect: list[dict[str, object]] = Field(default_factory=list, examples=["[{outage: app, at_most: 1 s}]"])
    end: Duration | None = Field(default=None, examples=["60 s"])
    see_also: str = Field(default="", examples=["scenarios/cut_primary_silently.yaml"])
