"""`show` in a node says what its tables say, and why."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv4Network
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Route
from dxemu.run.show import ShowError
from dxemu.run.show import show as awaited


def show(lab: Any, node: str, words: list[str]) -> str:
    return asyncio.run(awaited(lab, node, words))


VPC = IPv4Network("172.31.0.0/16")


def route(session: str, local_pref: int, med: int | None = None) -> Route:
    return Route(
        prefix=VPC,
        next_hop=IPv4Address(f"169.254.0.{local_pref}"),
        as_path=(64512, 7224),
        local_pref=local_pref,
        med=med,
        session=session,
        external=True,
    )


def lab() -> Any:  # Any: what of a lab is asked
    table = LocRib([IPv4Network("10.0.0.0/16")])
    for one in (route("primary", 200), route("backup", 50, 100)):
        table.learn(one.session, [one])
    router = SimpleNamespace(name="edge", loc_rib=table, established=set(), told=lambda _session: ())
    routing = SimpleNamespace(at=lambda node: [router] if node == "edge" else [], gateways={})
    plan = SimpleNamespace(sessions=(), tunnels=(), sessions_of=lambda _name: ())
    return SimpleNamespace(control=SimpleNamespace(routing=routing), plan=plan)


def test_each_route_stands_with_the_rule_behind_it() -> None:
    lines = [line.split() for line in show(lab(), "edge", ["bgp"]).splitlines()]
    assert [">", "10.0.0.0/16", "itself", "only", "path"] in lines
    (used,) = [line for line in lines if line[:2] == [">", str(VPC)]]
    assert used[2:7] == ["169.254.0.200", "primary", "200", "64512", "7224"]
    assert "local" in " ".join(used[7:]).lower()
    (spare,) = [line for line in lines if line[:1] == [str(VPC)]]
    assert spare[1:7] == ["169.254.0.50", "backup", "50", "100", "64512", "7224"]
    assert spare[7:], "why it is not used"


def test_one_prefix_alone_is_shown() -> None:
    said = show(lab(), "edge", ["bgp", str(VPC)])
    assert "10.0.0.0/16" not in said
    assert "no route to 192.0.2.0/24" in show(lab(), "edge", ["bgp", "192.0.2.0/24"])


@pytest.mark.parametrize(
    ("what", "said"), [("bgp", "app speaks no BGP"), ("bfd", "app has no BFD"), ("ipsec", "app has no IPsec")]
)
def test_a_node_without_says_so(what: str, said: str) -> None:
    assert said in show(lab(), "app", [what])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what"),
        (["bpg"], "Did you mean 'bgp'?"),
        (["\x1b[31m"], "Known: bfd, bgp, ipsec"),
        (["bgp", "10.0.0.1/8"], "no prefix"),
        (["bgp", "10.0.0.0/8", "more"], "'more' is one word too many"),
        (["bfd", "more"], "'more' is one word too many"),
    ],
)
def test_what_means_nothing_is_told(words: list[str], said: str) -> None:
    with pytest.raises(ShowError) as caught:
        show(lab(), "edge", words)
    assert said in str(caught.value)
    assert "\x1b" not in str(caught.value)
