"""Names that are computed from other names, so that the same topology always gives the same plan."""

from __future__ import annotations

import hashlib
import re
import string

MAX_INTERFACE_NAME = 15
"""Longest name of a Linux interface (IFNAMSIZ is 16 with the closing zero)."""

MAX_PARENT_NAME = 10
"""Longest name of a port that has VLANs: `.4094` has to fit behind it."""

MAX_NAME_IN_A_PATH = 80

_ALPHANUMERICS = string.ascii_letters + string.digits
_AUTH_KEY_LENGTH = 32


class InterfaceNames:
    """Gives out interface names that are unique on one node."""

    def __init__(self) -> None:
        self._taken = {"lo", "all", "default"}

    def take(self, wanted: str, max_length: int = MAX_INTERFACE_NAME) -> str:
        """`wanted` if it is a free interface name of at most `max_length` characters, else one that resembles it."""
        clean = re.sub(r"[^A-Za-z0-9_-]", "_", wanted)
        name = clean if len(clean) <= max_length else shortened(clean, wanted, max_length)
        attempt = 0
        while name in self._taken:
            attempt += 1
            name = shortened(clean, f"{wanted}#{attempt}", max_length)
        self._taken.add(name)
        return name


def in_a_path(node: str) -> str:
    """A node's name, or one that resembles it where that is too long for the path of a socket (unix(7): 107 bytes)."""
    return node if len(node) <= MAX_NAME_IN_A_PATH else shortened(node, node, MAX_NAME_IN_A_PATH)


def shortened(clean: str, salt: str, max_length: int) -> str:
    """The start of `clean` and four hexadecimal digits that depend on `salt`."""
    return f"{clean[: max_length - 5]}_{hashlib.sha256(salt.encode()).hexdigest()[:4]}"


def vlan_interface(parent: str, vlan_id: int) -> str:
    """`primary.101`, as most Linux distributions write it."""
    return f"{parent}.{vlan_id}"


def mac(node: str, interface: str) -> str:
    """A locally administered unicast MAC address that depends on the names only."""
    digest = hashlib.sha256(f"{node}/{interface}".encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def tunnel_name(vpn: str, number: int) -> str:
    """`backup_tunnel_1`: also the name of its BGP session."""
    return f"{vpn}_tunnel_{number}"


def auth_key(topology: str, virtual_interface: str) -> str:
    """The key of a virtual interface without one: 32 letters and digits. AWS would draw it at random."""
    number = int.from_bytes(hashlib.sha256(f"{topology}/{virtual_interface}".encode()).digest())
    characters = []
    for _ in range(_AUTH_KEY_LENGTH):
        number, digit = divmod(number, len(_ALPHANUMERICS))
        characters.append(_ALPHANUMERICS[digit])
    return "".join(characters)


def unique(wanted: str, taken: set[str], suffix: str) -> str:
    """`wanted`, or with `_suffix` and then a number behind it if that is taken; noted in `taken`."""
    name, number = wanted, 1
    while name in taken:
        name = f"{wanted}_{suffix}" if number == 1 else f"{wanted}_{suffix}{number}"
        number += 1
    taken.add(name)
    return name
