"""What never works because of the design, with nothing broken: every form of a report says it in the same words."""

from __future__ import annotations

from dxemu.measure.result import Outage, Result


def never_had_a_way(result: Result, outage: Outage) -> bool:
    """Whether packets were lost from before the first fault to the end, and the tables gave no way for the probe then.

    What keeps the way away is of the design: a quota that it exceeds, a virtual interface that nobody accepted. A probe
    needs both directions: that is enough for the loss of either.
    """
    if outage.fault is not None or outage.action is not None or outage.end_s is not None:
        return False
    begun = min((fault.injected_at_s for fault in result.faults), default=result.virtual_s)
    before = [path for path in result.paths if path.probe == outage.probe and path.when == "before"]
    return outage.start_s < begun and any(not path.complete for path in before)


def quotas(result: Result) -> list[tuple[str, str]]:
    """A heading and what AWS does, for each quota that was exceeded before the run began."""
    return list(dict.fromkeys((f"Quota of {q.session or q.node}", q.reason) for q in result.quotas if q.t_s < 0))


def different_ends(result: Result) -> list[tuple[str, str]]:
    """A heading and what comes of it, for each setting that two ends have differently, though they come up."""
    return [(f"Ends of {one.name} differ", one.why) for one in result.ends_differ]


def reasons(result: Result) -> list[tuple[str, str]]:
    """Both, after the sessions that cannot come up, because their ends do not fit."""
    never = [
        (f"Session {down.session} does not come up", f"{down.seen}, because {down.why}") for down in result.never_up
    ]
    return [*never, *different_ends(result), *quotas(result)]
