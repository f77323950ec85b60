"""The result of a run: what `result.json` holds, key for key (`dxemu.result/1`).

Times are seconds since the run's start, durations milliseconds. None is an open bound, or what did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dxemu import words
from dxemu.events.packet_type import PacketType
from dxemu.measure.probes import Measurements
from dxemu.measure.two_ends import DifferentEnds, NeverUp

SCHEMA = "dxemu.result/1"
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionVerdict:
    """What was found of an expectation in one direction."""

    direction: str
    verdict: str
    measured: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationResult:
    """One line under `expect`: `verdict` is `pass` or `fail`, `measured` says in words what was found.

    `directions`: the same of each direction, where the line is about both.
    """

    text: str
    verdict: str
    measured: str
    file: str
    line: int
    directions: tuple[DirectionVerdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultResult:
    """A fault as it happened; `evidence` is what the kernel read back."""

    fault: str
    kind: str
    target: str
    injected_at_s: float
    healed_at_s: float | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """Something that somebody did on purpose; `evidence` is what was read back."""

    action: str
    kind: str
    target: str
    done_at_s: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the seed drew (`any_of`) for `key` in the step of this number (from 1), one `of` so many."""

    step: int
    key: str
    drawn: str
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaReached:
    """A quota of AWS's that took effect: `count` is more than `limit`; `reason` says what AWS does. `session` or ""."""

    t_s: float
    node: str
    session: str
    count: int
    limit: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One burst of lost packets. `after` says whether `fault` had begun (`fault`) or been healed (`heal`).

    Both are None for loss that no fault explains; `action` is then the action that was done last before it, if any.
    `end_s` and `duration_ms` are None if it was still out at the end. Of a probe of several flows it is that of the one
    which was out longest; so many `flows` were, and `packets_lost` are those of all.
    """

    probe: str
    direction: str
    fault: str | None
    after: str | None
    start_s: float
    end_s: float | None
    duration_ms: float | None
    uncertainty_ms: float
    packets_lost: int
    action: str | None = None
    flows: int = 1

    def __str__(self) -> str:
        so_far = f"out since {self.start_s:.3f} s"
        return so_far if self.duration_ms is None else words.measured(self.duration_ms, self.uncertainty_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One direction of a probe over the whole run. `bursts` counts the outages.

    `interval_ms` is from one packet of a flow to its next. `delay_p50_ms` and so on: half of the packets that arrived
    were on their way no longer; None if none did. The first of the slowest, to a microsecond, left at `slowest_s`.
    `packets` is what they looked like; None: a dxemu that did not record it made the run.
    """

    probe: str
    direction: str
    interval_ms: float
    sent: int
    lost: int
    duplicates: int
    reordered: int
    bursts: int
    longest_delay_ms: float
    lateness_max_ms: float
    flows: int = 1
    delay_p50_ms: float | None = None
    delay_p90_ms: float | None = None
    delay_p99_ms: float | None = None
    delay_p999_ms: float | None = None
    slowest_s: float | None = None
    packets: PacketType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where an outage went. Every time is counted from the fault's injection. `detected_by` `none`: nobody noticed.

    An action that took sessions down has one, too: `fault` is then its name.
    `first_packet_ms` is when the first packet that got through was sent; None if none was lost or none got through.
    """

    fault: str
    direction: str
    detected_by: str
    node: str
    detect_ms: float | None = None
    withdraw_ms: float | None = None
    install_ms: float | None = None
    probe: str | None = None
    first_packet_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedTerm:
    """One addend of a predicted outage."""

    name: str
    low_ms: float | None
    high_ms: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a fault should have cost one direction of a probe, and why (`why`, `terms` of the outage).

    `failback_outage_ms` and `session_back_ms` count from the heal; None if the fault is never healed. The latter is
    that of the session that the direction used, `sessions_back` has each that the fault touches, with its name.
    """

    fault: str
    direction: str
    detected_by: str
    node: str
    detect_ms: Bounds
    outage_ms: Bounds
    terms: tuple[PredictedTerm, ...]
    why: str
    failback_outage_ms: Bounds | None
    session_back_ms: Bounds | None
    probe: str = ""
    sessions_back: tuple[tuple[str, Bounds], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A session that a fault took down and its heal brought back: `back_ms` from the heal (None: it stayed down)."""

    fault: str
    session: str
    back_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """What an event cost one direction of a probe: see `dxemu.measure.convergence`.

    `event` is the fault's or action's id, `after` says whether it is that `fault`, its `heal`, or an `action`.
    `loss_of_connectivity_ms` and `control_plane_to_data_plane_ms` are None while nothing gets through; the latter also
    if nothing was lost. `moved_ms` is when the tables led another way, or after a heal the first one again; None if
    they did not. `differs` says why measures differ that should agree; "" if they agree.
    """

    event: str
    after: str
    probe: str
    direction: str
    loss_of_connectivity_ms: float | None
    loss_derived_ms: float
    control_plane_to_data_plane_ms: float | None
    uncertainty_ms: float
    packets_lost: int
    loss_periods: int
    moved_ms: float | None
    differs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSeen:
    """A path read from the kernels' tables, `when` `before`, `during` or `after` the faults.

    `text` marks the connections: `colo_router =primary=> dx_1`.
    """

    probe: str
    direction: str
    when: str
    t_s: float
    hops: tuple[str, ...]
    connections: tuple[str, ...]
    complete: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A daemon that the lab ran. `rules`: what this version does otherwise than another one, as it was predicted.

    `unknown` says that predictions were never compared with a lab of this version, and which rules were taken; or "".
    """

    name: str
    version: str
    rules: str
    unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything about one run. `verdict` is `pass`, `fail`, or `invalid` with `invalid_because`.

    `still_broken` says what was not as designed once the run was over and everything healed; `found` what probes other
    than outage probes measured; in `result.json` that has a key for each kind (`throughputs`, `fetches`, ...).
    `guest_mode` is `ptrace` or `seccomp` (empty: no embedded kernel), `confined_by` what kept the lab in its folder.
    """

    scenario: str
    topology: str
    kernel: str
    kernel_release: str
    clock: str
    seed: int
    verdict: str
    invalid_because: str
    expectations: tuple[ExpectationResult, ...]
    faults: tuple[FaultResult, ...]
    outages: tuple[Outage, ...]
    probes: tuple[ProbeResult, ...]
    stages: tuple[Stage, ...]
    predicted: tuple[Predicted, ...]
    recoveries: tuple[Recovery, ...]
    paths: tuple[PathSeen, ...]
    see_also: str
    virtual_s: float
    wall_s: float
    found: Measurements = field(default_factory=Measurements)
    actions: tuple[ActionResult, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    quotas: tuple[QuotaReached, ...] = ()
    guest_mode: str = ""
    confined_by: tuple[str, ...] = ()
    daemons: tuple[Daemon, ...] = ()
    never_up: tuple[NeverUp, ...] = ()
    ends_differ: tuple[DifferentEnds, ...] = ()
    convergences: tuple[Convergence, ...] = ()
    still_broken: tuple[str, ...] = ()
    schema: str = SCHEMA
