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
        "DX-C002": """\
A change of something that stays as it is while a lab runs. What may change are the settings that
people change on their routers and with AWS's orders, and elements may come and go (docs/changes.md
has the table). AWS fixes others when they are created: VLAN, type and gateway of a virtual
interface, ASNs, the CIDR of a VPC. Make another one beside it and remove the first, as people do;
or write the change under the scenario's own `change:`, which is there before anything starts.""",
        "DX-C003": """\
Two changes that stand are about the same key. Which value holds would then depend on their order,
and taking the first back would undo the second. Take the first one back, or write one change.""",
        "DX-C004": """\
`change: back` takes the latest change back that stands, `change: {back: NAME}` the one called so:
`change`, `change#2` and so on, in the order of their times. None stands at this moment, or none of
that name: a change with `for:` ends by itself, and what was taken back stands no longer.""",
        "DX-C005": """\
The design is the same before and after the change: what it says holds already, as a default, too.
An order without effect is an error: the rehearsal would seem to show that it does no harm.""",
        "DX-C006": """\
The scenario changes something of its design that a lab which runs does not follow yet. It was read
and checked, with the design that it comes to. What is to hold from the start goes under the
scenario's own `change:`; the actions (docs/scenario-file.md) do some of it while a lab runs.""",
    }
)
