"""Rehearse the failover of an AWS Direct Connect link on real Linux networking.

    topology file -> Topology -> Plan -> Lab -> Timeline -> Results -> Report
    (pure half: topology, plan)      (effects)      (pure half: measure, report)

The pure halves need no root, no network and no clock. The lab runs on the embedded kernel or on
the machine's own (`dxemu.host`); one code serves both.
"""

__version__ = "0.1.0"
_OF = {
    **dict.fromkeys(("lab", "run", "audit", "explain"), None),
    **dict.fromkeys(("load",), "dxemu.api"),
    **dict.fromkeys(("LiveLab", "attach", "up"), "dxemu.labs.live"),
    **dict.fromkeys(("AsyncLab", "async_lab"), "dxemu.labs.async_live"),
    "DxemuError": "dxemu.errors",
    "Finished": "dxemu.finished",
}
"""Where each is; None: a package of that name, which is called (`dxemu.calling`)."""
__all__ = ["__version__", *_OF]


def __getattr__(name: str) -> object:
    """What `dxemu.api` says, imported when it is asked for. `__init__.pyi` has the types."""
    if name not in _OF:
        raise AttributeError(f"dxemu has no {name}")
    import importlib

    from dxemu.calling import make_called

    make_called()
    module = _OF[name]
    return (
        importlib.import_module(f"dxemu.{name}") if module is None else getattr(importlib.import_module(module), name)
    )
