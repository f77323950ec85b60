"""DX-C: what is wrong with a change of a design."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARAGRAPHS: Mapping[str, str] = MappingProxyType(
    {
        "DX-C001": """\
A change names something that the topology does not have. A change is written like the topology:
mappings merge with what is there, lists are replaced, and null removes (as in RFC 7396, JSON Merge
Patch). To remove what is not there is an error, because a misspelt name would otherwise change
nothing; and so is a new name with too little under it to be added. The tunnels of a VPN are a list
whose entries a change calls 1 and 2.""",
    }
)
