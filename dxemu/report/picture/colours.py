"""The colours of pictures. A virtual interface has one colour, the same wherever it is shown."""

from __future__ import annotations

from dxemu.plan.model import Plan, Side

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Told apart with any colour vision: Okabe and Ito, "Color Universal Design" (2008), without black and yellow."""

DASHES = ("", "9 4", "3 3", "12 3 3 3")
"""Once all colours are used they come again with the next pattern of dashes."""

INK = "#1B2430"
MUTED = "#566171"
PAPER = "#FFFFFF"
FRAME = "#D5DBE3"
CABLE = "#8A94A3"
PIPE = "#E4E9F0"
VPC_FRAME = "#5B8C5A"

PLACE_FILL = {Side.CUSTOMER: "#F3F6FA", Side.CARRIER: "#F5F3FA", Side.AWS: "#FFF8EC"}

CARD_FILL = {Side.CUSTOMER: "#FFFFFF", Side.CARRIER: "#E6E1F2", Side.AWS: "#232F3E"}
CARD_INK = {Side.CUSTOMER: INK, Side.CARRIER: INK, Side.AWS: "#FFFFFF"}
CARD_MUTED = {Side.CUSTOMER: MUTED, Side.CARRIER: MUTED, Side.AWS: "#C9D1DB"}
CARD_FRAME = {Side.CUSTOMER: "#44546A", Side.CARRIER: "#7A6CA8", Side.AWS: "#232F3E"}


def virtual_interfaces(plan: Plan) -> tuple[str, ...]:
    """The names of the virtual interfaces, in the order of the topology file."""
    return tuple(session.virtual_interface for session in plan.sessions if session.virtual_interface is not None)


def colour_of(virtual_interface: str, plan: Plan) -> str:
    """The colour of a virtual interface, as `#RRGGBB`: by its place in the file. Raises ValueError for a stranger."""
    return PALETTE[virtual_interfaces(plan).index(virtual_interface) % len(PALETTE)]


def dash_of(virtual_interface: str, plan: Plan) -> str:
    """Its pattern of dashes, as SVG's `stroke-dasharray`; empty for a full line. Raises ValueError for a stranger."""
    return DASHES[virtual_interfaces(plan).index(virtual_interface) // len(PALETTE) % len(DASHES)]
