"""Give orders to labs that live. Imports little: a command is to answer at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dxemu.labs.places import LabFolder, chosen
from dxemu.labs.wire import asked


def ask(
    name: str | None, do: str, told: Callable[[Mapping[str, Any]], None] = lambda _: None, **values: object
) -> Mapping[str, Any]:  # Any: as the request has it, see `dxemu.labs.requests`
    """Ask the lab of this name, or the only one, and wait for the end. Raises NoLab and AskedInVain."""
    return ask_at(chosen(name), do, told, **values)


def ask_at(
    place: LabFolder,
    do: str,
    told: Callable[[Mapping[str, Any]], None] = lambda _: None,
    limit_s: float | None = None,
    /,
    **values: object,
) -> Mapping[str, Any]:  # Any: as above
    """The same for a place. Values that are None are left out.

    Raises TimeoutError if it says nothing for `limit_s`, as one does in which virtual time goes on.
    """
    given = {key: value for key, value in values.items() if value is not None}
    with place.connected() as sock:
        sock.settimeout(limit_s)
        try:
            for answer in asked(sock, do, given):
                if "done" in answer:
                    found: Mapping[str, Any] = answer["done"]
                    return found
                told(answer["told"])
        except ConnectionError as error:
            raise place.dead() from error
    raise place.dead()
