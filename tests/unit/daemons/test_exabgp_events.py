"""What is understood of ExaBGP's words, also of the strangest."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from dxemu.bgp.notification import Notification
from dxemu.bgp.route import Origin
from dxemu.daemons.exabgp_events import SessionDown, SessionRefused, learnt, lost, refused
from dxemu.units import Asn

OWN = Asn(64512)


@pytest.mark.parametrize(
    ("said", "reason", "detail"),
    [
        ("notification sent (4,0)", "hold_timer", "NOTIFICATION 4/0 (Hold Timer Expired)"),
        ("notification sent (3,10)", "notification_sent", "NOTIFICATION 3/10 (Invalid Network Field)"),
        ("notification received (6,10)", "notification", "NOTIFICATION 6/10 (BFD Down)"),
        ("closing connection", "peer_closed", "closing connection"),
        ("", "peer_closed", ""),
    ],
)
def test_how_a_session_ended(said: str, reason: str, detail: str) -> None:
    assert lost("vif", said) == SessionDown("vif", reason, detail)


def test_why_a_session_did_not_begin() -> None:
    assert refused("vif", "notification sent (2,2)") == SessionRefused("vif", Notification(2, 2), sent=True)
    assert refused("vif", "notification received (2,6)") == SessionRefused("vif", Notification(2, 6), sent=False)
    assert refused("vif", "closing connection") is None


def update(**attribute: object) -> dict[str, object]:
    return {"attribute": attribute, "announce": {"ipv4 unicast": {"169.254.0.2": [{"nlri": "10.0.0.0/16"}]}}}


def segments(*found: tuple[str, list[int]]) -> dict[str, object]:
    return {str(at): {"element": kind, "value": value} for at, (kind, value) in enumerate(found)}


@pytest.mark.parametrize(
    ("path", "understood"),
    [
        (segments(("as-sequence", [65000, 65001])), (65000, 65001)),
        (segments(("as-sequence", [65000]), ("as-set", [65003, 65002])), (65000, 65002)),
        (segments(("as-sequence", [65000]), ("as-set", [65002, OWN])), (65000, OWN)),
        (segments(("as-set", [])), ()),
        (segments(*(("as-sequence", [at]) for at in range(1, 13))), tuple(range(1, 13))),
    ],
    ids=["sequence", "a set counts as one", "loop in a set", "empty", "in order"],
)
def test_as_path(path: dict[str, object], understood: tuple[int, ...]) -> None:
    (heard,) = learnt("vif", OWN, update(origin="igp", **{"as-path": path})).announce
    assert heard.as_path == understood


def test_what_is_unknown_does_not_matter() -> None:
    strange = update(
        origin="invalid",
        community=[[high, 7] for high in range(1000)],
        **{"attribute-0x63-0xE0": "0x00", "extended-community": [{"value": 1}], "aggregator": "0:1.2.3.4"},
    )
    strange["withdraw"] = {"ipv4 flow": [{"nlri": "?"}]}
    (heard,) = learnt("vif", OWN, strange).announce
    assert heard.origin is Origin.INCOMPLETE
    assert len(heard.communities) == 1000


def test_what_is_behind_a_prefix_is_irrelevant() -> None:
    found = learnt("vif", OWN, {"withdraw": {"ipv4 unicast": [{"nlri": "10.255.0.0/9"}]}})
    assert found.withdraw == (ip_network("10.128.0.0/9"),)


def test_malformed_routes_say_why() -> None:
    found = learnt("vif", OWN, {"attribute": {"error": "ORIGIN is missing"}, "withdraw": {}})
    assert found.malformed == "ORIGIN is missing"
