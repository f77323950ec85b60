"""DX-F: mistakes that any file can have."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-F001": """\
The file is not YAML 1.2, or uses a part of YAML that dxemu does not read: several documents in one
file, tags such as !include, keys that are lists, aliases that contain themselves. The position is
where the reader gave up: the mistake is there or shortly before it. Usual causes are a bracket that
is not closed, a missing space after a colon, a tab, and text with ': ' in it that is not quoted.""",
        "DX-F002": """\
The file cannot be read: it does not exist, may not be read, is not UTF-8 text, or is no plain file:
a folder, a named pipe, a socket or a device, which are not opened because they might never end.""",
        "DX-F003": """\
The file is empty, or what stands in it is a list or a single value. Topologies and scenarios are
mappings: lines of `key: value`. The folders topologies/ and scenarios/ have complete examples.""",
        "DX-F004": """\
A key is written twice in one mapping. YAML forbids it, and many readers silently take the last one.
In a topology the key is often a name: two connections cannot both be called `primary`.""",
        "DX-F005": """\
The key is not one that dxemu knows at this place. It is an error, not a warning, because a misspelt
setting that is silently left out would make the rehearsal answer another question than the one that
was asked. The message names the nearest known key, or all of them.""",
        "DX-F006": """\
A key that has no default is missing. Keys with a default at AWS may be left out; this one has none.""",
        "DX-F007": """\
The value has the wrong type: text where a number belongs, a list where a mapping belongs, nothing
at all. YAML takes `101` for a number and `"101"` for text. On and off may be written on, off, true
or false.""",
        "DX-F008": """\
A quantity needs a number and a unit, because the same bare number means milliseconds to one reader
and seconds to the next. Durations: us, ms, s, min, h. Bit rates: kbps, Mbps, Gbps, Tbps. Packet
rates: /s. Units are SI and their case counts: M is a million, m a thousandth.""",
        "DX-F009": """\
The value has the right type but cannot be meant: a word that is not one of those allowed, a
number out of range, or an address that is not one. Networks are written with their length and
without host bits (10.0.0.0/16), peer addresses with the length of their subnet (169.254.10.2/30),
hosts without one (10.0.1.10). IPv6 addresses and networks are put in quotes, because of their
colons.""",
        "DX-F010": """\
The list or mapping has too few entries or too many. At least one: a network without routers, or
without connections, has nothing to rehearse. At most two: AWS gives a VPN connection two tunnels,
each with an endpoint of its own. For more, add another VPN connection. Source: Site-to-Site VPN
User Guide, Tunnel options.""",
        "DX-F011": """\
The file is beyond a limit: 1 MB, 5000 keys, 20 000 values, 32 levels of nesting, tags of 100
characters; what aliases repeat is counted as often as it is repeated. Two hundred virtual
interfaces with a gateway and a VPC each have about 4000 keys. The limits are there so that no file,
whoever wrote it, takes more than a few seconds and 200 MB to be looked at.""",
    }
)
