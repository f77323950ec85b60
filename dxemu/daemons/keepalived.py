"""keepalived as a VRRPv3 router and nothing else (RFC 5798): a small pair of processes for each router of a LAN.

It preempts: the router with the highest priority takes the address back when it returns (Preempt_Mode True, the RFC's
default). It answers for the address, so that people can ping their gateway (Accept_Mode True, not the RFC's default).

An IPv4 address sits on a macvlan with the virtual router's own MAC: a host needs no new ARP at a change. An IPv6
address does not: the macvlan's MLD reports, which Linux sends for a while after every change, would come from the
virtual MAC and lead switches to the wrong router. It sits on the interface, and hosts hear of a change by neighbour
advertisements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dxemu.errors import LabError
from dxemu.host.process import Process
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import VrrpGroup

IPV6 = 6
FOLDER = "/run"
GRATUITOUS_INTERVAL_S = 0.001
_STATE = re.compile(r"\(vr(?P<number>\d+)\) Entering (?P<state>MASTER|BACKUP|FAULT) STATE")


def virtual_interface(group: VrrpGroup) -> str:
    """The macvlan that keepalived makes for an IPv4 group on each of its routers."""
    return f"vrrp{group.virtual_router_id}"


def render(node: str, groups: Sequence[VrrpGroup]) -> str:
    """The configuration of keepalived for the groups that `node` is in.

    A new master's gratuitous ARPs are a millisecond apart: the kernel of the old one, which is about to give the
    address up, may answer the first, and switches then send what is for the virtual MAC there until they hear the next.

    No IGMP reports for 224.0.0.0/24: RFC 4541 wants it flooded anyway, and they would come from the virtual MAC.
    """
    settings = (
        f"router_id {node}",
        "vrrp_version 3",
        f"vrrp_garp_interval {GRATUITOUS_INTERVAL_S}",
        f"vrrp_gna_interval {GRATUITOUS_INTERVAL_S}",
        "disable_local_igmp",
    )
    lines = "".join(f"  {setting}\n" for setting in settings)
    return f"global_defs {{\n{lines}}}\n" + "".join(_instance(node, group) for group in groups)


def _instance(node: str, group: VrrpGroup) -> str:
    settings = [
        "state BACKUP",
        f"interface {dict(group.interfaces)[node]}",
        f"virtual_router_id {group.virtual_router_id}",
        f"priority {dict(group.priorities)[node]}",
        f"advert_int {float(group.advertisement_interval):.2f}",
    ]
    addresses = [str(group.address)]
    if group.address.version == IPV6:
        # RFC 5798 section 5.2.9: the first is link-local; made of the group's number as if the virtual MAC were there.
        addresses.insert(0, f"fe80::200:5eff:fe00:{0x200 + group.virtual_router_id:x}/64")
        # A master that gives way says so; the other one, if it never stopped being master, then tells the hosts again.
        settings.append("higher_prio_send_advert true")
    else:
        settings.append(f"use_vmac {virtual_interface(group)}")
    settings.append("virtual_ipaddress {\n    " + "\n    ".join(addresses) + "\n  }")
    lines = "".join(f"  {setting}\n" for setting in settings)
    return f"vrrp_instance vr{group.virtual_router_id} {{\n{lines}}}\n"


class Keepalived:
    """A running keepalived. `on_state(virtual_router_id, state)` is called at every change.

    `state` is `master` (it has the address), `backup` or `fault` (its interface on the LAN has no carrier).
    """

    def __init__(
        self,
        node: str,
        groups: Sequence[VrrpGroup],
        namespace: Namespace,
        on_state: Callable[[int, str], None],
        on_death: Callable[[LabError], None],
    ) -> None:
        self._on_state = on_state
        base = f"{FOLDER}/keepalived-{node}"
        with open(f"{base}.conf", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
            file.write(render(node, groups))
        command = ["/usr/sbin/keepalived", "--vrrp", "--dont-fork", "--dont-respawn", "--log-console", "--no-syslog"]
        command += ["-f", f"{base}.conf", "-p", f"{base}.pid", "-r", f"{base}-vrrp.pid"]
        self.process = Process(f"keepalived on {node}", command, namespace, self._line, on_death)

    def _line(self, line: str) -> None:
        match = _STATE.search(line)
        if match is not None:
            self._on_state(int(match["number"]), match["state"].lower())

    def stop(self) -> None:
        """End it. A master says so to the others with priority 0 and takes the address off."""
        self.process.stop()
