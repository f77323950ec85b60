"""What runs probes of numbered packets: all of a kind in a process of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, ClassVar, TypeVar

from dxemu.events.codec import decoded, encoded
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import DIRECTIONS
from dxemu.host.forked import Forked
from dxemu.lab.numbered_packets import send_and_receive
from dxemu.lab.probe_flow import ProbeFlow
from dxemu.lab.probe_ports import flow_of, source_ports
from dxemu.lab.probes.base import START_S, Runner
from dxemu.lab.so_far import SoFarPipe
from dxemu.netlink import route
from dxemu.probes.numbered import NumberedProbe

if TYPE_CHECKING:
    from dxemu.lab.heard_outages import OutagePipe

N = TypeVar("N", bound=NumberedProbe)


class NumberedRunner(Runner[N]):
    """In a process of their own nothing which the lab does can delay a packet. It `does` so, in a few words.

    The ports of its probes are those of the numbers from `first_number` on: no two kinds may have the same.
    """

    stops: ClassVar[bool] = True
    does: ClassVar[str]
    first_number: ClassVar[int]

    @classmethod
    def flows(cls, probes: Sequence[N], seed: int, first: int = 0) -> Mapping[str, route.FlowPorts]:
        """Each has two ports of its own, in the order of the file."""
        return {probe.name: flow_of(number, seed) for number, probe in enumerate(probes, cls.first_number + first)}

    @classmethod
    def spreads(cls, probes: Sequence[N], seed: int) -> Mapping[str, tuple[route.FlowPorts, ...]]:
        """One destination port, a source port for each flow."""
        found = {}
        for number, probe in enumerate(probes, cls.first_number):
            to = flow_of(number, seed).destination_port
            sources = source_ports(number, probe.flows, seed)
            if len(sources) > 1:
                found[probe.name] = tuple(route.FlowPorts(source, to) for source in sources)
        return found

    async def start(self, stack: AsyncExitStack) -> None:
        """Fork. The first packet leaves a moment later."""
        run, flows = self.run, self._flows()
        start_s = START_S if run.from_s == 0.0 else _next_tenth(run.from_s)
        duration_s = run.end_s - start_s
        asked = self._asked = SoFarPipe() if math.isinf(duration_s) else None
        if asked is not None:
            stack.callback(asked.close)
        heard = self._heard()
        if heard is not None:
            stack.callback(heard.close)

        def send() -> list[Mapping[str, object]]:
            times = run.epoch_ns, start_s, duration_s
            return [encoded(one) for one in send_and_receive(flows, *times, run.folder, asked, heard)]

        self._process = stack.enter_context(Forked(self.does, send))
        if asked is not None:
            asked.close_write()
        if heard is not None:
            heard.listen(run.lab.journal.tell)

    def _heard(self) -> OutagePipe | None:
        watched = self.run.outages & {probe.name for probe in self.probes}
        if not watched:
            return None
        from dxemu.lab.heard_outages import OutagePipe  # few runs need it

        return OutagePipe(watched)

    def stop(self) -> None:
        """No packet leaves from now on."""
        self._process.ask_to_end()

    async def logged_so_far(self) -> Sequence[Mapping[str, object]]:
        """A `PacketsLogged` for each direction, of a probe without an end."""
        return () if self._asked is None else await self._asked.told(self._process.ask)

    async def finished(self) -> None:
        """Once everything was sent and received: `tell` of each direction."""
        for said in await self._process.finished():
            logged = decoded(said)
            assert isinstance(logged, PacketsLogged)  # see `send_and_receive`
            self.tell(logged)

    def tell(self, logged: PacketsLogged) -> None:
        """One direction of a probe is over."""
        self.run.lab.journal.tell(logged)

    def _flows(self) -> list[ProbeFlow]:
        lab = self.run.lab
        flows = []
        for number, probe in enumerate(self.probes, self.first_number + self.run.first):
            near, far = probe.ends
            ports = flow_of(number, self.run.seed)
            for direction, source, target in zip(DIRECTIONS, (near, far), (far, near), strict=True):
                flows.append(
                    ProbeFlow(
                        probe=probe.name,
                        direction=direction,
                        source=lab.node(source).namespace,
                        source_address=lab.plan.address_of(source, probe.ip_version),
                        target=lab.node(target).namespace,
                        target_address=lab.plan.address_of(target, probe.ip_version),
                        ports=ports,
                        interval_ns=round(probe.rate.interval * 1e9),
                        sources=source_ports(number, probe.flows, self.run.seed),
                        size=probe.size,
                        dscp=probe.dscp,
                    )
                )
        return flows


def _next_tenth(from_s: float) -> float:
    """The first whole tenth of a second for which there is half of one to open sockets where the clock is real."""
    return math.ceil(round(from_s / START_S + 0.5, 6)) * START_S
