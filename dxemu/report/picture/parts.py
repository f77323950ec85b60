"""What a picture is made of, in words and numbers only: cards, links with their strands, frames, places."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.plan.model import Side

VPC_ROLE = "empty_vpc"
"""Role of the card that stands for a VPC without instances."""

BORDER_ROLE = "border"
"""Role of the card of a gateway at the border of AWS's public network."""

OUTSIDER_ROLE = "outsider"
"""Role of the card of a host that is neither the customer's nor AWS's."""

PRIVATE_ENDPOINT_ROLE = "private_endpoint"
"""Role of the card of a VPN endpoint with a private outside address: it is reached by its gateway only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node, with its `details` in lines below its name. `frame` is the key of the frame that it stands in, if any."""

    name: str
    role: str
    side: Side
    place: str
    details: tuple[str, ...]
    frame: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A virtual interface, tunnel, or member of a LAG on a link. A member's `detail` are its numbers."""

    name: str
    label: str
    colour: str
    dash: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable, or all members of a LAG; `cables` are their names.

    With `labelled`, the strands on it are named here; each is named on exactly one link. `frame` is the key of the
    frame that its label stands in, if any.
    """

    name: str
    a: str
    b: str
    detail: str
    connection: bool
    cables: tuple[str, ...] = ()
    strands: tuple[Strand, ...] = ()
    labelled: bool = False
    frame: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A dashed frame: a VPC around its cards, a Direct Connect gateway around the cables that it leads on."""

    key: str
    title: str
    detail: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A box around cards. `rank` is its position from left to right: customer 0, locations 1, Regions 2."""

    name: str
    detail: str
    rank: int
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Everything that is on the picture. `interfaces` and `tunnels` are the legend's strands, each with its way."""

    name: str
    story: str
    places: tuple[Place, ...]
    frames: tuple[Frame, ...]
    cards: tuple[Card, ...]
    links: tuple[Link, ...]
    interfaces: tuple[tuple[Strand, str], ...]
    tunnels: tuple[tuple[Strand, str], ...]
