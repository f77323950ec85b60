"""What a router does with prefixes, as a topology file writes it: by filters such as `10.4.0.0/16 le 24`."""

from __future__ import annotations

from pydantic import Field

from dxemu.topology.entry import Entry
from dxemu.topology.fields import Switch

MAX_32_BIT = 4_294_967_295
MOST_PREPENDS = 10


class PrefixPolicyEntry(Entry):
    """What is done with the prefixes that a filter matches."""

    accept: Switch = Field(default=True, examples=["off"])
    announce: Switch = Field(default=True, examples=["off"])
    local_pref: int | None = Field(default=None, ge=0, le=MAX_32_BIT, examples=["200"])
    communities: list[str] | None = Field(default=None, examples=['["7224:7100"]'])
    as_path_prepend: int | None = Field(default=None, ge=0, le=MOST_PREPENDS, examples=["2"])
    med: int | None = Field(default=None, ge=0, le=MAX_32_BIT, examples=["10"])


Policies = dict[str, PrefixPolicyEntry]
