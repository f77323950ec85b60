"""The ports of UDP probes: drawn from the seed, so that probes are flows as any others are."""

from __future__ import annotations

import pytest

from dxemu.lab.probe_ports import flow_of, source_ports
from dxemu.netlink.route import FlowPorts


def member(flow: FlowPorts, members: int) -> int:
    """Which member a bond with the policy layer3+4 takes, if the addresses' bits are even.

    Source: Linux, drivers/net/bonding/bond_main.c, bond_ip_hash: the lowest bit of the hash does not count.
    """
    return ((flow.source_port ^ flow.destination_port) >> 1) % members


@pytest.mark.parametrize("seed", [1, 2, 3, 2**63 - 1])
def test_no_two_probes_of_a_run_share_a_port(seed: int) -> None:
    ports = [
        port
        for number in range(50)
        for port in (flow_of(number, seed).source_port, flow_of(number, seed).destination_port)
    ]
    assert len(set(ports)) == len(ports)
    assert all(1024 <= port < 32_768 for port in ports)


def test_another_seed_draws_other_ports_and_the_same_seed_the_same() -> None:
    assert flow_of(0, 1) == flow_of(0, 1)
    assert len({flow_of(0, seed) for seed in range(20)}) == 20


@pytest.mark.parametrize("members", [2, 3, 4])
def test_every_member_of_a_lag_gets_probes(members: int) -> None:
    """Both over the probes of one run, and over the seeds of one probe."""
    for seed in range(1, 6):
        assert {member(flow_of(number, seed), members) for number in range(24)} == set(range(members))
    assert {member(flow_of(0, seed), members) for seed in range(24)} == set(range(members))


def test_flows_of_a_probe_have_a_port_each_and_the_same_with_the_same_seed() -> None:
    ports = source_ports(2, 64, seed=7)
    assert (len(set(ports)), ports[0]) == (64, flow_of(2, 7).source_port)
    assert ports == source_ports(2, 64, seed=7) != source_ports(2, 64, seed=8)
    assert source_ports(0, 1, seed=1) == (flow_of(0, 1).source_port,)
