"""One router of a plan as a route reflector in FRR's, BIRD's and GoBGP's words: its clients, its cluster, its sessions.

Each sets itself as the next hop of all that it reflects, as our routers do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, Protocol

from dxemu.control.policy import ends_of
from dxemu.lab.node import LabNode
from dxemu.plan.model import Plan, SessionEnd
from dxemu.units import IPNetwork
from tests.peers.programs import bird, frr, gobgp, need

LOCAL_PREF, AS_PATH, ORIGINATOR_ID, CLUSTER_LIST = 5, 2, 9, 10
"""Type codes of path attributes: RFC 4271 section 5, RFC 4456 section 8."""


class Told(NamedTuple):
    """A route as it came in by iBGP: from whom, and what a route reflector has to do with."""

    peer: str
    local_pref: int
    originator_id: str
    cluster_list: tuple[str, ...]
    as_path: tuple[int, ...]


class Reflector(Protocol):
    """What a running one knows."""

    def candidates(self, prefix: IPNetwork) -> list[Told]:
        """Every route to a prefix."""

    def best(self, prefix: IPNetwork) -> Told:
        """The one that it uses, and reflects."""


Start = Callable[[LabNode, Plan], AbstractContextManager[Reflector]]


def values_of(node: str, plan: Plan) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The words of the router, and of each of its sessions, which are all iBGP."""
    ends = [ends_of(session, node) for session in plan.sessions_of(node)]
    (cluster_id,) = {mine.cluster_id for mine, _ in ends}
    router: dict[str, object] = {
        "asn": plan.speaker(node).asn,
        "router_id": plan.speaker(node).router_id,
        "cluster_id": cluster_id,
    }
    return router, [router | _values(number, *pair) for number, pair in enumerate(ends)]


def _values(number: int, mine: SessionEnd, other: SessionEnd) -> dict[str, object]:
    return {
        "name": f"peer_{number}",
        "local": mine.address,
        "peer": other.address,
        "version": mine.address.version,
        "is_client": mine.client,
    }


FRR_HEAD = "frr defaults traditional\nhostname reflector\n"
FRR_ROUTER = """
router bgp %(asn)d
 bgp router-id %(router_id)s
 bgp cluster-id %(cluster_id)s
 no bgp default ipv4-unicast
"""
FRR_SESSION = """
 neighbor %(peer)s remote-as %(asn)d
 address-family ipv%(version)d unicast
  neighbor %(peer)s activate
  neighbor %(peer)s next-hop-self force
  %(client)s
 exit-address-family
"""


class _Frr:
    def __init__(self, show: Callable[[str], Any]) -> None:  # Any: FRR's JSON
        self._show = show

    def _paths(self, prefix: IPNetwork) -> list[dict[str, Any]]:
        return list(self._show(f"bgp ipv{prefix.version} unicast {prefix}")["paths"])

    def candidates(self, prefix: IPNetwork) -> list[Told]:
        return [_of_frr(path) for path in self._paths(prefix)]

    def best(self, prefix: IPNetwork) -> Told:
        (best,) = [path for path in self._paths(prefix) if path.get("bestpath", {}).get("overall")]
        return _of_frr(best)


def _of_frr(path: Mapping[str, Any]) -> Told:
    words = path["aspath"]["string"]
    return Told(
        peer=path["peer"]["peerId"],
        local_pref=path["locPrf"],
        originator_id=path.get("originatorId", "-"),
        cluster_list=tuple(path.get("clusterList", {}).get("list", ())),
        as_path=() if words in ("", "Local") else tuple(map(int, words.split())),
    )


@contextmanager
def frr_reflector(node: LabNode, plan: Plan) -> Iterator[Reflector]:
    need("frr", "zebra", "bgpd", "vtysh")
    router, sessions = values_of(node.name, plan)
    text = FRR_HEAD + FRR_ROUTER % router
    for one in sessions:
        client = f"neighbor {one['peer']} route-reflector-client" if one["is_client"] else ""
        text += FRR_SESSION % (one | {"client": client})
    with frr(node, {"zebra": FRR_HEAD, "bgpd": text}) as running:
        yield _Frr(running.show)


BIRD_ROUTER = """
log stderr { warning, error, fatal, bug, auth };
router id %(router_id)s;
protocol device { }
"""
BIRD_SESSION = """
protocol bgp %(name)s {
  local %(local)s as %(asn)d;
  neighbor %(peer)s as %(asn)d;
  direct;
  %(client)s
  ipv%(version)d { import all; export all; next hop self; };
}
"""


class _Bird:
    def __init__(self, show: Callable[..., str], peers: Mapping[str, str]) -> None:
        self._show = show
        self._peers = peers

    def _paths(self, prefix: IPNetwork) -> list[tuple[bool, Told]]:
        shown = self._show("route", str(prefix), "all")
        found = re.split(r"^.*unicast \[(\w+) [^]]*\]( \*)?.*$", shown, flags=re.MULTILINE)[1:]
        return [(bool(found[at + 1]), self._of(found[at], found[at + 2])) for at in range(0, len(found), 3)]

    def _of(self, name: str, text: str) -> Told:
        of = dict(re.findall(r"BGP\.(\w+): ?(.*)", text))
        return Told(
            peer=self._peers[name],
            local_pref=int(of["local_pref"]),
            originator_id=of.get("originator_id", "-"),
            cluster_list=tuple(of.get("cluster_list", "").split()),
            as_path=tuple(map(int, of["as_path"].split())),
        )

    def candidates(self, prefix: IPNetwork) -> list[Told]:
        return [route for _, route in self._paths(prefix)]

    def best(self, prefix: IPNetwork) -> Told:
        (best,) = [route for is_best, route in self._paths(prefix) if is_best]
        return best


@contextmanager
def bird_reflector(node: LabNode, plan: Plan) -> Iterator[Reflector]:
    need("bird2", "bird", "birdc")
    router, sessions = values_of(node.name, plan)
    text = BIRD_ROUTER % router
    for one in sessions:
        client = f"rr client; rr cluster id {one['cluster_id']};" if one["is_client"] else ""
        text += BIRD_SESSION % (one | {"client": client})
    with bird(node, text) as running:
        yield _Bird(running.show, {str(one["name"]): str(one["peer"]) for one in sessions})


GOBGP_ROUTER = """
[global.config]
  as = %(asn)d
  router-id = "%(router_id)s"
[global.apply-policy.config]
  export-policy-list = ["self"]
  default-import-policy = "accept-route"
  default-export-policy = "accept-route"
[[policy-definitions]]
  name = "self"
  [[policy-definitions.statements]]
    name = "self"
    [policy-definitions.statements.actions]
      route-disposition = "accept-route"
      [policy-definitions.statements.actions.bgp-actions]
        set-next-hop = "self"
"""
GOBGP_SESSION = """
[[neighbors]]
  [neighbors.config]
    neighbor-address = "%(peer)s"
    peer-as = %(asn)d
  [neighbors.transport.config]
    local-address = "%(local)s"
  [neighbors.timers.config]
    connect-retry = 5
  [neighbors.route-reflector.config]
    route-reflector-client = %(client)s
    route-reflector-cluster-id = "%(cluster_id)s"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv%(version)d-unicast"
"""


class _GoBgp:
    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    def _paths(self, prefix: IPNetwork) -> list[dict[str, Any]]:
        return list(
            json.loads(self._ask("-j", "global", "rib", "-a", f"ipv{prefix.version}", str(prefix)))[str(prefix)]
        )

    def candidates(self, prefix: IPNetwork) -> list[Told]:
        return [_of_gobgp(path) for path in self._paths(prefix)]

    def best(self, prefix: IPNetwork) -> Told:
        (best,) = [path for path in self._paths(prefix) if path.get("best")]
        return _of_gobgp(best)


def _of_gobgp(path: Mapping[str, Any]) -> Told:
    attributes = {one["type"]: one for one in path["attrs"]}
    segments = attributes[AS_PATH]["as_paths"] or ()
    return Told(
        peer=path["neighbor-ip"],
        local_pref=attributes[LOCAL_PREF]["value"],
        originator_id=attributes.get(ORIGINATOR_ID, {"value": "-"})["value"],
        cluster_list=tuple(attributes.get(CLUSTER_LIST, {"value": ()})["value"]),
        as_path=tuple(asn for segment in segments for asn in segment["asns"]),
    )


@contextmanager
def gobgp_reflector(node: LabNode, plan: Plan) -> Iterator[Reflector]:
    need("gobgpd", "gobgpd", "gobgp")
    router, sessions = values_of(node.name, plan)
    text = GOBGP_ROUTER % router
    for one in sessions:
        text += GOBGP_SESSION % (one | {"client": str(one["is_client"]).lower()})
    with gobgp(node, text) as running:
        yield _GoBgp(running.ask)


REFLECTORS: dict[str, Start] = {"frr": frr_reflector, "bird": bird_reflector, "gobgp": gobgp_reflector}
