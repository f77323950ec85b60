"""The decision process: which of several routes to one prefix is used, and by which rule (RFC 4271 section 9.1.2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dxemu.bgp.route import Route
from dxemu.units import IPAddress

IgpCost = Callable[[IPAddress], int]
"""Interior cost of a next hop."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The best route, and the rule that decided, as a sentence."""

    route: Route
    rule: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One comparison. The least `key` wins; `text` says what a winner and the best loser look like."""

    key: Callable[[Route], object]
    text: Callable[[Route, Route], str]


def best(candidates: Iterable[Route], igp_cost: IgpCost | None = None) -> Choice | None:
    """The best of `candidates`, which are all for one prefix; None if there are none.

    The rule is that of the last step that left a route out: it is why the runner-up lost. A route that this
    router originates itself comes before all others. The order of `candidates` does not matter.
    """
    left = list(candidates)
    if not left:
        return None
    rule = "only path"
    for step in _steps(igp_cost):
        if len(left) == 1:
            break
        if step is None:
            left, rule = _by_med(left, rule)
        else:
            left, rule = _least(left, step, rule)
    return Choice(left[0], rule)


def _least(routes: list[Route], step: _Step, rule: str) -> tuple[list[Route], str]:
    """Those of `routes` with the least key, and the rule if that left any out (else `rule`)."""
    ranked = sorted(routes, key=step.key)  # type: ignore[arg-type]  # the keys of one step compare with each other
    winners = [route for route in ranked if step.key(route) == step.key(ranked[0])]
    if len(winners) == len(ranked):
        return routes, rule
    return winners, step.text(winners[0], ranked[len(winners)])


def _by_med(routes: list[Route], rule: str) -> tuple[list[Route], str]:
    """`routes` without those for which there is one with a lower MED from the same neighbour AS."""
    lowest: dict[object, int] = {}
    for route in routes:
        lowest[route.neighbour_asn] = min(_med(route), lowest.get(route.neighbour_asn, _med(route)))
    winners = [route for route in routes if _med(route) == lowest[route.neighbour_asn]]
    if len(winners) == len(routes):
        return routes, rule
    loser = min((r for r in routes if r not in winners), key=lambda r: (_med(r), r.neighbour_asn or 0))
    whose = "inside the AS" if loser.neighbour_asn is None else f"from AS {loser.neighbour_asn}"
    return winners, f"lower MED {whose} ({lowest[loser.neighbour_asn]} over {_med(loser)})"


def _med(route: Route) -> int:
    """MED, where none counts as the lowest."""
    return route.med or 0


def _steps(igp_cost: IgpCost | None) -> Iterator[_Step | None]:
    """The steps in order; None stands for MED, which compares only some pairs."""
    yield _Step(lambda r: not r.originated, lambda _w, _l: "originated by this router")
    yield _Step(lambda r: r.precedence, lambda w, x: f"{w.kind} over {x.kind}")
    yield _Step(lambda r: -r.local_pref, lambda w, x: f"higher local preference ({w.local_pref} over {x.local_pref})")
    yield _Step(lambda r: len(r.as_path), lambda w, x: f"shorter AS_PATH ({len(w.as_path)} over {len(x.as_path)})")
    yield _Step(lambda r: r.origin, lambda w, x: f"lower ORIGIN ({w.origin.name} over {x.origin.name})")
    yield None
    yield _Step(lambda r: not r.external, lambda _w, _l: "eBGP over iBGP")
    if igp_cost is not None:
        cost = igp_cost
        yield _Step(
            lambda r: cost(r.next_hop),
            lambda w, x: f"lower IGP cost to the next hop ({cost(w.next_hop)} over {cost(x.next_hop)})",
        )
    yield _Step(
        lambda r: r.peer_router_id, lambda w, x: f"lower router ID ({w.peer_router_id} over {x.peer_router_id})"
    )
    yield _Step(
        lambda r: (r.peer_address.version, r.peer_address),
        lambda w, x: f"lower peer address ({w.peer_address} over {x.peer_address})",
    )
    yield _Step(lambda r: (r.session, repr(r)), lambda w, x: f"first by name ({w.session} over {x.session})")
