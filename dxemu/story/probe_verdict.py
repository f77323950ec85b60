"""Judging what was expected of throughput, fetches, captures and path MTUs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from dxemu.events.frames import PROTOCOLS
from dxemu.events.values import SAME_MOMENT_S
from dxemu.measure.probes import Measurements
from dxemu.probes.capture import Captured
from dxemu.probes.fetch import Fetch
from dxemu.probes.iperf3 import Throughput
from dxemu.probes.pmtu import PathMtu
from dxemu.story.model import Argument, Expectation
from dxemu.words import bit_rate, count

Arguments = Mapping[str, Argument]
Judged = tuple[bool, str]


SUBJECTS = ("throughput", "fetched", "capture", "pmtu")


def judge_probe(expectation: Expectation, found: Measurements) -> Judged:
    """Judge an expectation about one of `SUBJECTS`."""
    arguments, name = expectation.arguments, expectation.name
    match expectation.subject:
        case "throughput":
            return judge_throughput(arguments, found.of(Throughput, name))
        case "fetched":
            return judge_fetched(arguments, found.of(Fetch, name))
        case "capture":
            return judge_capture(arguments, found.of(Captured, name))
        case _:
            return judge_path_mtu(arguments, found.of(PathMtu, name))


def amount(arguments: Arguments, key: str) -> float:
    """A number, NaN if it is not there: then nothing is above or below it."""
    value = arguments.get(key)
    return float(value) if isinstance(value, int | float | str) else math.nan


def judge_throughput(arguments: Arguments, found: Sequence[Throughput]) -> Judged:
    """Payload per second against `at_least` and `at_most`, UDP's loss against `lost_at_least` and `lost_at_most`."""
    if not found:
        return False, "it was not measured before the run ended"
    measured = found[-1]
    if measured.problem:
        return False, measured.problem
    rate, lost = measured.bits_per_second, measured.lost_percent
    words = bit_rate(rate)
    failed = rate < amount(arguments, "at_least") or rate > amount(arguments, "at_most")
    if lost is not None:
        words += f", {lost:.3g} % lost"
        failed |= lost < amount(arguments, "lost_at_least") or lost > amount(arguments, "lost_at_most")
    elif "lost_at_least" in arguments or "lost_at_most" in arguments:
        return False, f"{words}; TCP sends what is lost again: give the probe a `udp` rate"
    return not failed, words


def judge_fetched(arguments: Arguments, found: Sequence[Fetch]) -> Judged:
    """Whether every fetch was answered, or none, or the last one that began by a time; and whom the server saw."""
    at = arguments.get("at")
    if at == "start":
        found = found[:1]
    elif at is not None:
        until = math.inf if at == "end" else amount(arguments, "at")
        found = [f for f in found if f.first_s <= until][-1:]
    if not found:
        return False, "nothing was fetched by then"
    answered = [f for f in found if f.answered]
    words = fetches_in_words(found)
    if arguments.get("never") is True:
        return not answered, words
    enough = len(found) if "always" in arguments or at is not None else 1
    passed = len(answered) >= enough
    seen_as = arguments.get("seen_as")
    return passed and (seen_as is None or all(f.seen_as == seen_as for f in answered)), words


def fetches_in_words(found: Sequence[Fetch]) -> str:
    """`29 answered (200, 24 bytes, seen as 203.0.113.1), then 12 failed: no answer within 2 s`."""
    return ", then ".join(
        f"{f.count} answered ({f.status}, {count(f.bytes, 'byte')}, seen as {f.seen_as})"
        if f.answered
        else f"{f.count} failed: {f.problem}"
        for f in found
    )


def judge_capture(arguments: Arguments, found: Sequence[Captured]) -> Judged:
    """The protocols that were counted, in either direction."""
    if not found:
        return False, "no frame was counted"
    counted = {c.label for c in found}
    only, has, never = (_words(arguments, key) for key in ("only", "has", "never"))
    strange = sorted(counted & set(PROTOCOLS) - only) if "only" in arguments else []
    missing, unwanted = sorted(has - counted), sorted(never & counted)
    wrong = [f"{c.label} ({c.to_aws + c.from_aws})" for c in found if c.label in {*strange, *unwanted}]
    words = [f"no {label}" for label in missing] + [f"there was {', '.join(wrong)}"] * bool(wrong)
    return not words, "; ".join(words) or f"only {', '.join(sorted(counted))}"


def _words(arguments: Arguments, key: str) -> set[str]:
    value = arguments.get(key, ())
    return set(value) if isinstance(value, tuple) else set()


def judge_path_mtu(arguments: Arguments, found: Sequence[PathMtu]) -> Judged:
    """Every measurement, or the last one that began by `at`, against `is` and `told`."""
    if "at" in arguments:
        at = amount(arguments, "at") + SAME_MOMENT_S
        found = [m for m in found if m.t_s <= at][-1:]
    if not found:
        return False, "it was not measured by then"
    checks: Mapping[str, Callable[[PathMtu], object]] = {"is": lambda m: m.mtu, "told": lambda m: m.told}
    passed = all(check(m) == arguments[key] for key, check in checks.items() if key in arguments for m in found)
    return passed, ", then ".join(dict.fromkeys(m.text for m in found))
