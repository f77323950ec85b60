"""Pictures of topologies: nothing is missing, nothing is on something else, and they stay as they were looked at.

After a change that is meant, run `dxemu graph topologies/NAME.yaml --out tests/unit/picture/golden/NAME.svg` and look
at the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawn_designs import NAMES, SHIPPED, Design, design

from dxemu.plan.model import Role
from dxemu.report.picture.colours import PALETTE, colour_of, dash_of, virtual_interfaces
from dxemu.report.picture.draw import draw
from dxemu.report.picture.layout import Box, Layout, make_layout
from dxemu.report.picture.sketch import make_sketch
from dxemu.report.picture.stacking import apart
from dxemu.report.picture.text import text_width, wrapped
from dxemu.topology.model import VifType
from dxemu.units import Seconds

SVG = "{http://www.w3.org/2000/svg}"
GOLDEN = Path(__file__).parent / "golden"
every_design = pytest.mark.parametrize("name", NAMES)


def picture_of(name: str) -> ElementTree.Element:
    return ElementTree.fromstring(draw(design(name).topology, design(name).plan))


def layout_of(name: str) -> Layout:
    return make_layout(make_sketch(design(name).topology, design(name).plan), 0)


def texts(picture: ElementTree.Element) -> Sequence[ElementTree.Element]:
    return list(picture.iter(f"{SVG}text"))


def words(picture: ElementTree.Element) -> set[str]:
    """Every text, and every part of one that is in its own style."""
    spans = {span.text or "" for span in picture.iter(f"{SVG}tspan")}
    return {"".join(text.itertext()) for text in texts(picture)} | spans


def extent(text: ElementTree.Element) -> Box:
    """Where a text is, at most."""
    x, y, size = (float(text.attrib[key]) for key in ("x", "y", "font-size"))
    bold = "font-weight" in text.attrib
    width = text_width(text.text or "", size, bold=bold)
    for span in text:
        width += text_width(span.text or "", size, bold="font-weight" in span.attrib) + float(span.get("dx", 0))
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
    return Box(left=left, top=y - 0.75 * size, right=left + width, bottom=y + 0.2 * size)


def overlap(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def inside(inner: Box, outer: Box) -> bool:
    across = outer.left <= inner.left and inner.right <= outer.right
    return across and outer.top <= inner.top and inner.bottom <= outer.bottom


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.svg")), ids=lambda path: path.stem)
def test_picture_is_as_looked_at(golden: Path) -> None:
    drawn = design(golden.stem)
    assert draw(drawn.topology, drawn.plan) == golden.read_text(encoding="utf-8")


def test_every_topology_has_a_golden_picture() -> None:
    assert {path.stem for path in GOLDEN.glob("*.svg")} == set(SHIPPED)


@every_design
def test_everything_is_named(name: str) -> None:
    plan, topology, shown = design(name).plan, design(name).topology, words(picture_of(name))
    assert shown >= {node.name for node in plan.nodes}
    assert shown >= {node.place for node in plan.nodes}
    assert shown >= {cable.name for cable in plan.cables}
    numbers = {f"{cable.bandwidth} · {cable.delay}" for cable in plan.cables}
    interfaces = {f"VIF {vif.name} · {vif.type} · VLAN {vif.vlan}" for vif in topology.virtual_interfaces}
    tunnels = {f"tunnel {tunnel.name} · {tunnel.ends[1].inside.network}" for tunnel in plan.tunnels}
    for wanted in numbers | interfaces | tunnels:
        assert any(text == wanted or text.startswith(f"{wanted} · ") for text in shown), wanted
    assert shown >= {vpc.name for vpc in topology.aws.vpcs}
    assert shown >= {gateway.name for gateway in topology.aws.direct_connect_gateways}
    ends = {node.name for node in plan.nodes if node.role in {Role.HOST, Role.INSTANCE, Role.SERVICE}}
    assert shown >= {str(held.address.ip) for held in plan.addresses if held.node in ends}
    assert shown >= {str(tunnel.ends[1].outside) for tunnel in plan.tunnels}
    assert topology.story in " ".join("".join(text.itertext()) for text in texts(picture_of(name)))


@every_design
def test_each_virtual_interface_runs_over_its_cables_in_its_colour(name: str) -> None:
    plan = design(name).plan
    links = {cable: link for link in make_sketch(design(name).topology, plan).links for cable in link.cables}
    assert set(links) == {cable.name for cable in plan.cables}
    for session in plan.sessions:
        if session.virtual_interface is not None:
            for cable in session.cables:
                strand = next(s for s in links[cable].strands if s.name == session.virtual_interface)
                assert strand.colour == colour_of(session.virtual_interface, plan)
            assert links[session.cables[-1]].labelled


@every_design
def test_each_virtual_interface_goes_on_to_its_gateway(name: str) -> None:
    plan = design(name).plan
    links = make_sketch(design(name).topology, plan).links
    for session in plan.sessions:
        for gateway in plan.gateways if session.virtual_interface is not None else ():
            if session.ends[1].speaker in {attachment.speaker for attachment in gateway.attachments}:
                strands = [link for link in links if session.virtual_interface in {s.name for s in link.strands}]
                assert any({link.a, link.b} == {session.ends[1].node, gateway.node} for link in strands)


@every_design
def test_each_strand_is_named_once(name: str) -> None:
    drawn = design(name)
    named = [
        strand.name
        for link in make_sketch(drawn.topology, drawn.plan).links
        if link.labelled
        for strand in link.strands
    ]
    members = [
        cable for link in make_sketch(drawn.topology, drawn.plan).links if len(link.cables) > 1 for cable in link.cables
    ]
    interfaces = [vif.name for vif in drawn.topology.virtual_interfaces]
    assert sorted(named) == sorted([*interfaces, *members, *(tunnel.name for tunnel in drawn.plan.tunnels)])


@pytest.mark.parametrize(
    ("name", "way"),
    [
        (
            "vpn_backup",
            [
                "internet_customer_router",
                "backbone_internet_amazon_us_east_1",
                "backbone_vpn_endpoint_1_underlay",
                "backbone_vpn_endpoint_1_vgw",
            ],
        ),
        (
            "ipsec_over_transit_vif",
            [
                "wave_1",
                "primary",
                "backbone_dx_1_dxgw_tgw",
                "backbone_vpn_endpoint_1_underlay",
                "backbone_vpn_endpoint_1_tgw",
            ],
        ),
    ],
)
def test_a_tunnel_is_dashed_all_the_way_to_its_gateway(name: str, way: list[str]) -> None:
    links = make_sketch(design(name).topology, design(name).plan).links
    found = {link.name: strand for link in links for strand in link.strands if strand.name == "vpn_tunnel_1"}
    assert sorted(found) == sorted(way)
    assert all(strand.dash for strand in found.values())


@pytest.mark.parametrize(
    ("name", "upright"),
    [
        ("vpn_backup", {"backbone_vpn_endpoint_1_underlay", "backbone_vpn_endpoint_2_underlay"}),
        ("transit_gateway", {"web", "build"}),
        ("public_vif", {"rival_host", "stranger"}),
    ],
)
def test_cables_within_a_column_are_upright_in_whatever_order_the_file_is(name: str, upright: set[str]) -> None:
    topology, plan = design(name).topology, design(name).plan
    for changed in (plan, replace(plan, nodes=plan.nodes[::-1]), replace(plan, cables=plan.cables[::-1])):
        layout = make_layout(make_sketch(topology, changed), 0)
        assert {route.chain.link.name for route in layout.routes if route.chain.is_upright} == upright


def test_a_lag_is_one_bundle_with_its_members() -> None:
    links = make_sketch(design("lag").topology, design("lag").plan).links
    (bundle,) = [link for link in links if link.connection]
    assert (bundle.name, bundle.cables) == ("bundle", ("member_1", "member_2"))
    assert [strand.name for strand in bundle.strands] == ["member_1", "member_2", "prod"]


def test_a_direct_connect_gateway_frames_the_cables_that_it_leads_on() -> None:
    layout = layout_of("maximum_resiliency")
    (box,) = [box for frame, box in layout.frames if frame.title == "dxgw"]
    assert {route.chain.link.name for route, label in layout.labels if inside(label, box)} == {
        "backbone_dc_dx_1_dxgw_vgw",
        "backbone_dc_dx_2_dxgw_vgw",
        "backbone_ny_dx_1_dxgw_vgw",
        "backbone_ny_dx_2_dxgw_vgw",
    }


def test_what_nobody_accepted_and_what_is_policed_is_said() -> None:
    assert "VIF guest · private · VLAN 102 · of account analytics · not accepted" in words(picture_of("hosted_vif"))
    assert "10 Gbps · 10 us · policed to 500 Mbps" in words(picture_of("hosted_connection"))


@every_design
def test_no_two_boxes_overlap(name: str) -> None:
    layout = layout_of(name)
    things = {
        **{f"node {card.name}": box for card, box in layout.cards.values()},
        **{f"label {route.chain.link.name} {route.chain.link.b}": box for route, box in layout.labels},
    }
    assert len(things) == len(layout.cards) + len(layout.labels)
    pairs = [*combinations(things.items(), 2), *combinations([(p.name, box) for p, box in layout.places], 2)]
    pairs += combinations([(frame.key, box) for frame, box in layout.frames], 2)
    assert [(a, b) for (a, box), (b, other) in pairs if overlap(box, other)] == []


@every_design
def test_nodes_stand_in_their_place_and_vpc(name: str) -> None:
    layout = layout_of(name)
    places = {place.name: box for place, box in layout.places}
    frames = {frame.key: box for frame, box in layout.frames}
    assert layout.cards
    for card, box in layout.cards.values():
        assert inside(box, places[card.place]), card.name
        assert all(overlap(box, other) == (place == card.place) for place, other in places.items()), card.name
        assert all(overlap(box, other) == (key == card.frame) for key, other in frames.items()), card.name


@every_design
def test_no_two_texts_overlap_and_none_leaves_the_picture(name: str) -> None:
    picture = picture_of(name)
    found = [("".join(text.itertext()), extent(text)) for text in texts(picture)]
    assert [(a, b) for (a, box), (b, other) in combinations(found, 2) if overlap(box, other)] == []
    whole = Box(left=0, top=0, right=float(picture.attrib["width"]), bottom=float(picture.attrib["height"]))
    assert [words for words, box in found if not inside(box, whole)] == []


@every_design
def test_labels_of_cables_stay_clear_of_nodes(name: str) -> None:
    picture = picture_of(name)
    cards = [
        Box(left=x, top=y, right=x + width, bottom=y + height)
        for rect in picture.iter(f"{SVG}rect")
        if "rx" in rect.attrib and rect.get("stroke-width") == "1.5" and rect.get("rx") == "9"
        if rect.get("fill") != "none"
        for x, y, width, height in [tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height"))]
    ]
    assert len(cards) == sum(node.role is not Role.INTERNET for node in design(name).plan.nodes)
    for text in texts(picture):
        box = extent(text)
        assert all(inside(box, card) or not overlap(box, card) for card in cards), "".join(text.itertext())


def test_two_pictures_of_one_design_are_equal() -> None:
    plan, topology = design("a_dozen_vpcs").plan, design("a_dozen_vpcs").topology
    assert draw(topology, plan) == draw(topology, plan)


def test_colours_are_told_apart() -> None:
    plan = design("a_dozen_vpcs").plan
    looks = [(colour_of(name, plan), dash_of(name, plan)) for name in virtual_interfaces(plan)]
    assert len(looks) == 40
    assert len(set(looks[:24])) == 24
    assert {colour for colour, _ in looks} == set(PALETTE)
    with pytest.raises(ValueError, match="not in"):
        colour_of("stranger", plan)


def test_a_change_of_anything_else_leaves_the_colour() -> None:
    plan = design("backup_connection").plan
    slower = replace(plan, sessions=tuple(replace(s, hold_time=Seconds(9)) for s in plan.sessions))
    for changed in (plan, slower, design("backup_connection_by_circuit").plan):
        assert [colour_of(name, changed) for name in ("primary", "backup")] == list(PALETTE[:2])


def test_the_type_of_a_virtual_interface_is_shown() -> None:
    topology, plan = design("backup_connection").topology, design("backup_connection").plan
    vifs = tuple(replace(vif, type=VifType.TRANSIT) for vif in topology.virtual_interfaces)
    shown = draw(replace(topology, virtual_interfaces=vifs), plan)
    assert "VIF primary · transit · VLAN 101" in shown


def test_a_design_without_a_story_is_titled_by_its_name() -> None:
    topology, plan = design("backup_connection").topology, design("backup_connection").plan
    drawn = Design(replace(topology, story=""), replace(plan, story=""))
    title = texts(ElementTree.fromstring(draw(drawn.topology, drawn.plan)))[0]
    assert title.text == "backup_connection"


@pytest.mark.parametrize("name", ["backup_connection", "vpn_backup"])
def test_no_key_is_shown(name: str) -> None:
    drawn = design(name)
    keys = {session.auth_key for session in drawn.plan.sessions if session.auth_key is not None}
    keys |= {tunnel.pre_shared_key for tunnel in drawn.plan.tunnels}
    assert keys
    assert not any(key in draw(drawn.topology, drawn.plan) for key in keys)


@pytest.mark.parametrize(
    ("wanted", "steps", "got"),
    [
        ([0.0, 10.0], [5.0], [0.0, 10.0]),
        ([0.0, 0.0], [10.0], [-5.0, 5.0]),
        ([0.0, 0.0, 100.0], [10.0, 10.0], [-5.0, 5.0, 100.0]),
        ([10.0, 0.0, 5.0], [1.0, 1.0], [4.0, 5.0, 6.0]),
    ],
)
def test_apart_moves_as_little_as_it_can(wanted: list[float], steps: list[float], got: list[float]) -> None:
    assert apart(wanted, steps) == pytest.approx(got)


def test_apart_leaves_the_heavier_where_it_wants_to_be() -> None:
    assert apart([0.0, 0.0], [10.0], [1.0, 1e-9]) == pytest.approx([0.0, 10.0], abs=1e-6)


def test_a_long_story_is_wrapped() -> None:
    lines = wrapped("one two three four", 10, text_width("one two", 10))
    assert lines == ("one two", "three", "four")


@pytest.mark.parametrize(
    ("text", "regular", "bold"),
    [
        ("VIF primary · private · VLAN 101", 16.128, 18.235),
        ("customer_router", 8.284, 9.320),
        ("10 Gbps · 50 us", 7.854, 8.710),
        ("172.31.0.0/16", 7.017, 7.767),
        ("AWWWWM illil", 7.209, 8.243),
    ],
)
def test_widths_of_texts_are_a_close_upper_bound(text: str, regular: float, bold: float) -> None:
    """The widths in em are those of DejaVu Sans 2.37, summed over its `hmtx` table."""
    assert regular <= text_width(text, 1) <= 1.15 * regular
    assert bold <= text_width(text, 1, bold=True) <= 1.15 * bold
