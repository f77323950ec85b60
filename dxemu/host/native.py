"""Mininet's nodes and links on the kernel that this process runs on.

The vocabulary is Mininet's. Its shells are not started: inside the embedded kernel a host's bash and
the commands that it runs cost about a second of wall time. Namespaces and links are made by netlink
in this process; a node's shell starts when somebody asks it for a command.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from dxemu.netlink.namespace import Namespace


def _distutils() -> dict[str, ModuleType]:
    """What Mininet 2.3 imports of distutils: a name, to compare versions of Open vSwitch, of which a lab has none.

    Python 3.12 left distutils out. setuptools brings it back by a file that Python's `site` reads; a lab's process
    starts without `site`, and setuptools itself is long to import inside the embedded kernel.
    """
    package, version = ModuleType("distutils"), ModuleType("distutils.version")
    version.StrictVersion = str  # type: ignore[attr-defined]  # a module is what it holds
    return {"distutils": package, "distutils.version": version}


def _mininet() -> tuple[Any, Any, Any]:  # Mininet is untyped
    """Mininet's Intf, Link and Node. Nothing of distutils is left in `sys.modules` that was not there before."""
    lent = _distutils()
    had = {name: sys.modules[name] for name in lent if name in sys.modules}
    sys.modules.update(lent)
    try:
        from mininet.link import Intf, Link
        from mininet.node import Node
    finally:
        for name in lent:
            del sys.modules[name]
        sys.modules.update(had)
    return Intf, Link, Node


Intf, Link, Node = _mininet()


class MininetNode(Node):  # type: ignore[valid-type,misc]  # Mininet is untyped
    """A Mininet node whose namespace is made by netlink and whose shell starts on demand."""

    isSetup = True

    def __init__(self, name: str) -> None:
        self.namespace = Namespace.create(name)
        super().__init__(name, inNamespace=True)

    def startShell(self, mnopts: str | None = None) -> None:
        """Mininet calls this when a node is made: not yet."""
        del mnopts

    def sendCmd(self, *args: object, **kwargs: object) -> None:
        """Run a command in the node's shell, which starts now if it has not."""
        if not self.shell:
            self.inNamespace = False  # the shell is born in the namespace: it need not make one
            with self.namespace.entered():
                super().startShell()
        super().sendCmd(*args, **kwargs)

    def terminate(self) -> None:
        """End the shell, if there is one, and give the namespace back."""
        if self.shell:
            super().terminate()
        self.namespace.end_connections()
        self.namespace.delete()


class _Link(Link):  # type: ignore[valid-type,misc]  # Mininet is untyped
    """A Mininet link over a veth pair that is there already."""

    @classmethod
    def makeIntfPair(cls, *args: object, **kwargs: object) -> None:
        """Mininet would run `ip link add`."""
        del args, kwargs


class _Intf(Intf):  # type: ignore[valid-type,misc]  # Mininet is untyped
    """An interface that is configured by netlink, not by `ifconfig`."""

    def config(self, *args: object, **kwargs: object) -> dict[str, object]:
        """Mininet would run commands."""
        del args, kwargs
        return {}

    def isUp(self, setUp: bool = False) -> bool:
        """Mininet would run commands."""
        del setUp
        return True


def connect(a: MininetNode, a_name: str, b: MininetNode, b_name: str) -> None:
    """Tell Mininet of a cable, so that its nodes know their interfaces and neighbours."""
    _Link(a, b, intfName1=a_name, intfName2=b_name, intf=_Intf)
