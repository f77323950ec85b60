"""Rehearse the failover of an AWS Direct Connect link on real Linux networking.

    topology file -> Topology -> Plan -> Lab -> Timeline -> Results -> Report
    (pure half: topology, plan)      (effects)      (pure half: measure, report)

The pure halves need no root, no network and no clock. The lab runs on the embedded kernel or on
the machine's own (`dxemu.host`); one code serves both.
"""

__version__ = "0.1.0"
__all__ = ["LiveLab", "__version__", "attach", "up"]


def __getattr__(name: str) -> object:
    """Labs in Python (`dxemu.labs.live`), imported when they are asked for. `__init__.pyi` has the types."""
    if name not in ("LiveLab", "attach", "up"):
        raise AttributeError(f"dxemu has no {name}")
    import importlib

    return getattr(importlib.import_module("dxemu.labs.live"), name)
