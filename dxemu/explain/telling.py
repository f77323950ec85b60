"""Who announces a prefix to whom: each end of each session, by the policies that the lab's routers follow too."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.bgp.policy import ExportPolicy, Refused, Withheld, export_route, import_route
from dxemu.bgp.route import Announcement, Route
from dxemu.control.policy import export_policy, import_policy, static_announcements
from dxemu.explain.prefix_model import Told
from dxemu.explain.routes import reflected_in_words
from dxemu.explain.state import State
from dxemu.plan.model import BgpSession, SessionEnd, Side
from dxemu.units import IPNetwork


def telling(state: State, prefix: IPNetwork) -> Iterator[Told]:
    """One for each end that has `prefix` and a session to tell it on. What came in there is not told back there."""
    for session in state.plan.sessions:
        if not state.is_up(session):
            continue
        for says, hears in (session.ends, session.ends[::-1]):
            told = _static(state, session, says, hears, prefix) if session.static else None
            if not session.static:
                told = _told(state, session, says, hears, prefix)
            if told is not None:
                yield told


def _static(state: State, session: BgpSession, says: SessionEnd, hears: SessionEnd, prefix: IPNetwork) -> Told | None:
    """A static VPN's route is there while the tunnel is up; nobody announces anything."""
    found = next((a for a in static_announcements(state.plan, session, hears.speaker) if a.prefix == prefix), None)
    return None if found is None else _heard(state, session, says, hears, found, "static")


def _told(state: State, session: BgpSession, says: SessionEnd, hears: SessionEnd, prefix: IPNetwork) -> Told | None:
    choice = state.tables.ribs[says.speaker].best.get(prefix)
    if choice is None or choice.route.session == session.name or says.address.version != prefix.version:
        return None
    kind = "eBGP" if session.external else "iBGP"
    policy = export_policy(state.plan, session, says.speaker)
    announcement = export_route(choice.route, policy)
    if isinstance(announcement, Withheld):
        why = _why_not(choice.route, policy, announcement)
        return Told(session=session.name, kind=kind, speaker=says.speaker, hears=hears.speaker, why_not=why)
    return _heard(state, session, says, hears, announcement, kind)


def _heard(
    state: State, session: BgpSession, says: SessionEnd, hears: SessionEnd, announcement: Announcement, kind: str
) -> Told:
    heard = import_route(announcement, import_policy(state.plan, session, hears.speaker))
    return Told(
        session=session.name,
        kind=kind,
        speaker=says.speaker,
        hears=hears.speaker,
        as_path=" ".join(str(asn) for asn in announcement.as_path),
        communities=announcement.communities,
        med=announcement.med,
        local_pref=None if isinstance(heard, Refused) else heard.local_pref,
        refused=heard.reason if isinstance(heard, Refused) else "",
        reflected=reflected_in_words(announcement),
        quota=_quota(state, session, says, hears),
    )


def _why_not(route: Route, policy: ExportPolicy, withheld: Withheld) -> str:
    """The words for what `export_route` has decided: AWS's rule or the filter where that is why."""
    if policy.originated_only and not route.originated:
        return "AWS announces what is behind its gateway and passes nothing on"
    if policy.learnt_only and route.originated:
        return "AWS's devices tell each other what sites announce (SiteLink), and nothing of their own"
    if policy.only is not None and route.prefix not in policy.only:
        names = ", ".join(str(prefix) for prefix in policy.only) or "nothing"
        return f"only {names} may be announced there"
    return withheld.reason


def _quota(state: State, session: BgpSession, says: SessionEnd, hears: SessionEnd) -> str:
    """What AWS does about all that the customer announces on a session; empty within the quota."""
    to_aws = state.plan.speaker(hears.speaker).side is Side.AWS
    if session.prefix_quota is None or not to_aws:
        return ""
    policy = export_policy(state.plan, session, says.speaker)
    told = (export_route(route, policy) for route in state.tables.ribs[says.speaker].routes())
    count = sum(isinstance(one, Announcement) and hears.asn not in one.as_path for one in told)
    return session.prefix_quota.check(count, "prefixes") or ""
