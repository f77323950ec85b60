"""The same customer's router, written for FRR, BIRD and GoBGP: two virtual interfaces, IPv4 and IPv6 on each.

It announces its networks on all of them with a preference community, prefers the same virtual interface itself, and
offers a hold time of its own on the other one. BIRD runs BFD; FRR does for IPv4 only, because more sessions cost its
bfdd (8.4.4) minutes of wall time in the embedded kernel; GoBGP has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from dxemu.lab.node import LabNode
from dxemu.plan.model import BgpSession
from tests.peers.programs import bird, frr, gobgp, need

ASN = 65000
ROUTER_ID = "10.0.0.1"
NETWORKS = {4: "10.0.0.0/16", 6: "2001:db8:c::/48"}
ALL_PREFERRED, ALL_OTHER = (200, 7300), (100, 7100)
HOLD_TIME = 9
"""What the customer offers on the virtual interface that it does not prefer."""
MS = 300


@dataclass(frozen=True)
class Wish:
    """One session and what the customer wants of it."""

    session: BgpSession
    preferred: bool

    @property
    def version(self) -> int:
        return self.session.ends[0].address.version

    @property
    def values(self) -> dict[str, object]:
        mine, other = self.session.ends
        local_pref, community = ALL_PREFERRED if self.preferred else ALL_OTHER
        hold = 90 if self.preferred else HOLD_TIME
        return {
            "name": self.session.name,
            "local": mine.address,
            "interface": mine.interface,
            "peer": other.address,
            "asn": other.asn,
            "key": self.session.auth_key,
            "local_pref": local_pref,
            "community": community,
            "hold": hold,
            "keepalive": hold // 3,
            "version": self.version,
            "network": NETWORKS[self.version],
        }


class Customer(Protocol):
    """What a running one knows."""

    bfd: frozenset[int]
    """The IP versions that it runs BFD for."""

    def hold_time(self, wish: Wish) -> int:
        """What was negotiated, in seconds."""

    def chosen(self, version: int, prefix: str) -> str:
        """The peer's address of its best route to `prefix`."""

    def as_path(self, version: int, prefix: str) -> str:
        """The AS_PATH of that route, as text."""


Start = Callable[[LabNode, Sequence[Wish]], AbstractContextManager[Customer]]

FRR_ROUTER = f"""
frr defaults traditional
hostname customer
router bgp {ASN}
 bgp router-id {ROUTER_ID}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 address-family ipv4 unicast
  network {NETWORKS[4]}
 exit-address-family
 address-family ipv6 unicast
  network {NETWORKS[6]}
 exit-address-family
"""
FRR_SESSION = """
route-map in-%(name)s permit 10
 set local-preference %(local_pref)d
route-map out-%(name)s permit 10
 set community 7224:%(community)d
router bgp 65000
 neighbor %(peer)s remote-as %(asn)d
 neighbor %(peer)s password %(key)s
 neighbor %(peer)s timers %(keepalive)d %(hold)d
 address-family ipv%(version)d unicast
  neighbor %(peer)s activate
  neighbor %(peer)s route-map in-%(name)s in
  neighbor %(peer)s route-map out-%(name)s out
 exit-address-family
"""
FRR_BGP_BFD = """
router bgp 65000
 neighbor %(peer)s bfd
"""
FRR_BFD = f"""
bfd
 peer %(peer)s local-address %(local)s interface %(interface)s
  receive-interval {MS}
  transmit-interval {MS}
  detect-multiplier 3
"""


class _Frr:
    bfd = frozenset({4})

    def __init__(self, show: Callable[[str], dict]) -> None:  # type: ignore[type-arg]  # FRR's JSON
        self._show = show

    def hold_time(self, wish: Wish) -> int:
        peer = str(wish.session.ends[1].address)
        return int(self._show(f"bgp neighbors {peer}")[peer]["bgpTimerHoldTimeMsecs"]) // 1000

    def _best(self, version: int, prefix: str) -> dict:  # type: ignore[type-arg]
        paths = self._show(f"bgp ipv{version} unicast {prefix}")["paths"]
        (best,) = [path for path in paths if path.get("bestpath", {}).get("overall")]
        return dict(best)

    def chosen(self, version: int, prefix: str) -> str:
        return str(self._best(version, prefix)["peer"]["peerId"])

    def as_path(self, version: int, prefix: str) -> str:
        return str(self._best(version, prefix)["aspath"]["string"])


@contextmanager
def frr_customer(node: LabNode, wishes: Sequence[Wish]) -> Iterator[Customer]:
    need("frr", "zebra", "bgpd", "bfdd", "vtysh")
    head = "frr defaults traditional\nhostname customer\n"
    bgpd = FRR_ROUTER + "".join(FRR_SESSION % wish.values for wish in wishes)
    watched = [wish for wish in wishes if wish.version in _Frr.bfd]
    bgpd += "".join(FRR_BGP_BFD % wish.values for wish in watched)
    bfdd = head + "".join(FRR_BFD % wish.values for wish in watched)
    with frr(node, {"zebra": head, "bfdd": bfdd, "bgpd": bgpd}) as running:
        yield _Frr(running.show)


BIRD_ROUTER = f"""
log stderr {{ warning, error, fatal, bug, auth }};
router id {ROUTER_ID};
protocol device {{ }}
protocol static {{ ipv4; route {NETWORKS[4]} unreachable; }}
protocol static {{ ipv6; route {NETWORKS[6]} unreachable; }}
protocol bfd {{ interface "*" {{ interval {MS} ms; multiplier 3; }}; }}
"""
BIRD_SESSION = """
protocol bgp vif_%(name)s {
  local %(local)s as 65000;
  neighbor %(peer)s as %(asn)d;
  password "%(key)s";
  hold time %(hold)d;
  bfd on;
  ipv%(version)d {
    import filter { bgp_local_pref = %(local_pref)d; accept; };
    export filter { if source != RTS_STATIC then reject; bgp_community.add((7224, %(community)d)); accept; };
  };
}
"""


class _Bird:
    bfd = frozenset({4, 6})

    def __init__(self, show: Callable[..., str], wishes: Sequence[Wish]) -> None:
        self._show = show
        self._peers = {f"vif_{wish.session.name}": str(wish.session.ends[1].address) for wish in wishes}

    def hold_time(self, wish: Wish) -> int:
        shown = self._show("protocols", "all", f"vif_{wish.session.name}")
        found = re.search(r"Hold timer:\s+\S+/(\d+)", shown)
        assert found is not None, shown
        return int(found[1])

    def chosen(self, version: int, prefix: str) -> str:
        best = next(line for line in self._show("route", prefix).splitlines() if "*" in line)
        return next(address for name, address in self._peers.items() if f"[{name} " in best)

    def as_path(self, version: int, prefix: str) -> str:
        found = re.search(r"BGP.as_path: (.*)", self._show("route", prefix, "all"))
        assert found is not None
        return found[1].strip()


@contextmanager
def bird_customer(node: LabNode, wishes: Sequence[Wish]) -> Iterator[Customer]:
    need("bird2", "bird", "birdc")
    with bird(node, BIRD_ROUTER + "".join(BIRD_SESSION % wish.values for wish in wishes)) as running:
        yield _Bird(running.show, wishes)


GOBGP_ROUTER = f"""
[global.config]
  as = {ASN}
  router-id = "{ROUTER_ID}"
  port = -1
[global.apply-policy.config]
  import-policy-list = [%(imports)s]
  export-policy-list = [%(exports)s]
  default-import-policy = "accept-route"
  default-export-policy = "accept-route"
"""
GOBGP_SESSION = """
[[neighbors]]
  [neighbors.config]
    neighbor-address = "%(peer)s"
    peer-as = %(asn)d
    auth-password = "%(key)s"
  [neighbors.transport.config]
    local-address = "%(local)s"
  [neighbors.timers.config]
    hold-time = %(hold)d
    keepalive-interval = %(keepalive)d
    connect-retry = 5
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv%(version)d-unicast"
[[defined-sets.neighbor-sets]]
  neighbor-set-name = "%(name)s"
  neighbor-info-list = ["%(peer)s"]
[[policy-definitions]]
  name = "in-%(name)s"
  [[policy-definitions.statements]]
    name = "in-%(name)s"
    [policy-definitions.statements.conditions.match-neighbor-set]
      neighbor-set = "%(name)s"
    [policy-definitions.statements.actions]
      route-disposition = "accept-route"
      [policy-definitions.statements.actions.bgp-actions]
        set-local-pref = %(local_pref)d
[[policy-definitions]]
  name = "out-%(name)s"
  [[policy-definitions.statements]]
    name = "out-%(name)s"
    [policy-definitions.statements.conditions.match-neighbor-set]
      neighbor-set = "%(name)s"
    [policy-definitions.statements.actions]
      route-disposition = "accept-route"
      [policy-definitions.statements.actions.bgp-actions.set-community]
        options = "add"
        [policy-definitions.statements.actions.bgp-actions.set-community.set-community-method]
          communities-list = ["7224:%(community)d"]
"""


class _GoBgp:
    bfd: frozenset[int] = frozenset()

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    def hold_time(self, wish: Wish) -> int:
        found = json.loads(self._ask("-j", "neighbor", str(wish.session.ends[1].address)))
        return int(found["timers"]["state"]["negotiated_hold_time"])

    def _best(self, version: int, prefix: str) -> dict:  # type: ignore[type-arg]
        paths = json.loads(self._ask("-j", "global", "rib", "-a", f"ipv{version}", prefix))[prefix]
        (best,) = [path for path in paths if path.get("best")]
        return dict(best)

    def chosen(self, version: int, prefix: str) -> str:
        return str(self._best(version, prefix)["neighbor-ip"])

    def as_path(self, version: int, prefix: str) -> str:
        path = next(a for a in self._best(version, prefix)["attrs"] if a["type"] == 2)
        return " ".join(str(asn) for segment in path["as_paths"] for asn in segment["asns"])


@contextmanager
def gobgp_customer(node: LabNode, wishes: Sequence[Wish]) -> Iterator[Customer]:
    need("gobgpd", "gobgpd", "gobgp")
    names = [wish.session.name for wish in wishes]
    policies = {
        "imports": ", ".join(f'"in-{name}"' for name in names),
        "exports": ", ".join(f'"out-{name}"' for name in names),
    }
    text = GOBGP_ROUTER % policies + "".join(GOBGP_SESSION % wish.values for wish in wishes)
    with gobgp(node, text) as running:
        for version, network in NETWORKS.items():
            running.ask("global", "rib", "add", network, "-a", f"ipv{version}")
        yield _GoBgp(running.ask)


CUSTOMERS: dict[str, Start] = {"frr": frr_customer, "bird": bird_customer, "gobgp": gobgp_customer}
