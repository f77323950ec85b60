"""netem as a cable's end: rate, delay and loss of what an interface sends.

pyroute2 0.9.7 knows neither the 64-bit rate, without which a 100 Gbit/s cable would be a 1.4 Gbit/s
one, nor delays below a scheduler tick; both attributes are added here (linux/pkt_sched.h).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyroute2.netlink.rtnl.tcmsg import sched_netem, tcmsg

from dxemu.errors import LabError
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE, Netlink

RTM_NEWQDISC, RTM_DELQDISC, RTM_GETQDISC = 36, 37, 38
TC_H_ROOT = 0xFFFFFFFF
ALL = 0xFFFFFFFF
MAX_RATE32_BYTES = 0xFFFFFFFF


class _Options(sched_netem.options):  # type: ignore[misc]  # pyroute2 is untyped
    nla_map = (
        *sched_netem.options.nla_map,
        ("TCA_NETEM_ECN", "uint32"),
        ("TCA_NETEM_RATE64", "uint64"),
        ("TCA_NETEM_PAD", "hex"),
        ("TCA_NETEM_LATENCY64", "int64"),
        ("TCA_NETEM_JITTER64", "int64"),
        ("TCA_NETEM_SLOT", "hex"),
        ("TCA_NETEM_SLOT_DIST", "hex"),
        ("TCA_NETEM_PRNG_SEED", "uint64"),
    )


class _tcmsg(tcmsg):  # type: ignore[misc]  # pyroute2 is untyped; noqa: N801
    @staticmethod
    def get_options(*_args: Any, **_kwargs: Any) -> Any:  # Any: pyroute2 is untyped
        return _Options

    get_xstats = get_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Netem:
    """Rate in bits per second, one-way delay in seconds, loss in percent, queue in packets.

    With the same `seed` the same packets are lost; None draws a new one at each change. The kernel counts `packets`
    sent and `dropped` (lost, or the queue was full) since the qdisc was made, across changes in place.
    """

    rate_bps: int
    delay_s: float
    loss_percent: float
    limit: int
    seed: int | None = None
    packets: int = 0
    dropped: int = 0


async def apply(netlink: Netlink, interface: str, netem: Netem) -> None:
    """Set it, or change it without losing what is queued. Raises NetlinkError."""
    rate_bytes = netem.rate_bps // 8
    values = {
        "delay": 0,
        "limit": netem.limit,
        "loss": round(netem.loss_percent / 100 * ALL),
        "gap": 0,
        "duplicate": 0,
        "jitter": 0,
        "attrs": [
            (
                "TCA_NETEM_RATE",
                {"rate": min(rate_bytes, MAX_RATE32_BYTES), "packet_overhead": 0, "cell_size": 0, "cell_overhead": 0},
            ),
            ("TCA_NETEM_RATE64", rate_bytes),
            ("TCA_NETEM_LATENCY64", round(netem.delay_s * 1e9)),
            *([("TCA_NETEM_PRNG_SEED", netem.seed)] if netem.seed is not None else []),
        ],
    }
    request = _tcmsg()
    request["index"], request["parent"], request["handle"] = await netlink.index(interface), TC_H_ROOT, 0x10000
    request["attrs"] = [("TCA_KIND", "netem"), ("TCA_OPTIONS", values)]
    await netlink.request(f"netem on {interface}", request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE)


async def read(netlink: Netlink, interface: str) -> Netem:
    """What the kernel says. Raises LabError if there is no netem on it."""
    request = _tcmsg()
    index = await netlink.index(interface)
    request["index"] = index
    for answer in await netlink.request("read queueing disciplines", request, RTM_GETQDISC, NLM_F_DUMP):
        if answer["index"] == index and answer.get_attr("TCA_KIND") == "netem":
            options = answer.get_attr("TCA_OPTIONS")
            rate = options.get_attr("TCA_NETEM_RATE64") or options.get_attr("TCA_NETEM_RATE")["rate"]
            stats = answer.get_attr("TCA_STATS2")
            return Netem(
                rate_bps=rate * 8,
                delay_s=options.get_attr("TCA_NETEM_LATENCY64") / 1e9,
                loss_percent=round(options["loss"] / ALL * 100, 6),
                limit=options["limit"],
                packets=stats.get_attr("TCA_STATS_BASIC")["packets"],
                dropped=stats.get_attr("TCA_STATS_QUEUE")["drops"],
            )
    raise LabError(f"{netlink.namespace.name} has no netem on {interface}")


async def delete(netlink: Netlink, interface: str) -> None:
    """Take it off; what it holds is lost. Raises NetlinkError if there is none."""
    request = _tcmsg()
    request["index"], request["parent"] = await netlink.index(interface), TC_H_ROOT
    await netlink.request(f"delete netem on {interface}", request, RTM_DELQDISC)
