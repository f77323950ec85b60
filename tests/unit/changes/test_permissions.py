"""The table of what may be changed: every row is about something, and everything has a row."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from dxemu.changes.permission import permission
from dxemu.changes.table import HOSTED_BANDWIDTH, TABLE
from dxemu.topology.differences import Difference, DifferenceKind
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import fields_by_key
from dxemu.topology.marks import KeyPath


def bare(annotation: object) -> object:
    while get_origin(annotation) in (Annotated, UnionType, Union):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        annotation = parts[0]
    return annotation


def paths(annotation: object, path: KeyPath) -> Iterator[tuple[KeyPath, DifferenceKind]]:
    """Every place of a topology file where something can differ, with free names as `NAME`."""
    here = bare(annotation)
    if isinstance(here, type) and issubclass(here, BaseModel):
        for key, field in fields_by_key(here).items():
            yield from paths(field.annotation, (*path, key))
    elif get_origin(here) is dict:
        for kind in (DifferenceKind.ADDED, DifferenceKind.REMOVED):
            yield (*path, "NAME"), kind
        yield from paths(get_args(here)[1], (*path, "NAME"))
    elif get_origin(here) is list and (inner := bare(get_args(here)[0])) and isinstance(inner, type):
        if issubclass(inner, BaseModel):
            yield from paths(inner, (*path, 0))
        else:
            yield path, DifferenceKind.CHANGED
    else:
        yield path, DifferenceKind.CHANGED
    if path == ("aws", "vpcs", "NAME", "static_routes"):
        yield path, DifferenceKind.CHANGED


EVERY = tuple(dict.fromkeys(paths(TopologyFile, ())))


def test_everything_has_a_row() -> None:
    assert len(EVERY) > 100
    for path, kind in EVERY:
        permission(TABLE, Difference(path=path, kind=kind))


@pytest.mark.parametrize("row", (*TABLE, HOSTED_BANDWIDTH), ids=lambda row: row.pattern)
def test_every_row_is_about_something(row: object) -> None:
    assert any(row.fits(path, kind) for path, kind in EVERY)  # type: ignore[attr-defined]


def test_every_row_says_what_is_done_or_why_not() -> None:
    assert all(bool(row.words) != bool(row.refused) for row in TABLE)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (("virtual_interfaces", "a", "customer", "local_pref"), True),
        (("virtual_interfaces", "a", "mtu"), True),
        (("virtual_interfaces", "a", "vlan"), False),
        (("vpns", "a", "tunnels", 1, "amazon", "enabled"), True),
        (("vpns", "a", "tunnels", 1, "inside_cidr"), False),
        (("aws", "transit_gateways", "a", "route_tables", "b", "propagations"), True),
        (("aws", "direct_connect_gateways", "a", "associations", "b", "allowed_prefixes"), True),
        (("customer", "asn"), False),
    ],
)
def test_rows_decide(path: KeyPath, allowed: bool) -> None:
    assert (not permission(TABLE, Difference(path=path, kind=DifferenceKind.CHANGED)).refused) is allowed
