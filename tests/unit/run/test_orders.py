"""Orders as JSON and back, and what is said of those that cannot be meant."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.actions.announce_prefixes import AnnouncePrefixes
from dxemu.actions.menu import kinds as action_kinds
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.menu import kinds as fault_kinds
from dxemu.parameters import Takes, parameters_of
from dxemu.probes.menu import kinds as probe_kinds
from dxemu.probes.udp import UdpProbe
from dxemu.run.job import Served
from dxemu.run.kind_values import _READERS
from dxemu.run.order_codec import decoded, done, encoded, number_of, refused, values_of_answer
from dxemu.run.orders import (
    ORDERS,
    PROTOCOL,
    Act,
    Advance,
    AskKeys,
    AskLogs,
    AskPaths,
    AskRoutes,
    AskStates,
    EndLab,
    Execute,
    Follow,
    Heal,
    Inject,
    OpenTerminal,
    Order,
    OrderRefused,
    StartProbe,
    StopProbe,
    Until,
)
from dxemu.units import PacketsPerSecond, Seconds

MENUS = {"fault": fault_kinds(), "action": action_kinds(), "probe": probe_kinds()}
KINDS = {noun: {kind: made.__module__ for kind, made in menu.items()} for noun, menu in MENUS.items()}
NAMES = {"connection": ("primary", "backup"), "host": ("app",), "instance": ("web",), "router": ("colo_router",)}
SERVED = Served(kinds=KINDS, names=NAMES)
CUT = Inject(id="cut", fault=CableCut(connection="primary"))
PROBE = UdpProbe(name="app", from_host="app", to_host="web", rate=PacketsPerSecond(1000))
ALL = (
    CUT,
    replace(CUT, lasts=Seconds(30)),
    Heal(id="cut"),
    Follow(id="change", back=False, design="design-1.pickle", topology="topology.1.yaml"),
    OpenTerminal(node="app", rows=24, columns=80, term="linux"),
    OpenTerminal(node="app", rows=24, columns=80, term="linux", command=("ip", "route")),
    Act(id="a", action=AnnouncePrefixes(router="colo_router", prefixes=(ip_network("10.64.0.0/24"),))),
    Act(id="a", action=AnnouncePrefixes(router="colo_router", first=ip_network("2001:db8::/48"), count=150)),
    StartProbe(probe=PROBE),
    StartProbe(probe=replace(PROBE, ip_version=6)),
    StopProbe(name="app"),
    AskKeys(),
    AskLogs(),
    AskPaths(probe="app"),
    AskPaths(from_node="app", to_node="web", ip_version=6),
    AskRoutes(node="colo_router"),
    AskStates(of="bfd"),
    Execute(node="app", command=("ping", "-c", "1", "192.0.2.1"), within=Seconds(0.5)),
    Advance(to=Seconds(5)),
    Advance(by=Seconds(0)),
    Until(event="bgp", having={"state": "down"}, within=Seconds(90)),
    EndLab(),
)


def through_json(order: Order) -> Any:
    return json.loads(json.dumps(encoded(order, 7)))


@pytest.mark.parametrize("order", ALL, ids=lambda order: order.word)
def test_an_order_comes_back_from_json(order: Order) -> None:
    written = through_json(order)
    assert number_of(written) == 7
    assert decoded(written, SERVED) == order


def test_every_order_is_tried_here() -> None:
    assert {order.word for order in ALL} == set(ORDERS)


def test_every_parameter_of_every_kind_can_be_read() -> None:
    used = {p.takes for menu in MENUS.values() for kind in menu.values() for p in parameters_of(kind)}
    assert used <= set(_READERS)
    assert set(_READERS) == set(Takes) - {Takes.EVENTS}  # only an expectation takes some, and no order has those


def test_a_value_has_its_type_again() -> None:
    order = decoded(through_json(StartProbe(probe=PROBE)), SERVED)
    assert isinstance(order, StartProbe)
    assert isinstance(order.probe, UdpProbe)
    assert order.probe.rate.interval == Seconds(0.001)


def written(**values: object) -> dict[str, object]:
    return {"protocol": PROTOCOL, "number": 1, **values}


def inject(kind: str, **parameters: object) -> dict[str, object]:
    return written(order="inject", id="x", kind=kind, parameters=parameters)


def probe(**parameters: object) -> dict[str, object]:
    return written(order="start_probe", name="p", kind="udp", parameters=parameters)


@pytest.mark.parametrize(
    ("order", "problem", "remedy"),
    [
        ([], "an order is a JSON object, this is a list", "Send one object a line."),
        (
            {"protocol": 2, "number": 1, "order": "end"},
            "this lab takes orders of protocol 1, and this one is of '2'",
            "Use the dxemu that started the lab.",
        ),
        ({"protocol": 1, "order": "end"}, "an order without a number", "Number the orders: the answer has the same"),
        (written(order="injekt"), "unknown order 'injekt'", "Did you mean 'inject'?"),
        (written(order={}), "unknown order '{}'", "Known: "),
        (written(order="end", now=True), "end has no 'now'", "end takes nothing."),
        (written(order="heal"), "heal lacks 'id'", "It takes a text."),
        (written(order="heal", idd="x"), "heal has no 'idd'", "Did you mean 'id'?"),
        (inject("cable_cutt"), "unknown fault 'cable_cutt'", "Did you mean 'cable_cut'?"),
        (inject("cable_cut"), "cable_cut needs a target", "Give it connection, circuit or internet."),
        (inject("cable_cut", connection="primry"), "there is no connection 'primry'", "Did you mean 'primary'?"),
        (inject("cable_cut", conection="primary"), "no parameter 'conection'", "Did you mean 'connection'?"),
        (inject("cable_cut", connection=["primary"]), "'connection' is a list", "It takes: name."),
        (inject("cable_cut", connection="primary", circuit="metro"), "strikes one thing, this is connection and", ""),
        (written(order="inject", id="x", kind="cable_cut", parameters=[]), "'parameters' of inject is a list", ""),
        (probe(**{"from": "app", "to": "wep"}), "there is no host or instance 'wep'", "Did you mean 'web'?"),
        (probe(**{"from": "app"}), "udp lacks to", "Give it to."),
        (probe(**{"from": "app", "to": "web", "rate": 0}), "'rate' is 0", "Use a number from 1 to 100000."),
        (probe(**{"from": "app", "to": "web", "rate": "100/s"}), "'rate' is the text '100/s'", "packet rate"),
        (probe(**{"from": "app", "to": "web", "ip_version": 5}), "'ip_version' is '5'", "Known: 4, 6."),
        (written(order="advance"), "advance takes `to` or `by`", ""),
        (written(order="advance", to=1, by=1), "advance takes `to` or `by`", ""),
        (written(order="advance", by=-1), "'by' of advance is the number -1", "It takes a number of seconds."),
        (written(order="advance", by=float("inf")), "'by' of advance is the number inf", "a number of seconds"),
        (written(order="advance", by=True), "'by' of advance is true", "a number of seconds"),
        (written(order="ask_states", of="session"), "there are no states of 'session'", "Did you mean 'sessions'?"),
        (written(order="ask_paths", ip_version=5), "'ip_version' of ask_paths is the number 5", "It takes 4 or 6."),
        (written(order="execute", node="app", command=[]), "'command' of execute is a list", "a list of texts"),
    ],
)
def test_what_cannot_be_meant_is_refused(order: object, problem: str, remedy: str) -> None:
    with pytest.raises(OrderRefused) as refusal:
        decoded(order, SERVED)
    assert problem in refusal.value.problem
    assert remedy in refusal.value.remedy
    assert refusal.value.remedy


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(OrderRefused, match=r"no parameter 'conection'.*no parameter 'sircuit'"):
        decoded(inject("cable_cut", conection="primary", sircuit="metro"), SERVED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(ALL), st.data())
def test_an_order_with_anything_in_it_is_read_or_refused(order: Order, data: st.DataObject) -> None:
    broken = through_json(order)
    key = data.draw(st.sampled_from(list(broken)))
    if key == "parameters" and broken[key]:
        broken[key][data.draw(st.sampled_from(list(broken[key])))] = data.draw(JSON)
    else:
        broken[key] = data.draw(JSON)
    try:
        assert isinstance(decoded(broken, SERVED), Order)
    except OrderRefused as refusal:
        assert refusal.problem
        assert refusal.remedy


def test_answers() -> None:
    assert values_of_answer(done(3, 1.5, {"hops": []})) == {"t": 1.5, "hops": []}
    with pytest.raises(OrderRefused, match=r"no such thing\n  Look\."):
        values_of_answer(refused(3, 1.5, "no such thing", "Look."))
