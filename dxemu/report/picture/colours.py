"""The colours of pictures. A virtual interface or tunnel has one colour, the same wherever it is shown."""

from __future__ import annotations

from dxemu.plan.model import Plan, Side

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Told apart with any colour vision: Okabe and Ito, "Color Universal Design" (2008), without black and yellow."""

DASHES = ("", "9 4", "3 3", "12 3 3 3")
"""Once all colours are used they come again with the next pattern of dashes."""

TUNNEL_DASH = "7 5"
"""Tunnels are always dashed."""

INK = "#1B2430"
MUTED = "#566171"
PAPER = "#FFFFFF"
FRAME = "#D5DBE3"
CABLE = "#8A94A3"
PIPE = "#E4E9F0"
VPC_FRAME = "#5B8C5A"
GATEWAY_FRAME = "#B45F06"

PLACE_FILL = {Side.CUSTOMER: "#F3F6FA", Side.CARRIER: "#F5F3FA", Side.AWS: "#FFF8EC"}

CARD_FILL = {Side.CUSTOMER: "#FFFFFF", Side.CARRIER: "#E6E1F2", Side.AWS: "#232F3E"}
CARD_INK = {Side.CUSTOMER: INK, Side.CARRIER: INK, Side.AWS: "#FFFFFF"}
CARD_MUTED = {Side.CUSTOMER: MUTED, Side.CARRIER: MUTED, Side.AWS: "#C9D1DB"}
CARD_FRAME = {Side.CUSTOMER: "#44546A", Side.CARRIER: "#7A6CA8", Side.AWS: "#232F3E"}


def virtual_interfaces(plan: Plan) -> tuple[str, ...]:
    """The names of the virtual interfaces, in the order of the topology file."""
    names = (session.virtual_interface for session in plan.sessions)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def tunnels(plan: Plan) -> tuple[str, ...]:
    """The names of the IPsec tunnels, in the order of the topology file."""
    return tuple(tunnel.name for tunnel in plan.tunnels)


def colour_of(name: str, plan: Plan) -> str:
    """The colour of a virtual interface or tunnel, as `#RRGGBB`, by its place in the file. Raises ValueError."""
    return PALETTE[(*virtual_interfaces(plan), *tunnels(plan)).index(name) % len(PALETTE)]


def dash_of(name: str, plan: Plan) -> str:
    """Its pattern of dashes, as SVG's `stroke-dasharray`; empty for a full line. Raises ValueError for a stranger."""
    if name in tunnels(plan):
        return TUNNEL_DASH
    return DASHES[virtual_interfaces(plan).index(name) // len(PALETTE) % len(DASHES)]
