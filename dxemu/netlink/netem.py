"""netem: rate, delay and loss of what an interface sends, and what else can become of packets on the way.

pyroute2 0.9.7 knows neither the 64-bit rate, without which a 100 Gbit/s cable would be a 1.4 Gbit/s one, nor delays
below a scheduler tick: these messages are bytes (linux/pkt_sched.h).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.errors import LabError
from dxemu.netlink import traffic_control as tc
from dxemu.netlink.message import Raw, attribute, attributes
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_REPLACE, Netlink

ROOT_HANDLE = 0x10000
_DISTRIBUTION, _CORRUPT, _LOSS, _RATE = 2, 4, 5, 6
_RATE64, _LATENCY64, _JITTER64, _SEED = 8, 10, 11, 14
_GILBERT_ELLIOTT = 2
_OPTIONS = struct.Struct("=IIIIII")
_RATE_OPTIONS = struct.Struct("=IiIi")
_MODEL = struct.Struct("=IIII")
_PAIR = struct.Struct("=II")
_ALL = 0xFFFFFFFF
_DIGITS = 6
_NS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class LossModel:
    """Gilbert-Elliott: packets are lost in bad times with one probability, in good ones with another.

    Each packet ends a good time with the probability `to_bad`, and a bad one with `to_good`; of those in bad times
    `bad_loss` are lost. All are parts of 1.
    """

    to_bad: float
    to_good: float
    bad_loss: float
    good_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Netem:
    """Rate in bits per second (0: as fast as they come), one-way delay in seconds, queue in packets.

    With a rate the order is kept, whatever the `jitter_s`; without one a packet overtakes those with a longer delay.
    The delay is drawn from `distribution`, a table of `jitter_table`'s. `loss_model` is instead of `loss_percent`.
    `corrupt_percent` of the packets have one bit wrong.

    With the same `seed` the same packets are lost; None draws a new one at each change. The kernel counts `packets`
    sent and `dropped` (lost, or the queue was full) since the qdisc was made, across changes in place.
    """

    rate_bps: int
    delay_s: float
    loss_percent: float
    limit: int
    jitter_s: float = 0.0
    distribution: tuple[int, ...] = ()
    loss_model: LossModel | None = None
    corrupt_percent: float = 0.0
    seed: int | None = None
    packets: int = 0
    dropped: int = 0


def jitter_table(deviations: Sequence[float]) -> tuple[int, ...]:
    """The kernel's table of a distribution, from values with equal chances, in units of the jitter.

    Source: net/sched/sch_netem.c, NETEM_DIST_SCALE: 8192 is one jitter.
    """
    scale, most = 8192, 32767
    return tuple(max(-most, min(most, round(value * scale))) for value in deviations)


async def apply(
    netlink: Netlink, interface: str, netem: Netem, *, parent: int = tc.TC_H_ROOT, handle: int = ROOT_HANDLE
) -> None:
    """Set it, or change it without losing what is queued. Raises NetlinkError."""
    rate = netem.rate_bps // 8
    options = _OPTIONS.pack(0, netem.limit, _of(netem.loss_percent), 0, 0, 0)
    options += attribute(_RATE, _RATE_OPTIONS.pack(min(rate, tc.MAX_RATE32_BYTES), 0, 0, 0))
    options += tc.u64(_RATE64, rate) + attribute(_LATENCY64, struct.pack("=q", round(netem.delay_s * _NS)))
    options += attribute(_JITTER64, struct.pack("=q", round(netem.jitter_s * _NS)))
    options += attribute(_CORRUPT, _PAIR.pack(_of(netem.corrupt_percent), 0))
    if netem.jitter_s:
        options += attribute(_DISTRIBUTION, struct.pack(f"={len(netem.distribution)}h", *netem.distribution))
    if netem.loss_model is not None:
        options += attribute(_LOSS, [attribute(_GILBERT_ELLIOTT, _MODEL.pack(*_numbers(netem.loss_model)))])
    if netem.seed is not None:
        options += tc.u64(_SEED, netem.seed)
    payload = tc.request(await netlink.index(interface), parent, handle)
    payload += attribute(tc.TCA_KIND, tc.text("netem")) + attribute(tc.TCA_OPTIONS, options)
    flags = NLM_F_CREATE | NLM_F_REPLACE
    await netlink.request(f"netem on {interface}", Raw(payload=payload), tc.RTM_NEWQDISC, flags)


def _of(percent: float) -> int:
    return round(percent / 100 * _ALL)


def _percent(number: int) -> float:
    return round(number / _ALL * 100, _DIGITS)


def _numbers(model: LossModel) -> tuple[int, int, int, int]:
    """What the kernel wants: the third is the part of packets in bad times that is not lost."""
    parts = (model.to_bad, model.to_good, 1 - model.bad_loss, model.good_loss)
    to_bad, to_good, kept, good = (round(part * _ALL) for part in parts)
    return to_bad, to_good, kept, good


async def read(netlink: Netlink, interface: str, *, handle: int = ROOT_HANDLE) -> Netem:
    """What the kernel says, but for the distribution, which it does not tell. Raises LabError if there is no netem."""
    found = (await tc.read_qdiscs(netlink, interface)).get(handle)
    if found is None or found.kind != "netem":
        raise LabError(f"{netlink.namespace.name} has no netem on {interface}")
    _, limit, loss, _, _, _ = _OPTIONS.unpack_from(found.options)
    given = attributes(found.options[_OPTIONS.size :])
    return Netem(
        rate_bps=_rate(given),
        delay_s=struct.unpack("=q", given[_LATENCY64])[0] / _NS,
        jitter_s=struct.unpack("=q", given[_JITTER64])[0] / _NS,
        loss_percent=_percent(loss),
        loss_model=_model(given.get(_LOSS, b"")),
        corrupt_percent=_first(given.get(_CORRUPT)),
        limit=limit,
        packets=found.counters.packets,
        dropped=found.counters.dropped,
    )


async def lost_percent(netlink: Netlink, interface: str) -> float:
    """What part the interface's own netem loses; 0 if it has none."""
    found = (await tc.read_qdiscs(netlink, interface)).get(ROOT_HANDLE)
    return 0.0 if found is None or found.kind != "netem" else _percent(_OPTIONS.unpack_from(found.options)[2])


def _rate(given: dict[int, bytes]) -> int:
    if _RATE64 in given:
        return int(struct.unpack("=Q", given[_RATE64])[0]) * 8
    return int(_RATE_OPTIONS.unpack_from(given[_RATE])[0]) * 8


def _first(pair: bytes | None) -> float:
    return 0.0 if pair is None else _percent(_PAIR.unpack_from(pair)[0])


def _model(nested: bytes) -> LossModel | None:
    found = attributes(nested).get(_GILBERT_ELLIOTT)
    if found is None:
        return None
    to_bad, to_good, kept, good = (round(number / _ALL, _DIGITS) for number in _MODEL.unpack_from(found))
    return LossModel(to_bad=to_bad, to_good=to_good, bad_loss=round(1 - kept, _DIGITS), good_loss=good)


async def delete(netlink: Netlink, interface: str) -> None:
    """Take it off; what it holds is lost. Raises NetlinkError if there is none."""
    await tc.delete_qdisc(netlink, interface, tc.TC_H_ROOT)
