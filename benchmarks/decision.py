"""The decision process takes at least 200,000 route updates a second on one core, with 1, 2 and 8 routes to a prefix.

An update is one prefix of an UPDATE message: the import policy, the table, the choice, and the change that comes of it.
The time is the processor's, so that a busy machine does not count. From 1,000 to 50,000 prefixes the time for one grows
by half at most.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

from common import Line, at_least, at_most, finish, options, progress

from dxemu.bgp.adj_rib_out import AdjRibOut
from dxemu.bgp.decision import choose
from dxemu.bgp.policy import ExportPolicy, ImportPolicy, import_route
from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Announcement, Route
from dxemu.host import collector
from dxemu.units import Asn

RUNS = 5
LIMIT_PER_S = 200_000
PREFIXES = 10_000
SESSIONS = (1, 2, 8)
SIZES = (1_000, 10_000, 50_000)
GROWTH = 1.5
IN_ONE_MESSAGE = 500
"""About what fits into 4,096 bytes."""
OWN, PEER_AS, CUSTOMER = Asn(64512), Asn(65000), Asn(65001)

Updates = list[tuple[ImportPolicy, list[Announcement]]]


def policy(number: int) -> ImportPolicy:
    """The session with this number; each next one has a better LOCAL_PREF."""
    peer = IPv4Address(0xA9FE0001 + 4 * number)
    return ImportPolicy(
        session=f"vif_{number}",
        own_asn=OWN,
        external=True,
        peer_router_id=peer,
        peer_address=peer,
        local_pref=100 + number,
    )


def prefixes(count: int) -> list[IPv4Network]:
    return [IPv4Network((0x0A000000 + (number << 8), 24)) for number in range(count)]


def messages(sessions: int, count: int, as_path: tuple[Asn, ...]) -> Updates:
    """Every session announces the same prefixes, message by message."""
    found: Updates = []
    for number in range(sessions):
        own = policy(number)
        announced = [
            Announcement(prefix=prefix, next_hop=own.peer_address, as_path=as_path, communities=("7224:7300",))
            for prefix in prefixes(count)
        ]
        found += [(own, announced[at : at + IN_ONE_MESSAGE]) for at in range(0, count, IN_ONE_MESSAGE)]
    return found


def receive(rib: LocRib, updates: Updates) -> int:
    """How many best routes changed."""
    return sum(len(rib.receive(announced, (), own).changes) for own, announced in updates)


def withdraw(rib: LocRib, updates: Updates) -> int:
    """How many best routes changed."""
    gone = [(own, [item.prefix for item in announced]) for own, announced in updates]
    return sum(len(rib.receive((), taken_back, own).changes) for own, taken_back in gone)


def seconds(do: Callable[[], object]) -> float:
    """Processor time."""
    begun = time.process_time()
    do()
    return time.process_time() - begun


def rates(sessions: int) -> dict[str, float]:
    """Updates a second by kind, each the median of some runs: every session has a route to every prefix."""
    found: dict[str, list[float]] = {}
    total = sessions * PREFIXES
    come, other = (messages(sessions, PREFIXES, path) for path in ((PEER_AS,), (PEER_AS, CUSTOMER)))
    for number in range(RUNS):
        progress(f"{sessions} sessions: run {number + 1} of {RUNS}")
        rib = LocRib()
        for kind, do in (
            ("announced", lambda rib=rib: receive(rib, come)),
            ("announced otherwise", lambda rib=rib: receive(rib, other)),
            ("withdrawn", lambda rib=rib: withdraw(rib, other)),
        ):
            found.setdefault(kind, []).append(total / seconds(do))
        assert not rib.best
    return {kind: statistics.median(each) for kind, each in found.items()}


def told(sessions: int) -> tuple[float, float]:
    """Changes a second whose reason is put into words, and announcements a second made for one peer."""
    rib = LocRib()
    updates = messages(sessions, PREFIXES, (PEER_AS,))
    changes = [change for own, announced in updates for change in rib.receive(announced, (), own).changes][-PREFIXES:]
    out = AdjRibOut()
    out.up(ExportPolicy(session="peer", own_asn=OWN, external=True, own_address=IPv4Address("192.0.2.1")), ())
    return (
        len(changes) / seconds(lambda: [change.rule for change in changes]),
        len(changes) / seconds(lambda: out.after(changes)),
    )


def parts_us() -> dict[str, float]:
    """What two parts of one update take, in microseconds: they are what limits the whole."""
    updates = messages(SESSIONS[-1], 1, (PEER_AS,))
    routes = tuple(item for own, (heard,) in updates if isinstance(item := import_route(heard, own), Route))
    own, (heard,) = updates[0]
    choose(routes)
    return {
        "the import policy": seconds(lambda: [import_route(heard, own) for _ in range(PREFIXES)]) / PREFIXES * 1e6,
        f"the choice among {len(routes)}": seconds(lambda: [choose(routes) for _ in range(PREFIXES)]) / PREFIXES * 1e6,
    }


def each_us(count: int) -> float:
    """Processor time for one update with two sessions, median, in microseconds."""
    updates = messages(2, count, (PEER_AS,))
    return statistics.median(seconds(lambda: receive(LocRib(), updates)) for _ in range(RUNS)) / (2 * count) * 1e6


def main() -> None:
    options(__doc__).parse_args()
    collector.look_rarely()  # as in the lab
    lines = []
    for sessions in SESSIONS:
        lines += [
            at_least(f"{sessions} to a prefix, {kind}", rate, LIMIT_PER_S, "updates/s", 0)
            for kind, rate in rates(sessions).items()
        ]
    lines += [Line(f"  of it {part}", f"{taken:.2f} us") for part, taken in parts_us().items()]
    worded, announced = told(SESSIONS[-1])
    lines += [
        Line(f"  reasons put into words, {SESSIONS[-1]} to a prefix", f"{worded:.0f} /s"),
        Line("  announcements made for a peer", f"{announced:.0f} /s"),
    ]
    grown = {}
    for count in SIZES:
        progress(f"{count} prefixes")
        grown[count] = each_us(count)
        lines.append(Line(f"{count} prefixes of 2 sessions, each", f"{grown[count]:.2f} us"))
    progress("")
    lines.append(at_most(f"  {SIZES[-1]} against {SIZES[0]}", grown[SIZES[-1]] / grown[SIZES[0]], GROWTH, "times", 2))
    finish(lines)


if __name__ == "__main__":
    main()
