"""A tunnel whose ends refuse each other's new keys: where that can be, and what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from dxemu.errors import FaultNotApplied
from dxemu.faults.ike_peer_dead import IkePeerDead
from dxemu.faults.rekey_refused import RekeyRefused
from dxemu.lab.refused_keys import ANOTHER_GROUP, refuse, take_again
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from tests.unit.faults.test_bad_cables import ROOT

FAULT = RekeyRefused(tunnel="vpn_tunnel_1")


def vpn_backup() -> Plan:
    return make_plan(load(ROOT / "topologies" / "vpn_backup.yaml"))


class Daemon:
    """A charon: it gives new numbers when it renews, and refuses to renew by the other end's group."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.numbers = frozenset({"1"})
        self.proposals: list[str | None] = []
        self.peer = self
        self.deaf = False

    async def propose(self, tunnel: str, esp_proposal: str | None) -> None:
        self.proposals.append(esp_proposal)

    async def authenticate_again(self, tunnel: str) -> None:
        if not self.deaf:
            self._renew()

    async def rekey(self, tunnel: str) -> None:
        if not self.refusal(tunnel):
            self._renew()

    def _renew(self) -> None:
        for one in (self, self.peer):
            one.numbers = frozenset({f"{int(number) + 1}" for number in one.numbers})

    def keys(self, tunnel: str) -> frozenset[str]:
        return self.numbers

    def refusal(self, tunnel: str) -> str:
        return "NO_PROPOSAL_CHOSEN" if self.peer.proposals[-1:] == [ANOTHER_GROUP] else ""


class Site:
    """The overlay of a lab with one tunnel."""

    def __init__(self, plan: Plan) -> None:
        self.tunnel = plan.tunnel("vpn_tunnel_1")
        self.ends = {end.node: Daemon(end.node) for end in self.tunnel.ends}
        self.near, self.far = (self.ends[end.node] for end in self.tunnel.ends)
        self.near.peer, self.far.peer = self.far, self.near
        self.told = 0

    def daemon(self, node: str) -> Daemon:
        return self.ends[node]

    def is_up(self, tunnel: object) -> bool:
        return all(end.numbers for end in self.ends.values())

    def authenticated(self, tunnel: object) -> None:
        self.told += 1

    async def calm(self) -> None: ...

    async def within(self, limit_s: float, so: Callable[[], bool]) -> bool:
        return so()

    async def come_up(self, tunnel: object) -> str:
        return "up"


def done(work: Callable[[Any, Any], Any], site: Site) -> str:
    return str(asyncio.run(work(site, site.tunnel)))


def test_the_end_that_refuses_is_aws_and_its_word_is_given() -> None:
    site = Site(vpn_backup())
    assert done(refuse, site) == "NO_PROPOSAL_CHOSEN"
    assert (site.far.proposals, site.near.proposals, site.told) == ([ANOTHER_GROUP], [], 1)
    assert done(take_again, site) == "they are renewed"
    assert (site.far.proposals, site.told) == ([ANOTHER_GROUP, None], 2)


def test_a_tunnel_that_fell_meanwhile_connects() -> None:
    site = Site(vpn_backup())
    site.near.numbers = frozenset()
    assert done(take_again, site) == "up"
    with pytest.raises(FaultNotApplied, match="not up"):
        done(refuse, site)


def test_who_does_not_authenticate_again_goes_on_as_before() -> None:
    site = Site(vpn_backup())
    site.near.deaf = True
    with pytest.raises(FaultNotApplied, match="did not authenticate again"):
        done(refuse, site)
    assert done(take_again, site) == "it does not authenticate again yet"


def test_another_group_is_one_that_the_tunnel_has_not() -> None:
    tunnel = vpn_backup().tunnel("vpn_tunnel_1")
    assert ANOTHER_GROUP.rpartition("-")[0] == tunnel.esp_proposal.rpartition("-")[0]
    assert tunnel.esp_proposal != ANOTHER_GROUP


def test_a_daemon_that_hangs_cannot_refuse() -> None:
    for tunnel, words in (("vpn_tunnel_1", "'vpn_tunnel_1' has one IKE daemon"), ("vpn_tunnel_2", "")):
        dead = IkePeerDead(tunnel=tunnel)
        assert [FAULT.clash(dead)[: len(words)], dead.clash(FAULT)[: len(words)]] == [words, words]
        assert bool(FAULT.clash(dead)) is bool(words)


def test_a_tunnel_that_never_comes_up_has_no_keys_to_refuse(tmp_path: Any) -> None:
    assert FAULT.mistake(vpn_backup()) == ""
    text = (ROOT / "topologies" / "vpn_backup.yaml").read_text()
    design = tmp_path / "vpn.yaml"
    design.write_text(text.replace("Rehearse_1}", "Rehearse_1, customer: {pre_shared_key: Rehearse_3}}"))
    assert FAULT.mistake(make_plan(load(design))) == "'vpn_tunnel_1' never comes up as it is designed"
