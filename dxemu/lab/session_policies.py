"""The policies of one router's sessions: the plan's, what operators have changed of them since, and what leaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dxemu.bgp.policy import ExportPolicy, ImportPolicy
from dxemu.control.policy import export_policy, import_policy
from dxemu.daemons.exabgp_events import Learnt
from dxemu.plan.model import BgpSession, Plan
from dxemu.units import IPNetwork


class SessionPolicies:
    """What a speaker lets in and out. `refused` is what it does not let in, by session and prefix, with the reason.

    On those that are `drained` nothing comes in or goes out.
    """

    def __init__(self, plan: Plan, speaker: str) -> None:
        self._plan = plan
        self._speaker = speaker
        self._let_out: frozenset[IPNetwork] = frozenset()
        self._held_back: frozenset[IPNetwork] = frozenset()
        self._leaking: Counter[IPNetwork] = Counter()
        self._approved: dict[str, list[IPNetwork]] = {}
        self.drained: set[str] = set()
        self.refused: dict[tuple[str, IPNetwork], str] = {}

    def imports(self, session: BgpSession) -> ImportPolicy:
        """The plan's, and what was approved since."""
        policy = import_policy(self._plan, session, self._speaker)
        if session.name in self.drained:
            return replace(
                policy, accepts=(), filtered_by="those that are taken while the session is drained", refuses=None
            )
        more = self._approved.get(session.name)
        return replace(policy, accepts=dict.fromkeys((*(policy.accepts or ()), *more))) if more else policy

    def exports(self, session: BgpSession) -> ExportPolicy:
        """The plan's, and what the filters let out since, on purpose or not."""
        policy = export_policy(self._plan, session, self._speaker)
        if session.name in self.drained:
            return replace(policy, only=())
        let_out = self._let_out.union(self._leaking) if self._leaking else self._let_out
        if policy.only is not None and let_out:
            policy = replace(policy, only=dict.fromkeys((*policy.only, *let_out)))
        if policy.external and (self._held_back or (let_out and policy.withholds)):
            policy = replace(policy, withholds=(frozenset(policy.withholds) | self._held_back) - let_out)
        return policy

    def adopt(self, plan: Plan) -> None:
        """The plan has become this one; what it says of this speaker's own sessions came by `follow`."""
        self._plan = plan

    def absorb(self, before: Plan, after: Plan) -> None:
        """What `after` says and `before` did not is said by the plan from now on, and remembered here no longer."""
        self._let_out -= _told_of(before, after)  # of all of the customer's routers, whichever announces it
        for old, new in zip(before.sessions, after.sessions, strict=True):
            approved = set(new.route_filter_prefixes or ()) - set(old.route_filter_prefixes or ())
            if new.name in self._approved:
                self._approved[new.name] = [prefix for prefix in self._approved[new.name] if prefix not in approved]
            for had, has in zip(old.ends, new.ends, strict=True):
                if has.speaker == self._speaker:
                    self._held_back -= frozenset(has.withholds) - frozenset(had.withholds)

    def follow(self, plan: Plan, old: BgpSession, new: BgpSession) -> bool:
        """From now on the policies of a session are those of `plan`. Gives whether it lets other things in than before.

        What was approved, and what the filters let out, stays so.
        """
        before = self.imports(old)
        self._plan = plan
        return self.imports(new) != before

    def let_out(self, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
        """No filter stops these from now on. Gives all that have been let out."""
        self._let_out |= frozenset(prefixes)
        self._held_back -= self._let_out
        return self._all_let_out()

    def leak(self, prefixes: Iterable[IPNetwork], *, stops: bool) -> tuple[IPNetwork, ...]:
        """No filter stops these while a fault stands, or (`stops`) as far as no other one stands. Gives as `let_out`.

        What operators do on purpose is remembered beside it, and holds after it.
        """
        (self._leaking.subtract if stops else self._leaking.update)(prefixes)
        self._leaking = +self._leaking
        return self._all_let_out()

    def _all_let_out(self) -> tuple[IPNetwork, ...]:
        return tuple(sorted(self._let_out.union(self._leaking), key=str))

    def hold_back(self, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
        """AWS no longer hears of these. Gives all that are held back."""
        self._held_back |= frozenset(prefixes)
        self._let_out -= self._held_back
        return tuple(sorted(self._held_back, key=str))

    def approve(self, session: BgpSession, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Let `prefixes` in, too, when they are announced the next time. Gives all that is let in."""
        self._approved.setdefault(session.name, []).extend(prefixes)
        return tuple(self.imports(session).accepts or ())

    def heard(self, event: Learnt, refused: Iterable[tuple[IPNetwork, str]]) -> None:
        """A new announcement replaces the old one, whatever becomes of it."""
        for prefix in (*event.withdraw, *(announcement.prefix for announcement in event.announce)):
            self.refused.pop((event.session, prefix), None)
        self.refused |= {(event.session, prefix): reason for prefix, reason in refused}

    def forget(self, session: str) -> None:
        """The session is down: nothing is refused on it any more."""
        self.refused = {key: reason for key, reason in self.refused.items() if key[0] != session}


def _told_of(before: Plan, after: Plan) -> frozenset[IPNetwork]:
    """The prefixes that routers announce, let out or withhold in one of two plans and not in the other."""
    found: set[IPNetwork] = set()
    originated = {speaker.name: speaker.originates for speaker in before.speakers}
    for speaker in after.speakers:
        found |= set(originated.get(speaker.name, ())) ^ set(speaker.originates)
    for old, new in zip(before.sessions, after.sessions, strict=True):
        for had, has in zip(old.ends, new.ends, strict=True):
            found |= set(had.announces or ()) ^ set(has.announces or ())
            found |= set(had.withholds) ^ set(has.withholds)
    return frozenset(found)
