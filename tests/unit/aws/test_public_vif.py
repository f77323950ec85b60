"""AWS's policy on public virtual interfaces, row by row: the rules, and what designs become of them.

Source of the rows: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.aws import public_vif, regions
from dxemu.aws.addresses import MOST_SYNTHETIC, SYNTHETIC_RANGE, synthetic_prefixes
from dxemu.bgp.policy import NO_ADVERTISE, NO_EXPORT, NO_EXPORT_SUBCONFED, Refused, Withheld, export_route, import_route
from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Announcement, Route
from dxemu.control.converge import announcements, converge, gateway_rib
from dxemu.control.forward import forwarding
from dxemu.control.policy import export_policy, import_policy
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE, Plan, Side
from dxemu.topology.load import loads
from dxemu.units import Asn

APPROVED = IPv4Network("203.0.113.0/24")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2", "sa-east-1")

TEXT = """\
customer:
  asn: {asn}
  data_center:
    networks: [10.0.0.0/16]
    public_networks: [203.0.113.0/24]
    hosts: {{app: 10.0.1.10, shop: 203.0.113.10}}
    routers: {{core: {{}}}}
  colocations:
    EqDC2: {{routers: {{east_router: {{}}}}}}
    EqSE2: {{routers: {{west_router: {{}}}}}}
  circuits:
    east: {{from: core, to: east_router, bandwidth: 10 Gbps, delay: 3 ms}}
    west: {{from: core, to: west_router, bandwidth: 10 Gbps, delay: 30 ms}}
other_customers:
  rival: {{asn: 65100, location: EqDC2, device: dx_1, network: 198.51.100.0/25, host: 198.51.100.10}}
aws:
  region: us-east-1
  region_delays: {{us-west-2: 30 ms, eu-west-1: 40 ms, ap-southeast-2: 100 ms}}
  public_prefix_count: {count}
  locations:
    EqDC2: {{devices: [dx_1, dx_2], delay_to_region: 1 ms}}
    EqSE2: {{devices: [dx_3], region: us-west-2, delay_to_region: 1 ms}}
  public_services:
    s3_us_east_1: {{service: s3, prefix: 52.216.0.0/16, address: 52.216.1.1}}
    s3_us_west_2: {{service: s3, region: us-west-2, prefix: 52.218.128.0/17, address: 52.218.128.1}}
    s3_eu_west_1: {{service: s3, region: eu-west-1, prefix: 52.218.0.0/18, address: 52.218.0.1}}
    s3_sydney: {{service: s3, region: ap-southeast-2, prefix: 52.95.128.0/21, address: 52.95.128.1}}
  internet_hosts: {{stranger: 192.0.2.10}}
connections:
  one: {{location: EqDC2, device: dx_1, router: east_router, bandwidth: 1 Gbps}}
  two: {{location: EqDC2, device: dx_2, router: east_router, bandwidth: 1 Gbps}}
  three: {{location: EqSE2, device: dx_3, router: west_router, bandwidth: 1 Gbps}}
virtual_interfaces:
  one: {{type: public, connection: one, vlan: 201, auth_key: rehearse-1, route_filter_prefixes: [203.0.113.0/24],
        amazon_address: 198.51.100.241/30, customer_address: 198.51.100.242/30,
        customer: {{as_path_prepend: {one}, communities: {scope}}}}}
  two: {{type: public, connection: two, vlan: 202, auth_key: rehearse-2, route_filter_prefixes: [203.0.113.0/24],
        amazon_address: 198.51.100.245/30, customer_address: 198.51.100.246/30,
        customer: {{as_path_prepend: {two}, communities: {scope}}}}}
  three: {{type: public, connection: three, vlan: 203, auth_key: rehearse-3, route_filter_prefixes: [203.0.113.0/24],
        amazon_address: 198.51.100.249/30, customer_address: 198.51.100.250/30,
        customer: {{as_path_prepend: {three}, communities: {scope}}}}}
"""


@cache
def plan_of(
    asn: int = 65000, *, one: int = 0, two: int = 0, three: int = 0, scope: tuple[str, ...] = (), count: int = 0
) -> Plan:
    """Three public virtual interfaces: `one` and `two` in us-east-1, `three` in us-west-2, so often prepended."""
    written = "[" + ", ".join(f'"{community}"' for community in scope) + "]"
    return make_plan(loads(TEXT.format(asn=asn, one=one, two=two, three=three, scope=written, count=count)))


def region_rib(plan: Plan, region: str, down: frozenset[str] = frozenset()) -> LocRib:
    """What a Region's public network knows of the way to the customer."""
    gateway = next(g for g in plan.gateways if plan.node(g.node).place == region)
    return gateway_rib(plan, gateway, converge(plan, down), MAIN_TABLE)


def way_back(plan: Plan, region: str, down: frozenset[str] = frozenset()) -> str | None:
    """The device that a Region sends to for the customer's prefix; None if it has no route."""
    choice = region_rib(plan, region, down).best.get(APPROVED)
    return None if choice is None else choice.route.session


# Customer -> AWS: 7224:9100 local Region, 7224:9200 all Regions of the continent, 7224:9300 or none: global.


@pytest.mark.parametrize(
    ("communities", "home", "hear"),
    [
        (("7224:9100",), "us-east-1", ("us-east-1",)),
        (("7224:9200",), "us-east-1", ("us-east-1", "us-west-2")),
        (("7224:9200",), "eu-west-1", ("eu-west-1",)),
        (("7224:9200",), "sa-east-1", ("sa-east-1",)),
        (("7224:9300",), "us-east-1", REGIONS),
        ((), "us-east-1", REGIONS),
        (("65000:1", "7224:7100"), "us-east-1", REGIONS),
        (("7224:9300", "7224:9100"), "us-east-1", ("us-east-1",)),
    ],
)
def test_scope_of_a_customers_prefix(communities: tuple[str, ...], home: str, hear: tuple[str, ...]) -> None:
    told = tuple(region for region in REGIONS if public_vif.why_out_of_scope(communities, home, region) is None)
    assert told == hear


def test_why_a_region_does_not_hear() -> None:
    assert public_vif.why_out_of_scope(("7224:9100",), "us-east-1", "us-west-2") == "7224:9100 keeps it in us-east-1"
    why = public_vif.why_out_of_scope(("7224:9200",), "us-east-1", "eu-west-1")
    assert why == "7224:9200 keeps it in North America"
    assert public_vif.why_out_of_scope(("7224:9200",), "moon-1", "us-east-1") == "7224:9200 keeps it in moon-1"


@pytest.mark.parametrize(
    ("scope", "hear"),
    [
        (
            ("7224:9100",),
            {"us-east-1": "dx_1:public", "us-west-2": "dx_3:public", "eu-west-1": None, "ap-southeast-2": None},
        ),
        (
            ("7224:9200",),
            {"us-east-1": "dx_1:public", "us-west-2": "dx_3:public", "eu-west-1": None, "ap-southeast-2": None},
        ),
        (
            (),
            {
                "us-east-1": "dx_1:public",
                "us-west-2": "dx_3:public",
                "eu-west-1": "dx_1:public",
                "ap-southeast-2": "dx_3:public",
            },
        ),
    ],
)
def test_every_regions_gateway_decides_by_the_scope(scope: tuple[str, ...], hear: dict[str, str | None]) -> None:
    plan = plan_of(scope=scope)
    assert {region: way_back(plan, region) for region in hear} == hear


def test_a_region_that_lost_its_own_locations_hears_the_continents() -> None:
    local, continental = plan_of(scope=("7224:9100",)), plan_of(scope=("7224:9200",))
    assert way_back(local, "us-west-2", frozenset({"three"})) is None
    assert way_back(continental, "us-west-2", frozenset({"three"})) == "dx_1:public"


@pytest.mark.parametrize(
    ("region", "continent"),
    [
        ("us-east-1", regions.Continent.NORTH_AMERICA),
        ("us-gov-west-1", regions.Continent.NORTH_AMERICA),
        ("ca-central-1", regions.Continent.NORTH_AMERICA),
        ("mx-central-1", regions.Continent.NORTH_AMERICA),
        ("ap-northeast-1", regions.Continent.ASIA_PACIFIC),
        ("eu-central-2", regions.Continent.EMEA),
        ("me-central-1", regions.Continent.EMEA),
        ("il-central-1", regions.Continent.EMEA),
        ("af-south-1", regions.Continent.EMEA),
        ("sa-east-1", regions.Continent.SOUTH_AMERICA),
        ("moon-base-1", None),
        ("", None),
    ],
)
def test_continents(region: str, continent: regions.Continent | None) -> None:
    assert regions.continent(region) is continent


# AWS -> customer: 7224:8100 same Region as the location, 7224:8200 same continent, none elsewhere; all with NO_EXPORT.


@pytest.mark.parametrize(
    ("region", "tags"),
    [
        ("us-east-1", ("7224:8100", NO_EXPORT)),
        ("us-west-2", ("7224:8200", NO_EXPORT)),
        ("eu-west-1", (NO_EXPORT,)),
        ("moon-base-1", (NO_EXPORT,)),
    ],
)
def test_tags_of_amazons_prefixes(region: str, tags: tuple[str, ...]) -> None:
    assert public_vif.tags("us-east-1", region) == tags


def test_each_location_tags_by_its_own_region_and_paths_are_three_long() -> None:
    plan = plan_of()
    told = announcements(plan)
    for session, speaker, region in (("one", "dx_1:public", "us-east-1"), ("three", "dx_3:public", "us-west-2")):
        heard = {str(a.prefix): a for a in told[session, speaker]}
        near, far = (
            ("52.216.0.0/16", "52.218.128.0/17") if region == "us-east-1" else ("52.218.128.0/17", "52.216.0.0/16")
        )
        assert heard[near].communities == ("7224:8100", NO_EXPORT)
        assert heard[far].communities == ("7224:8200", NO_EXPORT)
        assert heard["52.95.128.0/21"].communities == (NO_EXPORT,)
        assert {len(a.as_path) for a in heard.values()} == {3}


# 7224:1 to 7224:65535 are reserved: unsupported communities are removed.


def test_only_scopes_are_kept_and_no_community_sets_a_preference() -> None:
    plan = plan_of()
    session = next(s for s in plan.sessions if s.name == "one")
    policy = import_policy(plan, session, "dx_1:public")
    sent = Announcement(
        prefix=APPROVED,
        next_hop=session.ends[0].address,
        as_path=(Asn(65000),),
        communities=("7224:7300", "65000:1", NO_ADVERTISE, "7224:9200", "7224:1"),
    )
    heard = import_route(sent, policy)
    assert isinstance(heard, Route)
    assert heard.communities == ("7224:9200",)
    assert heard.local_pref == 100


# Unapproved and private prefixes are refused, each with its reason.


@pytest.mark.parametrize(
    ("prefix", "reason"),
    [
        ("10.0.0.0/8", "10.0.0.0/8 is private (RFC 1918)"),
        ("192.168.3.0/24", "192.168.3.0/24 is private (RFC 1918)"),
        ("100.64.0.0/24", "100.64.0.0/24 is shared by carriers (RFC 6598)"),
        ("169.254.10.0/30", "169.254.10.0/30 is link-local (RFC 3927)"),
        ("172.0.0.0/8", "172.0.0.0/8 holds 172.16.0.0/12, which is private (RFC 1918)"),
        ("0.0.0.0/0", "0.0.0.0/0 is the default route"),
        ("198.51.100.0/24", "the prefix is not among the virtual interface's route filter prefixes"),
        ("203.0.112.0/23", "the prefix is not among the virtual interface's route filter prefixes"),
        ("203.0.113.0/24", None),
        ("203.0.113.128/25", None),
    ],
)
def test_what_aws_takes(prefix: str, reason: str | None) -> None:
    plan = plan_of()
    session = next(s for s in plan.sessions if s.name == "one")
    sent = Announcement(prefix=ip_network(prefix), next_hop=session.ends[0].address, as_path=(Asn(65000),))
    found = import_route(sent, import_policy(plan, session, "dx_1:public"))
    if reason is None:
        assert isinstance(found, Route)
    else:
        assert isinstance(found, Refused)
        assert found.reason.startswith(reason)


# Customer prefixes stay inside Amazon: never to other customers. No transit between connections.


def test_no_customer_hears_of_another_and_none_is_told_its_own_prefix() -> None:
    told = announcements(plan_of(asn=64496))
    heard = {
        session: {a.prefix for a in said} for (session, speaker), said in told.items() if speaker.startswith("dx_")
    }
    assert heard and all(heard.values()), "each customer hears Amazon's"
    for session, prefixes in heard.items():
        assert APPROVED not in prefixes, session
        assert IPv4Network("198.51.100.0/25") not in prefixes, session


COMMUNITIES = st.lists(
    st.sampled_from(
        [NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED, *public_vif.SCOPES, "7224:8100", "7224:7300", "65000:1"]
    ),
    max_size=4,
).map(tuple)


@given(communities=COMMUNITIES, asn=st.sampled_from([65000, 64496]), region=st.sampled_from(REGIONS))
def test_no_customers_route_ever_leaves_amazon_or_its_scope(
    communities: tuple[str, ...], asn: int, region: str
) -> None:
    plan = plan_of()
    session = next(s for s in plan.sessions if s.name == "one")
    sent = Announcement(prefix=APPROVED, next_hop=session.ends[0].address, as_path=(Asn(asn),), communities=communities)
    heard = import_route(sent, import_policy(plan, session, "dx_1:public"))
    assert isinstance(heard, Route)
    for other in plan.sessions:
        if any(end.speaker == "dx_1:public" for end in other.ends):
            assert isinstance(export_route(heard, export_policy(plan, other, "dx_1:public")), Withheld)
    if region != "us-east-1" and "7224:9100" in communities:
        assert public_vif.why_out_of_scope(heard.communities, "us-east-1", region)


@given(communities=COMMUNITIES)
def test_a_route_with_no_export_never_goes_to_an_ebgp_peer(communities: tuple[str, ...]) -> None:
    """The customer's routers must not pass Amazon's prefixes on, whatever their own filters say."""
    plan = plan_of()
    session = next(s for s in plan.sessions if s.name == "one")
    sent = Announcement(
        prefix=IPv4Network("52.216.0.0/16"),
        next_hop=session.ends[1].address,
        as_path=(Asn(7224),) * 3,
        communities=(*communities, NO_EXPORT),
    )
    heard = import_route(sent, import_policy(plan, session, "east_router"))
    assert isinstance(heard, Route)
    for other in plan.sessions:
        if other.external and other.name != "one" and other.ends[0].speaker == "east_router":
            policy = replace(export_policy(plan, other, "east_router"), only=None)
            assert isinstance(export_route(heard, policy), Withheld)


# Source address filter: packets must come from prefixes that the customer advertises.


@pytest.mark.parametrize(
    ("host", "down", "arrives"),
    [
        ("shop", frozenset(), True),
        ("shop", frozenset({"two", "three"}), True),
        ("app", frozenset(), False),  # private, and no NAT in this design
    ],
)
def test_a_source_must_be_announced_on_the_virtual_interface(host: str, down: frozenset[str], arrives: bool) -> None:
    plan = plan_of()
    way = forwarding(plan, down).way(host, plan.address_of("s3_us_east_1"))
    assert way.arrives is arrives
    assert {"dx_1", "dx_3"} & set(way.nodes)


def test_every_public_virtual_interface_has_a_source_filter() -> None:
    plan = plan_of()
    aws_ends = {(s.ends[1].node, s.ends[1].interface) for s in plan.sessions if s.route_filter_prefixes is not None}
    assert {(f.node, f.interface) for f in plan.source_filters} == aws_ends
    assert len(aws_ends) == 4


# A private customer ASN is replaced by 7224 towards the rest of AWS: prepending it has no effect; a public one works.


@pytest.mark.parametrize(
    ("heard", "seen"),
    [
        ((65000,), (7224,)),
        ((65000, 65000, 65000), (7224,)),
        ((4200000001, 4200000001, 64500), (7224, 64500)),
        ((64496, 64496), (64496, 64496)),
        ((64496, 65000), (64496, 65000)),
        ((), ()),
    ],
)
def test_as_path_inside_aws(heard: tuple[int, ...], seen: tuple[int, ...]) -> None:
    assert public_vif.seen_inside(tuple(map(Asn, heard))) == tuple(map(Asn, seen))


@pytest.mark.parametrize(
    ("asn", "device"), [(64496, "dx_2:public"), (65000, "dx_1:public")], ids=["public ASN", "private ASN"]
)
def test_prepending_moves_the_way_back_with_a_public_asn_only(asn: int, device: str) -> None:
    assert way_back(plan_of(asn=asn, one=2), "us-east-1") == device


# AWS chooses by longest prefix and AS_PATH; on a tie the home Region wins; flows are shared inside one Region only.


@pytest.mark.parametrize(
    ("prepends", "down", "devices"),
    [
        (
            {},
            frozenset(),
            {
                "us-east-1": "dx_1:public",
                "us-west-2": "dx_3:public",
                "eu-west-1": "dx_1:public",
                "ap-southeast-2": "dx_3:public",
            },
        ),
        ({"three": 1}, frozenset(), {"us-east-1": "dx_1:public", "us-west-2": "dx_1:public"}),
        (
            {"one": 1, "two": 1},
            frozenset(),
            {"us-east-1": "dx_3:public", "us-west-2": "dx_3:public", "eu-west-1": "dx_3:public"},
        ),
        ({"one": 1}, frozenset(), {"us-east-1": "dx_2:public", "us-west-2": "dx_3:public"}),
        ({}, frozenset({"one", "two"}), {"us-east-1": "dx_3:public", "us-west-2": "dx_3:public"}),
    ],
)
def test_choice_between_locations(prepends: dict[str, int], down: frozenset[str], devices: dict[str, str]) -> None:
    plan = plan_of(asn=64496, **prepends)
    assert {region: way_back(plan, region, down) for region in devices} == devices


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"])
def test_no_two_regions_are_level_so_that_flows_are_shared_inside_one_only(region: str) -> None:
    """With multipath the locations of one Region share; those of another never do, also seen from a third Region."""
    rib = region_rib(plan_of(), region)
    together = LocRib(igp_cost=rib._igp_cost, maximum_paths=lambda _best: 16)
    for route in rib.candidates(APPROVED):
        together.learn(route.session, [route])
    used = {route.session for route in together.best[APPROVED].routes}
    assert used == ({"dx_3:public"} if region in ("us-west-2", "ap-southeast-2") else {"dx_1:public", "dx_2:public"})


# The same prefix over Internet peering and Direct Connect: Direct Connect is preferred.


def test_a_region_sends_to_direct_connect_and_only_without_it_to_the_internet() -> None:
    """The Internet knows none of the customer's prefixes here, so there the packets end."""
    plan, shop = plan_of(), "203.0.113.10"
    tables = forwarding(plan)
    way = tables.way("s3_us_east_1", plan.address_of("shop"))
    assert way.arrives
    assert str(plan.address_of("shop")) == shop
    assert "internet" not in way.nodes
    lost = forwarding(plan, frozenset({"one", "two", "three"})).way("s3_us_east_1", plan.address_of("shop"))
    assert not lost.arrives
    assert lost.nodes[-1] == "internet"


# A real public virtual interface hands over thousands of prefixes: a made-up few hundred can be announced.


def test_made_up_prefixes_are_spread_over_regions_and_have_their_tags() -> None:
    plan = plan_of(count=300)
    heard = converge(plan)["east_router"]
    made_up = [r for r in heard.routes() if isinstance(r.prefix, IPv4Network) and r.prefix.subnet_of(SYNTHETIC_RANGE)]
    assert len(made_up) == 300
    counts = {tag: sum(tag in route.communities for route in made_up) for tag in ("7224:8100", "7224:8200", NO_EXPORT)}
    assert counts == {"7224:8100": 75, "7224:8200": 75, NO_EXPORT: 300}
    assert all(speaker.side is not Side.AWS or len(speaker.originates) == 304 for speaker in plan.speakers)


def test_as_many_made_up_prefixes_as_fit() -> None:
    prefixes = synthetic_prefixes(MOST_SYNTHETIC, REGIONS)
    assert len({prefix for prefix, _ in prefixes}) == MOST_SYNTHETIC == 8192
    assert {region for _, region in prefixes} == set(REGIONS)
    assert synthetic_prefixes(0, REGIONS) == ()
