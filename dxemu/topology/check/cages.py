"""The customer's cages: one under `colocation`, or several under `colocations`."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.topology.file import TopologyFile
from dxemu.topology.file_customer import RouterEntry
from dxemu.topology.marks import KeyPath


def cages(file: TopologyFile) -> dict[str, tuple[list[str], KeyPath]]:
    """Routers and the path of their mapping, by location. Empty where carriers extend layer 2 to the data center."""
    found: dict[str, tuple[list[str], KeyPath]] = {}
    one = file.customer.colocation
    if one is not None:
        found[one.location] = list(one.routers), ("customer", "colocation", "routers")
    for location, cage in file.customer.colocations.items():
        found[location] = list(cage.routers), ("customer", "colocations", location, "routers")
    return found


def unknown(file: TopologyFile) -> bool:
    """Whether the file does not say what is at the Direct Connect location: what hangs on that cannot be judged."""
    return not cages(file) and "colocation" not in file.customer.model_fields_set


def or_circuit(file: TopologyFile) -> str:
    """What else may be done about a router that is not in the cage, where a file with one cage can take it."""
    return "" if file.customer.colocations else ", or write `colocation: circuit`"


def router_entries(file: TopologyFile) -> Iterator[tuple[str, RouterEntry, KeyPath]]:
    """All of the customer's routers with what the file says of each, and where."""
    customer = file.customer
    for name, entry in customer.data_center.routers.items():
        yield name, entry, ("customer", "data_center", "routers", name)
    if customer.colocation is not None:
        for name, entry in customer.colocation.routers.items():
            yield name, entry, ("customer", "colocation", "routers", name)
    for location, cage in customer.colocations.items():
        for name, entry in cage.routers.items():
            yield name, entry, ("customer", "colocations", location, "routers", name)


def routers(file: TopologyFile) -> list[str]:
    """All of the customer's routers, the data center's first."""
    return [*file.customer.data_center.routers, *(r for there, _ in cages(file).values() for r in there)]
