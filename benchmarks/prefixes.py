"""8,000 prefixes of 8 sessions are in the gateway's kernel within 5 s, 8,000 of AWS's in the customer's within 10 s.

Wall time inside the embedded kernel, from the moment they are announced over sessions that are up until the kernel's
table holds them all: from ExaBGP to ExaBGP, decided, installed, told. The time for one must not grow with their number.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import aclosing
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

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


def prefixes(count: int, start: str) -> tuple[IPv4Network, ...]:
    """That many /24 from an address on."""
    first = int(IPv4Network(start).network_address)
    return tuple(IPv4Network((first + (number << 8), 24)) for number in range(count))


def plan_of(file: str) -> Plan:
    return make_plan(load(REPOSITORY / file))


def from_customer() -> dict[str, object]:
    """Eight private virtual interfaces, each with prefixes of its own."""
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


def from_aws(count: int) -> dict[str, object]:
    """A public virtual interface, and that many of AWS's prefixes."""
    plan = plan_of("topologies/public_vif.yaml")
    (session,) = [s for s in plan.sessions if s.virtual_interface == "public"]
    customer, aws = session.ends
    routers = {s.node: count for s in plan.speakers if s.side is Side.CUSTOMER and s.node != aws.node}
    assert customer.node in routers
    return {"plan": plan, "announce": {aws.speaker: prefixes(count, "18.0.0.0/32")}, "wanted": routers}


async def seconds(payload: dict[str, object], folder: Path) -> tuple[float, float]:
    """Wall time until all are in, and until all are out again."""
    place = where.embedded("virtual", stall_limit_s=100)
    at: dict[str, float] = {}
    job = Job(target="benchmarks.inside.many_prefixes:main", payload=payload)
    async with aclosing(place.run(job, folder, 1)) as stream:
        async for event in stream:
            at.setdefault(str(event["event"]), time.monotonic())
    return at["held"] - at["announcing"], at["gone"] - at["withdrawing"]


def measure(payload: dict[str, object], *, profile: bool) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        found = asyncio.run(seconds({**payload, "profile": profile}, Path(folder)))
        if profile:
            print(Path(folder, "console.log").read_text(errors="replace"))
    return found


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--profile", action="store_true", help="show what the lab process does meanwhile")
    profile = parser.parse_args().profile
    progress("from the customer")
    come, gone = measure(from_customer(), profile=profile)
    lines = [
        at_most(f"8 sessions, {EACH} prefixes each, in the gateway's kernel", come, TO_AWS_S, "s"),
        Line("  and out again", f"{gone:.1f} s"),
    ]
    each = {}
    for count in PUBLIC:
        progress(f"{count} from AWS")
        come, gone = measure(from_aws(count), profile=profile)
        each[count] = come / count
        lines.append(Line(f"{count} public prefixes in the customer's kernels", f"{come:.1f} s"))
        lines.append(Line("  and out again", f"{gone:.1f} s"))
    progress("")
    finish(
        [
            *lines,
            at_most(f"{PUBLIC[-1]} of them", each[PUBLIC[-1]] * PUBLIC[-1], FROM_AWS_S, "s"),
            at_most(
                f"  each, {PUBLIC[-1]} against {PUBLIC[0]}", each[PUBLIC[-1]] / each[PUBLIC[0]], GROWTH, "times", 2
            ),
        ]
    )


if __name__ == "__main__":
    main()
