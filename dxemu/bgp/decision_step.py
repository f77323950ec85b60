"""The steps of the decision process (RFC 4271 section 9.1.2.2), and why a route won by one of them, as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from dxemu.bgp.route import Route
from dxemu.units import IPAddress

IgpCost = Callable[[IPAddress], int]
"""Interior cost of a next hop."""


class DecisionStep(Enum):
    """The steps in the order in which they leave routes out. The value is what people call the rule."""

    ONLY_PATH = "only path"
    ORIGINATED = "originated by this router"
    PRECEDENCE = "type of attachment"
    LOCAL_PREF = "higher local preference"
    AS_PATH = "shorter AS_PATH"
    ORIGIN = "lower ORIGIN"
    MED = "lower MED"
    EXTERNAL = "eBGP over iBGP"
    IGP_COST = "lower IGP cost to the next hop"
    ROUTER_ID = "lower router ID"
    CLUSTER_LIST = "shorter CLUSTER_LIST"
    PEER_ADDRESS = "lower peer address"
    NAME = "first by name"


def sentence(step: DecisionStep, winner: Route, loser: Route, igp_cost: IgpCost | None) -> str:
    """A step as a sentence, with what the winner has and what the loser."""
    match step:
        case DecisionStep.PRECEDENCE:
            return f"{winner.kind} over {loser.kind}"
        case DecisionStep.LOCAL_PREF if winner.preference_group != loser.preference_group:
            return f"{step.value} through {loser.preference_group} than {loser.local_pref}"
        case DecisionStep.LOCAL_PREF:
            values: tuple[object, object] = winner.local_pref, loser.local_pref
        case DecisionStep.AS_PATH:
            values = len(winner.as_path), len(loser.as_path)
        case DecisionStep.ORIGIN:
            values = winner.origin.name, loser.origin.name
        case DecisionStep.MED:
            return _med_sentence(winner, loser)
        case DecisionStep.IGP_COST:
            assert igp_cost is not None
            values = igp_cost(winner.next_hop), igp_cost(loser.next_hop)
        case DecisionStep.ROUTER_ID:
            values = winner.originator_id or winner.peer_router_id, loser.originator_id or loser.peer_router_id
        case DecisionStep.CLUSTER_LIST:
            values = len(winner.cluster_list), len(loser.cluster_list)
        case DecisionStep.PEER_ADDRESS:
            values = winner.peer_address, loser.peer_address
        case DecisionStep.NAME:
            values = winner.session, loser.session
        case _:
            return str(step.value)
    return f"{step.value} ({values[0]} over {values[1]})"


def _med_sentence(winner: Route, loser: Route) -> str:
    """MED compares routes of one neighbour AS: the winner of all need not be the one that put this loser out."""
    whose = "inside the AS" if loser.neighbour_asn is None else f"from AS {loser.neighbour_asn}"
    if winner.neighbour_asn != loser.neighbour_asn:
        return f"{DecisionStep.MED.value} {whose} than {med(loser)}"
    return f"{DecisionStep.MED.value} {whose} ({med(winner)} over {med(loser)})"


def med(route: Route) -> int:
    """MED, where none counts as the lowest."""
    return route.med or 0
