"""What other distributions import of themselves and no lab uses: 190 modules, a third of what a lab's start takes.

`import pyroute2.netlink.rtnl` runs the file of `pyroute2` first, which imports all that it has; ExaBGP imports what
decodes BGP-LS (RFC 9552), an address family that no lab speaks, and Python's debugger, which only its own settings
start; asyncio imports ssl, and shutil what packs archives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

_UPDATE = "exabgp.bgp.message.update"
_LINK_STATE = {f"{_UPDATE}.attribute.bgpls.linkstate": "LinkState", f"{_UPDATE}.nlri.bgpls": "BGPLS"}
"""Modules by name, with what ExaBGP 5.0.15 imports of each and passes on."""
_DEBUGGER = "pdb"
_DONE_WITHOUT = ("ssl", "bz2", "lzma")
"""Who imports them goes on where they are not installed."""


class FrontOnDemand(ModuleType):
    """A package whose own file runs when somebody asks for what it gives, not when one of its modules is imported."""

    def __getattr__(self, name: str) -> object:
        """Python asks here for what is not there yet."""
        if name.startswith("__"):
            raise AttributeError(name)
        if find_spec(f"{self.__name__}.{name}") is not None:
            return import_module(f"{self.__name__}.{name}")
        self.__class__ = ModuleType  # type: ignore[assignment]  # what its file imports finds it unfinished, as ever
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        found: object = getattr(self, name)
        return found


@contextmanager
def left_out() -> Iterator[None]:
    """Import without them what is imported inside.

    Who imports any of it later has all of it. An attribute of BGP-LS is one that ExaBGP does not know then, and
    goes by RFC 4271 section 9.
    """
    on_demand("pyroute2")
    for name, passed_on in _LINK_STATE.items():
        empty = ModuleType(name)
        setattr(empty, passed_on, type(passed_on, (), {}))
        sys.modules.setdefault(name, empty)
    hidden = {name: sys.modules.get(name) for name in (*_DONE_WITHOUT, _DEBUGGER)}
    for name in _DONE_WITHOUT:
        sys.modules[name] = None  # type: ignore[assignment]  # to who imports it, it is not installed
    sys.modules[_DEBUGGER] = ModuleType(_DEBUGGER)
    try:
        yield
    finally:
        for name, module in hidden.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


def on_demand(package: str) -> None:
    """Have its own file run on demand, unless it has been imported or is not installed: that is said elsewhere."""
    spec = None if package in sys.modules else find_spec(package)
    if spec is not None:
        module = module_from_spec(spec)
        module.__class__ = FrontOnDemand
        sys.modules[package] = module
