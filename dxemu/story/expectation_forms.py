"""The lines that `expect` knows: what each is about, its words, and how their values are read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from dxemu.events.frames import PROTOCOLS, is_label
from dxemu.story.model import Argument, FaultStep
from dxemu.topology.fields import Wrong, quantity, read_duration
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.units import BitsPerSecond, Seconds

DETECTORS = ("carrier", "bfd", "hold_timer", "notification", "lacp", "dpd", "vrrp")
_TIME = re.compile(r"\s*[0-9]")
_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")
_ALL_PERCENT = 100.0
_WITH_PATH = ("udp", "iperf3", "fetch", "pmtu")


@dataclass(frozen=True)
class Known:
    """Names that expectations may use; `probes` with their kinds.

    None: the topology could not be read, so nothing is looked up.
    """

    probes: Mapping[str, str]
    steps: Sequence[FaultStep]
    connections: Sequence[str] | None
    sessions: Sequence[str] | None
    end: Seconds | None

    def of(self, noun: str) -> Sequence[str] | None:
        """The names of a session, connection or fault; of a `probe` (udp), one of another kind, or one with a path."""
        if noun == "fault":
            return sorted({name for step in self.steps for name in (step.id, step.kind)})
        if noun == "probe" or noun.endswith(" probe"):
            kinds = _WITH_PATH if noun == "sending probe" else (noun.removesuffix("probe").strip() or "udp",)
            return [name for name, kind in self.probes.items() if kind in kinds]
        return {"session": self.sessions, "connection": self.connections}[noun]


Reader = Callable[[object, Known], Argument]


@dataclass(frozen=True)
class Form:
    """`says`: one of these is needed. `always`: these are needed. `exclusive`: only one of `says` at once."""

    noun: str
    arguments: Mapping[str, Reader]
    says: Sequence[str]
    example: str
    always: Sequence[str] = ()
    exclusive: bool = False


def name_of(noun: str) -> Reader:
    """A reader of names of a noun that `Known.of` knows."""

    def read(value: object, known: Known) -> Argument:
        names = known.of(noun)
        if not isinstance(value, str) or (names is not None and value not in names):
            nothing = "This scenario has no steps." if noun == "fault" else f"This scenario has no {noun}s."
            what = quoted(value) if isinstance(value, str) else kind_of(value)
            if noun.endswith("probe") and isinstance(value, str) and value in known.probes:
                problem = f"{what} is of kind {known.probes[str(value)]}"
                raise Wrong("DX-S004", problem, suggestion("", names or (), nothing))
            raise Wrong("DX-S004", f"there is no {noun} {what}", suggestion(str(value), names or (), nothing))
        return value

    return read


def _duration(value: object, _: Known) -> Argument:
    return read_duration(value)


_read_bit_rate = quantity(BitsPerSecond.parse, "940 Mbps", (" Mbps", " Gbps"))


def _bit_rate(value: object, _: Known) -> Argument:
    return _read_bit_rate(value)


def _percent(value: object, _: Known) -> Argument:
    match = _PERCENT.match(value) if isinstance(value, str) else None
    if match is None or float(match[1]) > _ALL_PERCENT:
        raise Wrong("DX-S012", f"{kind_of(value)} is not a part of the packets", "Write for example 30 %.")
    return float(match[1])


def _true(value: object, _: Known) -> Argument:
    if value is not True and value != "on":
        raise Wrong("DX-S012", f"{kind_of(value)} cannot be expected", "Write true, or leave the line out.")
    return True


def _truth(value: object, _: Known) -> Argument:
    if not isinstance(value, bool):
        raise Wrong("DX-S012", f"{kind_of(value)} is neither true nor false", "Write true or false.")
    return value


def _whole(what: str, example: str) -> Reader:
    def read(value: object, _: Known) -> Argument:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Wrong("DX-S012", f"{kind_of(value)} is not a number of {what}", f"Write for example {example}.")
        return value

    return read


def _address(value: object, _: Known) -> Argument:
    try:
        return str(ip_address(str(value)))
    except ValueError:
        raise Wrong("DX-S012", f"{kind_of(value)} is not an address", "Write for example 203.0.113.1.") from None


def _prefix(value: object, _: Known) -> Argument:
    try:
        return str(ip_network(str(value)))
    except ValueError:
        raise Wrong("DX-S012", f"{kind_of(value)} is not a prefix", "Write for example 10.0.0.0/16.") from None


def _protocols(value: object, _: Known) -> Argument:
    values = value if isinstance(value, list) else [value]
    for item in values:
        if not is_label(str(item)):
            remedy = suggestion(str(item), (*PROTOCOLS, "ipv6", "vlan 101"))
            raise Wrong("DX-S012", f"{kind_of(item)} is no protocol that a capture counts", remedy)
    return tuple(str(item) for item in values)


def _word(*words: str) -> Reader:
    def read(value: object, _: Known) -> Argument:
        if value not in words:
            problem = f"{kind_of(value)} is not expected here"
            raise Wrong("DX-S012", problem, suggestion(str(value), words))
        return str(value)

    return read


def _moment(value: object, known: Known) -> Argument:
    if isinstance(value, str) and not _TIME.match(value):
        if value not in ("start", "end"):
            raise Wrong("DX-S012", f"{quoted(value)} is no time", "Write start, end or a time such as 30 s.")
        return value
    at = read_duration(value)
    if known.end is not None and at > known.end:
        raise Wrong("DX-S007", f"{at} is after the end at {known.end}", "Write end, or an earlier time.")
    return at


_PACKETS = _whole("packets", "at_most: 0")
_DIRECTION = _word("to_aws", "from_aws")
_AFTER = _word("heal", "fault")
FORMS: Mapping[str, Form] = {
    "outage": Form(
        "probe",
        {
            "at_most": _duration,
            "at_least": _duration,
            "within_prediction": _true,
            "direction": _DIRECTION,
            "fault": name_of("fault"),
        },
        ("at_most", "at_least", "within_prediction"),
        "{outage: app, at_most: 1 s}",
    ),
    "path": Form(
        "sending probe",
        {"via": name_of("connection"), "at": _moment, "direction": _DIRECTION},
        ("via",),
        "{path: app, via: backup, at: end}",
        always=("at",),
    ),
    "session": Form(
        "session",
        {
            "never": _word("down"),
            "stays": _word("up"),
            "within": _duration,
            "after": _AFTER,
            "fault": name_of("fault"),
            "is": _word("up", "down"),
            "at": _moment,
        },
        ("never", "stays", "within", "is"),
        "{session: backup, never: down}",
        exclusive=True,
    ),
    "refused": Form("session", {"prefix": _prefix}, ("prefix",), "{refused: public, prefix: 10.0.0.0/16}"),
    "detected": Form(
        "fault",
        {"by": _word(*DETECTORS), "direction": _DIRECTION},
        ("by",),
        "{detected: cable_silent, by: bfd}",
    ),
    "lost": Form(
        "probe",
        {"at_most": _PACKETS, "after": _AFTER, "direction": _DIRECTION, "fault": name_of("fault")},
        ("at_most",),
        "{lost: app, after: heal, at_most: 0}",
    ),
    "throughput": Form(
        "iperf3 probe",
        {"at_least": _bit_rate, "at_most": _bit_rate, "lost_at_least": _percent, "lost_at_most": _percent},
        ("at_least", "at_most", "lost_at_least", "lost_at_most"),
        "{throughput: bulk, at_least: 940 Mbps}",
    ),
    "fetched": Form(
        "fetch probe",
        {"always": _true, "never": _true, "at": _moment, "seen_as": _address},
        ("always", "never", "at", "seen_as"),
        "{fetched: shop, always: true}",
    ),
    "capture": Form(
        "capture probe",
        {"only": _protocols, "has": _protocols, "never": _protocols},
        ("only", "has", "never"),
        "{capture: link, only: [esp, ike, bgp, bfd, arp]}",
    ),
    "pmtu": Form(
        "pmtu probe",
        {"is": _whole("bytes", "is: 8500"), "told": _truth, "at": _duration},
        ("is", "told"),
        "{pmtu: mtu, is: 8500}",
    ),
}


def contradiction(arguments: Mapping[str, Argument]) -> tuple[str, str, str] | None:
    """A lower limit above the upper one: its key, the problem, what to do."""
    for least, most in (("at_least", "at_most"), ("lost_at_least", "lost_at_most")):
        low, high = number(arguments, least), number(arguments, most)
        if low > high:
            said = f"at least {arguments[least]} and at most {arguments[most]} cannot both be true"
            return least, said, "Exchange the two."
    if "always" in arguments and "never" in arguments:
        return "never", "always and never cannot both be true", "Leave one of them out."
    return None


def number(arguments: Mapping[str, Argument], key: str) -> float:
    """An argument as a number; NaN, which is on no side of any other, if it is not there or is none."""
    value = arguments.get(key)
    return float(value) if isinstance(value, int | float) else math.nan
