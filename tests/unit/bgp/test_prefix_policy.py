"""Filters as routers write them, and what a policy for some prefixes changes of a session's."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.bgp.policy import ExportPolicy, ImportPolicy, Refused, Withheld, export_route, import_route
from dxemu.bgp.prefix_policy import PrefixFilter, PrefixPolicy, parse
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.units import Asn, IPNetwork

PREFIXES = [
    "10.4.0.0/16",
    "10.4.1.0/24",
    "10.4.1.128/25",
    "10.0.0.0/8",
    "10.5.0.0/16",
    "2001:db8::/32",
    "2001:db8:1::/48",
]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("10.4.0.0/16", ["10.4.0.0/16"]),
        ("10.4.0.0/16 le 24", ["10.4.0.0/16", "10.4.1.0/24"]),
        ("10.4.0.0/16 ge 17", ["10.4.1.0/24", "10.4.1.128/25"]),
        ("10.4.0.0/16 ge 24 le 24", ["10.4.1.0/24"]),
        ("0.0.0.0/0 le 16", ["10.4.0.0/16", "10.0.0.0/8", "10.5.0.0/16"]),
        ("2001:db8::/32", ["2001:db8::/32"]),
        ("2001:db8::/32 le 48", ["2001:db8::/32", "2001:db8:1::/48"]),
    ],
)
def test_what_a_filter_matches(text: str, matched: list[str]) -> None:
    found = parse(text)
    assert [prefix for prefix in PREFIXES if found.matches(ip_network(prefix))] == matched
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    "text", ["", "10.4.0", "10.4.0.1/16", "10.4.0.0/16 le 8", "10.4.0.0/16 ge 33", "10.4.0.0/16 24"]
)
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse(text)


def test_one_address_is_a_filter_of_itself_alone() -> None:
    assert parse("10.4.0.0") == parse("10.4.0.0/32")


@given(st.integers(8, 32), st.integers(8, 32), st.integers(0, 2**24 - 1), st.integers(8, 32))
def test_lengths_and_network_decide(shortest: int, longest: int, host: int, length: int) -> None:
    network = IPv4Network("10.0.0.0/8")
    inside = IPv4Network(((10 << 24) | host, length), strict=False)
    assert PrefixFilter(network, shortest, longest).matches(inside) == (shortest <= length <= longest)


def imports(*policies: PrefixPolicy) -> ImportPolicy:
    return ImportPolicy(
        session="s",
        own_asn=Asn(65000),
        external=True,
        peer_router_id=IPv4Address("198.19.0.1"),
        peer_address=IPv4Address("169.254.0.1"),
        local_pref=100,
        policies=policies,
    )


def heard(prefix: str) -> Announcement:
    net = ip_network(prefix)
    hop = ip_address("169.254.0.1" if net.version == 4 else "fe80::1")
    return replace(Announcement(prefix=net, next_hop=hop, as_path=(Asn(64512),)), communities=("7224:8100",))


@pytest.mark.parametrize(("longer", "around"), [("10.4.1.0/24", "10.4.0.0/16"), ("2001:db8:1::/48", "2001:db8::/32")])
def test_the_first_that_matches_decides_about_what_is_heard(longer: str, around: str) -> None:
    exact = PrefixPolicy(filter=parse(longer), local_pref=300)
    others = PrefixPolicy(filter=parse(f"{around} le 64" if ":" in around else f"{around} le 32"), accept=False)
    kept, refused = (import_route(heard(prefix), imports(exact, others)) for prefix in (longer, around))
    assert isinstance(kept, Route) and kept.local_pref == 300
    assert isinstance(refused, Refused) and "the router's policy for" in refused.reason
    both = [import_route(heard(prefix), imports(others, exact)) for prefix in (longer, around)]
    assert all(isinstance(one, Refused) for one in both)


@pytest.mark.parametrize("prefix", ["10.4.1.0/24", "2001:db8:1::/48"])
@pytest.mark.parametrize("external", [True, False])
def test_what_is_told_of_some_prefixes(prefix: str, external: bool) -> None:
    net: IPNetwork = ip_network(prefix)
    own = ip_address("169.254.0.2" if net.version == 4 else "fe80::2")
    some = PrefixPolicy(filter=parse(prefix), communities=("7224:7100",), prepend=2, med=50)
    policy = ExportPolicy(
        session="s",
        own_asn=Asn(65000),
        external=external,
        own_address=own,
        communities=("7224:7300",),
        policies=(some,),
    )
    told = export_route(originate(net), policy)
    assert isinstance(told, Announcement)
    assert (told.communities, told.med) == (("7224:7100",), 50)
    assert told.as_path == ((65000,) * 3 if external else ())
    other = ip_network("10.9.0.0/16" if net.version == 4 else "2001:db8:9::/48")
    plain = export_route(originate(other), policy)
    assert isinstance(plain, Announcement) and plain.communities == ("7224:7300",) and plain.med is None
    silent = replace(policy, policies=(replace(some, announce=False),))
    assert isinstance(export_route(originate(net), silent), Withheld)
