"""The decision process: which of several routes to one prefix is used, and by which rule (RFC 4271 section 9.1.2.2).

A decision is a `Choice`: the winner, and on demand the step that decided and every loser with the step at which it went
out. Routes that are level up to the interior cost may be used together (multipath); the steps after that only choose
which of them is told to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from dxemu.bgp.decision_step import DecisionStep, IgpCost, med, sentence
from dxemu.bgp.route import Rank, Route
from dxemu.bgp.value import value

MaximumPaths = Callable[[Route], int]
"""How many routes may be used together with this best one, itself included; 1: no multipath."""


@dataclass(frozen=True, slots=True)
class Loser:
    """A route that is not used: the `step` at which it went out, and `why`, as a sentence that names both values."""

    route: Route
    step: DecisionStep
    why: str


@value(frozen=True, slots=True)
class Choice:
    """The best route, and what it was chosen from.

    `routes` are all that are used together, the best one first: more than one only with multipath. Why it was chosen is
    worked out when somebody asks.
    """

    route: Route
    routes: tuple[Route, ...]
    candidates: tuple[Route, ...] = field(compare=False)
    igp_cost: IgpCost | None = field(default=None, compare=False)

    @property
    def step(self) -> DecisionStep:
        """The step that decided: the last one that left a route out."""
        return self._last_out()[0]

    @property
    def runner_up(self) -> Route | None:
        """The best of the routes that went out last: `step` is why it lost. None for the only path."""
        return self._last_out()[1]

    @property
    def rule(self) -> str:
        """The step as a sentence with the values that it compared."""
        if len(self.routes) > 1:
            return f"{len(self.routes)} equal paths share the flows"
        step, runner_up = self._last_out()
        return step.value if runner_up is None else sentence(step, self.route, runner_up, self.igp_cost)

    @property
    def losers(self) -> tuple[Loser, ...]:
        """Every candidate that is not used, in the order in which they went out."""
        out = _eliminated(self.candidates, self.igp_cost)
        return tuple(
            Loser(route, step, sentence(step, self.route, route, self.igp_cost))
            for step, routes in out
            for route in routes
            if route not in self.routes
        )

    def _last_out(self) -> tuple[DecisionStep, Route | None]:
        found: tuple[DecisionStep, Route | None] = DecisionStep.ONLY_PATH, None
        for step, out in _eliminated(self.candidates, self.igp_cost):
            found = step, out[0]
        return found


def best(
    candidates: Iterable[Route], igp_cost: IgpCost | None = None, maximum_paths: MaximumPaths | None = None
) -> Choice | None:
    """The best of `candidates`, which are all for one prefix; None if there are none.

    A route that this router originates itself comes before all others. The order of `candidates` does not matter.
    With `maximum_paths` those that are level with the best one as far as multipath asks are used, too.
    """
    routes = tuple(candidates)
    if not routes:
        return None
    of_different_sessions = len({route.session for route in routes}) == len(routes)
    return (choose if of_different_sessions else step_by_step)(routes, igp_cost, maximum_paths)


_MED = 5
"""Where MED stands in the first part of a rank."""


_RANK = attrgetter("rank")


def _set_rank(route: Route) -> None:
    """Note what the steps compare: up to where multipath looks, and from there on."""
    rank: Rank = (
        (
            bool(route.session),
            route.precedence,
            -route.local_pref,
            len(route.as_path),
            route.origin,
            route.med or 0,
            not route.external,
        ),
        (
            int(route.originator_id or route.peer_router_id),
            len(route.cluster_list),
            route.peer_address.version,
            int(route.peer_address),
            route.session,
        ),
    )
    object.__setattr__(route, "rank", rank)


def choose(
    routes: tuple[Route, ...], igp_cost: IgpCost | None = None, maximum_paths: MaximumPaths | None = None
) -> Choice:
    """`best` of at least one route, each of another session.

    The steps one after the other are the rule. The route with the least rank is the same one and, of 8 routes, found in
    a fifteenth of the time. But interior costs are in no rank, and MED counts only between routes of one neighbour AS,
    LOCAL_PREF only inside one preference group.
    """
    if len(routes) == 1:
        return Choice(routes[0], routes, routes)
    in_groups = False
    for route in routes:
        if route.rank is None:
            _set_rank(route)
        if route.med or route.preference_group:
            in_groups = True
    winner = min(routes, key=_RANK)
    if igp_cost is not None or (in_groups and not _all_compare(winner, routes)):
        return step_by_step(routes, igp_cost, maximum_paths)
    if maximum_paths is None or (most := maximum_paths(winner)) <= 1:
        return Choice(winner, (winner,), routes)
    least, _ = _RANK(winner)
    level = [route for route in routes if _RANK(route)[0] == least]
    return Choice(winner, _together(winner, level, most), routes)


def _all_compare(winner: Route, routes: tuple[Route, ...]) -> bool:
    """Whether all routes are of one preference group, and those that come to the step MED of one neighbour AS."""
    if any(route.preference_group != winner.preference_group for route in routes):
        return False
    least, _ = _RANK(winner)
    others = [_RANK(route)[0] for route in routes if route.neighbour_asn != winner.neighbour_asn]
    return all(other[:_MED] != least[:_MED] or other[_MED] == least[_MED] for other in others)


def step_by_step(
    routes: tuple[Route, ...], igp_cost: IgpCost | None = None, maximum_paths: MaximumPaths | None = None
) -> Choice:
    """The same, as the RFC puts it: each step leaves routes out until one is left."""
    left = list(routes)
    level: list[Route] = []
    for step, out in _eliminated(routes, igp_cost):
        if not level and _ORDER[step] >= _ORDER[DecisionStep.ROUTER_ID]:
            level = left
        left = [route for route in left if route not in out]
    winner = left[0]
    used = (winner,) if maximum_paths is None else _together(winner, level, maximum_paths(winner))
    return Choice(winner, used, routes, igp_cost)


def _together(winner: Route, level: list[Route], most: int) -> tuple[Route, ...]:
    """The winner, and those level with it: at most `most` of them, in an order that does not depend on arrival."""
    if most <= 1 or winner.originated:
        return (winner,)
    others = sorted((route for route in level if route != winner), key=_last)
    return (winner, *others)[:most]


def _eliminated(candidates: Iterable[Route], igp_cost: IgpCost | None) -> Iterator[tuple[DecisionStep, list[Route]]]:
    """Step by step the routes that go out, the best of them first, until one is left. Only steps that put one out."""
    left = list(candidates)
    for step in _ORDER:
        if len(left) == 1:
            return
        if step in _WITHIN:
            group, cost = _WITHIN[step]
            least_of = _least_of_groups(left, group, cost)
            out = [route for route in left if cost(route) > least_of[group(route)]]
            out.sort(key=lambda route: (cost(route), str(group(route)), _last(route)))
        else:
            key = _key(step, igp_cost)
            if key is None:
                continue
            least = min(map(key, left))
            out = [route for route in left if key(route) != least]
            out.sort(key=lambda route: (key(route), _last(route)))
        if out:
            yield step, out
            left = [route for route in left if route not in out]


def _least_of_groups(
    routes: Iterable[Route], group: Callable[[Route], object], cost: Callable[[Route], int]
) -> dict[object, int]:
    least: dict[object, int] = {}
    for route in routes:
        least[group(route)] = min(cost(route), least.get(group(route), cost(route)))
    return least


def _last(route: Route) -> tuple[object, ...]:
    """An order of routes that are level: it depends on nothing but themselves."""
    return (route.peer_router_id, route.peer_address.version, route.peer_address, route.session, route)


_KEYS: dict[DecisionStep, Callable[[Route], Any]] = {  # Any: each step has keys of one type, which compare
    DecisionStep.ORIGINATED: lambda r: not r.originated,
    DecisionStep.PRECEDENCE: lambda r: r.precedence,
    DecisionStep.AS_PATH: lambda r: len(r.as_path),
    DecisionStep.ORIGIN: lambda r: r.origin,
    DecisionStep.EXTERNAL: lambda r: not r.external,
    DecisionStep.ROUTER_ID: lambda r: r.originator_id or r.peer_router_id,
    DecisionStep.CLUSTER_LIST: lambda r: len(r.cluster_list),
    DecisionStep.PEER_ADDRESS: lambda r: (r.peer_address.version, r.peer_address),
    DecisionStep.NAME: lambda r: (r.session, r),
}
_WITHIN: dict[DecisionStep, tuple[Callable[[Route], object], Callable[[Route], int]]] = {
    DecisionStep.LOCAL_PREF: (lambda r: r.preference_group, lambda r: -r.local_pref),
    DecisionStep.MED: (lambda r: r.neighbour_asn, med),
}
"""Steps that compare routes of one group only: the group, and the value of which the least wins."""

_ORDER: dict[DecisionStep, int] = {
    step: number for number, step in enumerate(DecisionStep) if step is not DecisionStep.ONLY_PATH
}


def _key(step: DecisionStep, igp_cost: IgpCost | None) -> Callable[[Route], Any] | None:  # Any: as in _KEYS
    """What a step compares: the least wins. None for a step that does not apply."""
    if step is DecisionStep.IGP_COST:
        return None if igp_cost is None else lambda route: igp_cost(route.next_hop)
    return _KEYS[step]
