"""8,000 prefixes of 8 sessions are in the gateway's kernel within 5 s, 8,000 of AWS's in the customer's within 10 s.

Wall time inside the embedded kernel, from the moment they are announced over sessions that are up until the kernel's
table holds them all: from ExaBGP to ExaBGP, decided, installed, told. The processor's time for one must not grow with
their number by more than half.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from common import REPOSITORY, Line, at_most, finish, options, progress

from dxemu.host import where
from dxemu.host.job import Job
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Side
from dxemu.topology.load import load

EACH = 1_000
TO_AWS_S, FROM_AWS_S = 5.0, 10.0
PUBLIC = (1_000, 2_000, 4_000, 8_000)
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Times:
    """Until all are in, of it the processor's, and until all are out again."""

    in_s: float
    processor_s: float
    out_s: float


def prefixes(count: int, start: str) -> tuple[IPv4Network, ...]:
    """That many /24 from an address on."""
    first = int(IPv4Network(start).network_address)
    return tuple(IPv4Network((first + (number << 8), 24)) for number in range(count))


def plan_of(file: str) -> Plan:
    return make_plan(load(REPOSITORY / file))


def from_customer() -> dict[str, Any]:
    """Eight transit virtual interfaces, each with prefixes of its own; a VPC's route table would take 100 of them."""
    plan = plan_of("benchmarks/topologies/eight_vifs.yaml")
    announce: dict[str, tuple[IPv4Network, ...]] = {}
    sessions = []
    for number, session in enumerate(plan.sessions):
        near, far = session.ends
        behind = plan.gateways[0].prefixes
        if session.external:
            own = prefixes(EACH, f"10.{16 * number}.0.0/32")
            announce[near.speaker] = (*announce.get(near.speaker, ()), *own)
            near = replace(near, announces=own)  # all that is allocated
        else:  # what goes to AWS is not told to the data center
            far = replace(far, announces=behind)
        sessions.append(replace(session, ends=(near, far)))
    wanted = {plan.gateways[0].node: sum(map(len, announce.values()))}
    return {"plan": replace(plan, sessions=tuple(sessions)), "announce": announce, "wanted": wanted}


def from_aws(count: int) -> dict[str, Any]:
    """A public virtual interface, and that many of AWS's prefixes."""
    plan = plan_of("topologies/public_vif.yaml")
    (session,) = [s for s in plan.sessions if s.virtual_interface == "public"]
    customer, aws = session.ends
    routers = {s.node: count for s in plan.speakers if s.side is Side.CUSTOMER and s.node != aws.node}
    assert customer.node in routers
    return {"plan": plan, "announce": {aws.speaker: prefixes(count, "18.0.0.0/32")}, "wanted": routers}


def processor_s() -> float:
    """Processor time of the embedded kernel, which is the processes that this one started, and theirs."""
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(pid, 0) for pid in ours - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


async def timed(payload: dict[str, Any], folder: Path) -> Times:
    place = where.embedded("virtual", stall_limit_s=100)
    at: dict[str, tuple[float, float]] = {}
    job = Job(target="benchmarks.inside.many_prefixes:main", payload=payload)
    async with aclosing(place.run(job, folder, 1)) as stream:
        async for event in stream:
            if event["event"] in ("announcing", "held", "withdrawing", "gone"):
                at[str(event["event"])] = time.monotonic(), processor_s()
    (begun, used), (held, used_held) = at["announcing"], at["held"]
    return Times(held - begun, used_held - used, at["gone"][0] - at["withdrawing"][0])


def measure(payload: dict[str, Any]) -> Times:
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        return asyncio.run(timed(payload, Path(folder)))


def main() -> None:
    options(__doc__).parse_args()
    progress("from the customer")
    found = measure(from_customer())
    lines = [
        at_most(f"8 sessions, {EACH} prefixes each, in the gateway's kernel", found.in_s, TO_AWS_S, "s"),
        Line("  of it the processor's", f"{found.processor_s:.1f} s"),
        Line("  and out again", f"{found.out_s:.1f} s"),
    ]
    each = {}
    for count in PUBLIC:
        progress(f"{count} from AWS")
        found = measure(from_aws(count))
        each[count] = found.processor_s / count
        what = f"{count} of AWS's prefixes in {len(from_aws(1)['wanted'])} kernels of customers"
        if count == PUBLIC[-1]:
            lines.append(at_most(what, found.in_s, FROM_AWS_S, "s"))
        else:
            lines.append(Line(what, f"{found.in_s:.1f} s"))
        lines.append(Line("  of it the processor's", f"{found.processor_s:.1f} s"))
    progress("")
    few, many = PUBLIC[0], PUBLIC[-1]
    grown = at_most(f"  processor for each of {many} against each of {few}", each[many] / each[few], GROWTH, "times", 2)
    finish([*lines, grown])


if __name__ == "__main__":
    main()
