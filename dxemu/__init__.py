"""Rehearse the failover of an AWS Direct Connect link on real Linux networking.

    topology file -> Topology -> Plan -> Lab -> Timeline -> Results -> Report
    (pure half: topology, plan)      (effects)      (pure half: measure, report)

The pure halves need no root, no network and no clock. The lab runs on the embedded kernel or on
the machine's own (`dxemu.host`); one code serves both.
"""

__version__ = "0.1.0"
