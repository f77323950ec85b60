"""The rules of public virtual interfaces: how far a customer's prefix goes, and what Amazon's prefixes carry.

Source: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import dropwhile

from dxemu.aws.addresses import why_not_public
from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE, is_private
from dxemu.aws.regions import continent
from dxemu.bgp.policy import NO_EXPORT
from dxemu.units import Asn, IPNetwork

LOCAL_REGION = "7224:9100"
"""The customer's prefix stays in the Region that the location is associated with.

Source: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23.
"""

LOCAL_CONTINENT = "7224:9200"
"""It goes to all Regions of that Region's continent. Source: as `LOCAL_REGION`."""

EVERYWHERE = "7224:9300"
"""It goes to every public Region, as it does without any of the three. Source: as `LOCAL_REGION`."""

SCOPES = (LOCAL_REGION, LOCAL_CONTINENT, EVERYWHERE)
"""From the narrowest to the widest. They are all that AWS reads on a public virtual interface.

Source: as `LOCAL_REGION`.
"""

FROM_REGION = "7224:8100"
"""Amazon's prefix is of the Region that the location is associated with. Source: as `LOCAL_REGION`."""

FROM_CONTINENT = "7224:8200"
"""It is of another Region of that continent. Prefixes from elsewhere carry neither. Source: as `LOCAL_REGION`."""


def supported(communities: Iterable[str]) -> tuple[str, ...]:
    """What AWS keeps of the customer's communities.

    It removes those that it does not support on a public virtual interface, dxemu assumes the well-known ones too.
    7224:1 to 7224:65535 are its own.
    """
    return tuple(community for community in communities if community in SCOPES)


def scope(communities: Iterable[str]) -> str:
    """The community that says how far a prefix goes. Of several the narrowest; AWS does not say what it does then."""
    found = supported(communities)
    return next((each for each in SCOPES if each in found), EVERYWHERE)


def why_out_of_scope(communities: Iterable[str], home: str, region: str) -> str | None:
    """Why `region` does not hear of a customer's prefix that came in at a location of `home`; None: it does."""
    reach = scope(communities)
    if reach == EVERYWHERE or region == home:
        return None
    if reach == LOCAL_REGION:
        return f"{LOCAL_REGION} keeps it in {home}"
    here = continent(home)
    if here is not None and here is continent(region):
        return None
    return f"{LOCAL_CONTINENT} keeps it in {here if here is not None else home}"


def tags(home: str, region: str) -> tuple[str, ...]:
    """The communities of Amazon's prefix of `region`, announced at a location of `home`. Never to be passed on."""
    if region == home:
        return (FROM_REGION, NO_EXPORT)
    here = continent(home)
    return (FROM_CONTINENT, NO_EXPORT) if here is not None and here is continent(region) else (NO_EXPORT,)


def seen_inside(as_path: tuple[Asn, ...]) -> tuple[Asn, ...]:
    """The customer's AS_PATH as the rest of AWS sees it: a private ASN in front becomes 7224, however often it stands.

    So prepending a private ASN changes nothing; a public one counts.
    """
    if not as_path or not is_private(as_path[0]):
        return as_path
    return (PUBLIC_VIF_AMAZON_SIDE, *dropwhile(lambda asn: asn == as_path[0], as_path))


def refusal(prefix: IPNetwork) -> str | None:
    """Why AWS takes `prefix` from nobody; None if a customer could have it approved."""
    why = why_not_public(prefix)
    return None if why is None else f"{why}: AWS takes public prefixes that the customer owns"
