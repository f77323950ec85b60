"""Examples and formulas of the RFCs whose words the measures have, with the numbers that stand there."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from stories import BACKUP, PRIMARY, fault, path, probe_log, run, sessions_up

from dxemu.events.timeline import ProbeLog
from dxemu.measure.convergence import by_event
from dxemu.measure.outages import Burst, Reception, reception
from dxemu.measure.result import Outage
from dxemu.report.html.figures import figures, inter_loss_period_lengths

MS = 1_000_000


def stream(lost: str, first: int = 0) -> Reception:
    """What was received of packets that are lost (1 or x) or not; the first of them has this number."""
    sent = array("q", [n * 10 * MS for n in range(first + len(lost))])
    arrived = [*range(first), *(first + n for n, word in enumerate(lost) if word not in "1x")]
    return reception(ProbeLog(sent, array("q", [x for n in arrived for x in (n, sent[n] + 4 * MS)])))


def test_loss_periods_of_rfc_3357_section_4() -> None:
    found = stream("rrrxrrxxxrxrrxxx")
    assert [burst.first for burst in found.bursts] == [3, 6, 10, 13]


def test_loss_period_statistics_of_rfc_3357_section_6_5() -> None:
    """Packets 2, 5, 7, 9 and 10 of 10 are lost."""
    found = stream("0100101011", first=1)
    assert len(found.bursts) == 4, "Type-P-One-Way-Loss-Period-Total"
    assert [burst.packets for burst in found.bursts] == [1, 1, 1, 2], "Type-P-One-Way-Loss-Period-Lengths"
    outages = [_outage(burst) for burst in found.bursts]
    lengths = [words for _, words in inter_loss_period_lengths(outages, {("app", "to_aws"): 10.0})]
    assert lengths == ["0", "3", "2", "2"], "Type-P-One-Way-Inter-Loss-Period-Lengths"


def _outage(burst: Burst) -> Outage:
    return Outage(
        probe="app",
        direction="to_aws",
        fault=None,
        after=None,
        start_s=burst.start_s,
        end_s=burst.end_s,
        duration_ms=None if burst.duration_s is None else burst.duration_s * 1e3,
        uncertainty_ms=10,
        packets_lost=burst.packets,
    )


def test_loss_ratio_of_rfc_7680_section_4_1() -> None:
    found = stream("00100")
    assert found.lost / found.sent == 0.2


def test_a_duplicate_is_received_once_as_in_rfc_7680_section_2_5() -> None:
    log = ProbeLog(array("q", [0, 10 * MS]), array("q", [0, 4 * MS, 0, 5 * MS]))
    assert (reception(log).lost, reception(log).duplicates) == (1, 1)


@pytest.mark.parametrize(
    ("arrived", "reordered"),
    [([1, 2, 3, 5, 6, 7, 8, 4, 9, 10], 1), ([1, 2, 3, 4, 7, 5, 6, 8, 9, 10], 2)],
    ids=["table 1", "table 2"],
)
def test_reordering_of_rfc_4737_section_7(arrived: Sequence[int], reordered: int) -> None:
    sent = array("q", [n * 20 * MS for n in range(10)])
    log = ProbeLog(sent, array("q", [x for at, n in enumerate(arrived) for x in (n - 1, (68 + 20 * at) * MS)]))
    assert reception(log).reordered == reordered


@pytest.mark.parametrize(
    ("first_lost", "through", "periods_s"),
    [((0.0, 1.0), (3.0, 5.0), (3, 4)), ((0.0, 1.0), (5.0, 3.0), (5, 2))],
    ids=["who is first comes first", "who is first comes last"],
)
def test_routes_of_rfc_6413_section_4_2(
    tmp_path: Path, first_lost: tuple[float, float], through: tuple[float, float], periods_s: tuple[float, float]
) -> None:
    """Route a loses packets from Ta = 0 on, route b from Tb = 1: each has a period of its own, and both a convergence.

    The directions are the routes, and everything begins 5 s later than there.
    """
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(9.0, BACKUP)]
    lost = [(5 + begun, 5 + over) for begun, over in zip(first_lost, through, strict=True)]
    logs = {d: probe_log(30, 0.01, [one]) for d, one in zip(("to_aws", "from_aws"), lost, strict=True)}
    result = run(tmp_path, events, logs)
    period = tuple(c.loss_of_connectivity_ms for c in result.convergences)
    assert period == tuple(s * 1e3 for s in periods_s)
    assert tuple(c.loss_derived_ms for c in result.convergences) == period, "RFC 6412, equation 8"
    converged = tuple(c.control_plane_to_data_plane_ms for c in result.convergences)
    assert converged == tuple(s * 1e3 for s in through), "Ta' - CEI: RFC 6413, equation 2"
    (event,) = by_event(result.convergences)
    assert (event.first_ms, event.full_ms) == (min(through) * 1e3, max(through) * 1e3), "RFC 6412, 3.6.1 and 3.6.2"


def test_failover_time_by_packet_loss_of_rfc_6414_section_3_6_2(tmp_path: Path) -> None:
    """Number of packets lost / offered load rate * 1000, in milliseconds."""
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(5.7, BACKUP)]
    lost = [(5.0, 5.25), (5.5, 5.7)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, lost) for d in ("to_aws", "from_aws")})
    assert {found.direction for found in result.convergences} == {"to_aws", "from_aws"}
    for found in result.convergences:
        assert found.packets_lost == 45
        assert found.loss_derived_ms == found.packets_lost / 100 * 1000 == 450
        assert found.loss_periods == 2


def test_the_probes_lost_packets_are_told_with_their_ratio(tmp_path: Path) -> None:
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(5.7, BACKUP)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, [(5.0, 5.6)]) for d in ("to_aws", "from_aws")})
    assert [f.lost for f in figures(result)] == ["60 (2.00%)"] * 2


def test_a_number_that_was_never_sent_is_not_taken() -> None:
    """Three were sent: 0 to 2. The first one beyond them is as wrong as one far away."""
    sent = array("q", [0, MS, 2 * MS])
    assert reception(ProbeLog(sent, array("q", [2, 5 * MS]))).lost == 2
    for number in (3, 7, -1):
        with pytest.raises(ValueError, match="only 3 were sent"):
            reception(ProbeLog(sent, array("q", [number, 5 * MS])))
