"""What charon is told: its `strongswan.conf`, and what it gets over its vici socket for each tunnel.

Sources: strongswan.conf(5) and swanctl.conf(5) of strongSwan 5.9.8; Site-to-Site VPN User Guide, "Tunnel options";
read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Interface

from dxemu.plan.model import IpsecTunnel, TunnelEnd
from dxemu.predict.dead_peer import RETRANSMISSIONS, give_up_after, retransmit_interval, silence_before_probe

PLUGINS = ("random", "nonce", "openssl", "kdf", "kernel-netlink", "socket-default", "vici")
"""Named, because others that Debian would load (kernel-libipsec, bypass-lan, farp) put routes and policies of their own
beside the tunnels'. openssl brings the cryptography, kdf the derivation of keys from it (RFC 7296 section 2.13)."""

THREADS = 8
"""Five of them wait for good: for packets, for something to send, for the clock, for sockets, for the kernel."""

Section = dict[str, "str | list[str] | Section"]
"""A message of vici."""


def ends_at(tunnel: IpsecTunnel, node: str) -> tuple[TunnelEnd, TunnelEnd]:
    """This node's end of a tunnel, and the other."""
    mine, other = tunnel.ends if tunnel.ends[0].node == node else tunnel.ends[::-1]
    return mine, other


def render(tunnels: Sequence[IpsecTunnel], node: str, vici_socket: str, log_file: str) -> str:
    """The `strongswan.conf` of the charon of `node`: no connection and no key is in it.

    Every request is sent again at even intervals (base 1), so that a peer is given up when AWS would.
    A tunnel that authenticates anew has its new keys before the old ones go.
    One setting a line: strongSwan reads `a { b = c }` wrongly.
    """
    return f"""\
charon {{
  load = {" ".join(PLUGINS)}
  threads = {THREADS}
  install_routes = no
  install_virtual_ip = no
  process_route = no
  retransmit_tries = {RETRANSMISSIONS}
  retransmit_timeout = {retransmit_interval(tunnels, node):.3f}
  retransmit_base = 1.0
  make_before_break = yes
  plugins {{
    kernel-netlink {{
      roam_events = no
    }}
    socket-default {{
      use_ipv6 = no
    }}
    vici {{
      socket = unix://{vici_socket}
    }}
  }}
  filelog {{
    dxemu {{
      path = {log_file}
      default = 1
      enc = 0
      net = 0
      ike_name = yes
      flush_line = yes
      append = yes
    }}
  }}
}}
charon-systemd {{
  journal {{
    default = -1
  }}
}}
"""


def secret(tunnel: IpsecTunnel, node: str) -> Section:
    """The message `load-shared`: the pre-shared key that this node has, for the tunnel's two outside addresses."""
    mine, _ = ends_at(tunnel, node)
    owners = [str(end.outside) for end in tunnel.ends]
    return {"id": tunnel.name, "type": "IKE", "data": mine.pre_shared_key or tunnel.pre_shared_key, "owners": owners}


def connection(tunnel: IpsecTunnel, node: str, tunnels: Sequence[IpsecTunnel]) -> Section:
    """The message `load-conn` for this node's end of a tunnel. `tunnels` are all of the node's.

    The connection and its only child carry the tunnel's name. The customer's end comes back by itself after its peer
    was dead or closed the tunnel, and tries for ever; AWS's waits (DPD action `clear`). A rekeying starts
    `rekey_margin` to twice that before the end of a lifetime, drawn evenly: AWS's rekey fuzz of 100 %.
    """
    mine, other = ends_at(tunnel, node)
    come_back = "start" if mine is tunnel.ends[0] else "none"
    everything = "0.0.0.0/0" if isinstance(mine.inside, IPv4Interface) else "::/0"
    margin, dpd = f"{round(tunnel.rekey_margin)}s", tunnel.dpd_at(node)
    phase1 = mine.phase1_lifetime or tunnel.phase1_lifetime
    phase2 = mine.phase2_lifetime or tunnel.phase2_lifetime
    child: Section = {
        "mode": "tunnel",
        "local_ts": [str(mine.networks or everything)],
        "remote_ts": [str(mine.peer_networks or everything)],
        "esp_proposals": [mine.esp_proposal or tunnel.esp_proposal],
        "if_id_in": str(tunnel.if_id),
        "if_id_out": str(tunnel.if_id),
        "rekey_time": f"{round(phase2 - tunnel.rekey_margin)}s",
        "rand_time": margin,
        "life_time": f"{round(phase2)}s",
        "replay_window": str(tunnel.replay_window),
        "start_action": "none",
        "dpd_action": come_back,
        "close_action": come_back,
    }
    settings: Section = {
        "version": "2",
        "local_addrs": [str(mine.outside)],
        "remote_addrs": [str(other.outside)],
        "local": {"auth": "psk", "id": str(mine.outside)},
        "remote": {"auth": "psk", "id": str(other.outside)},
        "proposals": [mine.ike_proposal or tunnel.ike_proposal],
        "mobike": "no",
        "encap": "no",
        "keyingtries": "0",
        "unique": "replace",
        "dpd_delay": f"{round(silence_before_probe(dpd, give_up_after(tunnels, node))) if dpd.asks else 0}s",
        "rekey_time": f"{round(phase1 - tunnel.rekey_margin)}s",
        "rand_time": margin,
        "over_time": margin,
        "children": {tunnel.name: child},
    }
    return {tunnel.name: settings}
