"""The timeline: what happened, one JSON object a line, in order. The only thing that measuring reads.

Every event has `t`, seconds since the run's start (before it, negative), and `event`:

event           keys beside `t`
lab_ready       nodes, cables, sessions (counts), wall_s (since the lab process started)
run_started     seed, kernel, clock, epoch_ns (CLOCK_MONOTONIC at t = 0)
tick            (a sign of life every few seconds)
fault_injected  fault (step id), kind, target, evidence (what the kernel read back), injected_at_s (before that)
fault_healed    fault, kind, target, evidence, healed_at_s
action_done     action (step id), kind, target, evidence, done_at_s: somebody did something on purpose
carrier         node, interface, cable, up
bfd             node, session, state (`up`, `down`), reason
bgp             node, session, peer (node), state (`up`, `down`), reason
                (`hold_timer`, `bfd`, `carrier`, `notification`, `notification_sent`, `peer_closed`, `restart`,
                `prefix_limit`: this end took no more prefixes, `cleared` by an operator; empty when up),
                detail (with the NOTIFICATION that ended it, as `NOTIFICATION 2/2 (Bad Peer AS)`)
bgp_refused     node, session, peer (node), code, subcode, sent (this node sent it, not the peer), detail (the same in
                words): a session that did not come up; each reason is told once until it does
prefix_limit    node, session, count, limit, reason: the peer announces more prefixes than AWS's end takes
quota           node, session ("" if none), count, limit, reason: another quota of AWS's took effect
tunnel          node, tunnel, state (`up`, `down`, `rekeyed`), reason (`dpd`, `deleted`, ...; `ike` or `child` when
                rekeyed): what charon says of an IPsec tunnel
vrrp            node, virtual_router_id, state (`master`, `backup`, `fault`)
lacp            node, lag, cable, up: LACP takes a member in or out
withdrawn       node, session, prefixes: the routes of a lost session, or withdrawn by the peer, have left the RIB
originates      node, speaker, prefixes: from now on this speaker announces exactly these of its own
stale           node, session, prefixes, for_s: a session was lost, graceful restart keeps its routes so long at most
stale_over      node, session, prefixes (still stale, and forgotten), reason (`end_of_rib`, `restart_time`, `bfd`, ...)
let_out         node, speaker, prefixes: from now on this speaker's filters towards AWS let these pass, too
approved        node, session, prefixes: AWS accepts these, too, when they are announced the next time
refused         node, session, prefix, reason: an announcement that the import policy does not let in
withheld        node, session, prefix, reason: a Region's public network is not told of a route to the customer
best            node, prefix, session (None: no path left), rule: the decision process chose anew; a router also tells
                peer (node that the route came from) and internal (whether by iBGP)
route           node, prefix, via (None: deleted), interface: the kernel says that its table changed
path            probe, direction, hops (node and cable names in turn), complete: asked of the kernels' tables
probe           probe, direction, interval_s, sent, received, lateness_max_s, file (of ProbeLog, relative)
throughput      probe, direction, streams, started_s, seconds, omitted_s, bits_per_second, offered_bps, lost_percent,
                problem: as in `dxemu.measure.result.Throughput`
fetched         probe, service, started_s, took_s, status, bytes, seen_as, problem: one fetch, as in `result.Fetch`
captured        probe, cable, label, to_aws, from_aws (counts of frames)
path_mtu        probe, direction, started_s, mtu, told, told_by: as in `result.PathMtu`
measured        probe, found (by the keys of the kind): what a probe of one file tells
run_ended       wall_s

`direction` is `to_aws` or `from_aws`. `bgp` down with reason `hold_timer`, `bfd` or `carrier` is a
detection by that node itself; `notification` and `peer_closed` mean that the other end told it.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Event = Mapping[str, object]

DIRECTIONS = ("to_aws", "from_aws")


def read(path: Path) -> Iterator[Event]:
    """The events of a `timeline.jsonl`. Of a run that was killed the last line may be half an event: it is left out.

    Raises ValueError if another line is none.
    """
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


@dataclass(frozen=True, slots=True)
class ProbeLog:
    """When each packet of one direction was sent and received, in nanoseconds since the run's start.

    `sent[n]` belongs to sequence number n. `received` holds pairs in order of arrival: sequence
    number, time; a number may be missing (lost) or come twice (duplicated).
    """

    sent: array[int]
    received: array[int]

    def write(self, path: Path) -> None:
        """Two counts, then both arrays: little-endian signed 64-bit integers throughout."""
        with path.open("wb") as file:
            array("q", [len(self.sent), len(self.received)]).tofile(file)
            self.sent.tofile(file)
            self.received.tofile(file)
            file.flush()
            os.fdatasync(file.fileno())  # in the embedded kernel only this says that the machine's disk is full

    def write_to(self, folder: str, name: str) -> None:
        """Write into the run's folder."""
        self.write(Path(folder) / name)

    @classmethod
    def read(cls, path: Path) -> ProbeLog:
        """Raises ValueError if the file is not a whole probe log."""
        data = array("q")
        data.frombytes(path.read_bytes())
        if len(data) < 2 or len(data) != 2 + data[0] + data[1]:  # noqa: PLR2004 - the two counts
            raise ValueError(f"{path} is not a whole probe log")
        return cls(data[2 : 2 + data[0]], data[2 + data[0] :])

    def arrivals(self) -> Iterable[tuple[int, int]]:
        """Pairs of sequence number and time of arrival."""
        return zip(self.received[::2], self.received[1::2], strict=True)
