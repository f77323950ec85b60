"""Types of single values in the files, for pydantic: text in, values of dxemu out.

Each refuses with `Wrong`, which carries the code and the remedy of the problem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_address, ip_interface, ip_network
from typing import Annotated, TypeVar

from pydantic import PlainValidator, WithJsonSchema

from dxemu.aws.ipsec_proposals import IpsecProposal
from dxemu.aws.lag import LacpMode
from dxemu.topology.model import Bfd
from dxemu.topology.model_routing import GracefulRestartMode
from dxemu.topology.words import kind_of, listed, quoted, sentence
from dxemu.units import BitsPerSecond, IPAddress, IPNetwork, Seconds

_BFD = re.compile(r"(.*\S)\s+x\s+([0-9]{1,3})\Z")

_T = TypeVar("_T", bound=float)

PARAGRAPHS = {
    "DX-F008": """\
A quantity needs a number and a unit, because the same bare number means milliseconds to one reader
and seconds to the next. Durations: us, ms, s, min, h. Bit rates: kbps, Mbps, Gbps, Tbps. Packet
rates: /s. Units are SI and their case counts: M is a million, m a thousandth.""",
}


class Wrong(ValueError):
    """A value that cannot be meant. Becomes a Problem where its place is known."""

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        self.code = code
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}; {remedy}")


def quantity(parse: Callable[[object], _T], example: str, units: tuple[str, ...]) -> Callable[[object], _T]:
    """A validator from a `parse` of `dxemu.units`, whose ValueError says `problem; remedy`.

    `units`, as they follow a number, are those to offer where somebody wrote a bare one.
    """

    def read(value: object) -> _T:
        try:
            return _finite(parse(value))
        except (ValueError, OverflowError) as error:
            problem, _, remedy = str(error).partition("; ")
            if problem.startswith("cannot tell"):
                remedy = f"write {listed(f'{str(value).strip()}{unit}' for unit in units)}"
            elif not isinstance(value, str | int | float) or isinstance(value, bool):
                problem, remedy = f"{kind_of(value)} is not a quantity", f"write for example {example}"
            raise Wrong("DX-F008", problem, sentence(remedy or f"write for example {example}")) from error

    return read


LONGEST_DELAY = Seconds(1)
"""Of one cable, one way: four times that by a geostationary satellite. Labs with cables of 5 s did not come up."""

read_duration = quantity(Seconds.parse, "30 s or 300 ms", (" s", " ms"))


def _delay(value: object) -> Seconds:
    delay = read_duration(value)
    if delay > LONGEST_DELAY:
        raise Wrong("DX-F009", f"a delay of {delay} is longer than a lab can have", f"Write at most {LONGEST_DELAY}.")
    return delay


def _finite(number: _T) -> _T:
    if math.isinf(number):
        raise OverflowError("the number is too great")
    return number


def _address(value: object) -> IPv4Address:
    try:
        return IPv4Address(_text(value, "an IPv4 address", "10.0.1.10"))
    except ValueError as error:
        raise _not_ipv4(error, value, "an IPv4 address", "10.0.1.10") from error


def _addresses(value: object) -> tuple[IPAddress, ...]:
    """One address, or one of each IP version."""
    values = value if isinstance(value, list) else [value]
    found: dict[int, IPAddress] = {}
    for item in values:
        try:
            address = ip_address(_text(item, "an address", "10.0.1.10"))
        except ValueError as error:
            raise _not_ipv4(error, item, "an address", "10.0.1.10") from error
        if address.version in found:
            remedy = "Write one address, or an IPv4 and an IPv6 one."
            raise Wrong("DX-F009", f"{found[address.version]} and {address} are two of one IP version", remedy)
        found[address.version] = address
    if not found:
        raise Wrong("DX-F009", "there is no address in the list", "Write for example 10.0.1.10.")
    return tuple(found[version] for version in sorted(found))


def _proposal(value: object) -> IpsecProposal:
    try:
        return IpsecProposal.parse(_text(value, "a proposal", "3DES-SHA1-2"))
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        raise Wrong("DX-F009", problem, sentence(remedy)) from error


def _network(value: object) -> IPv4Network:
    network = read_network(value)
    if isinstance(network, IPv4Network):
        return network
    raise Wrong("DX-F009", f"{network} is not an IPv4 network", "Write for example 10.0.0.0/16.")


def read_network(value: object) -> IPNetwork:
    """A network of either IP version, without host bits. Raises Wrong."""
    text = _text(value, "a network", "10.0.0.0/16")
    try:
        network = ip_network(text, strict=False)
        with_host_bits = ip_interface(text).ip != network.network_address
    except ValueError as error:
        raise _not_ipv4(error, value, "a network", "10.0.0.0/16") from error
    if with_host_bits:
        raise Wrong("DX-F009", f"{text} is an address inside a network", f"Write the network itself: {network}.")
    if "/" not in text:
        length = 16 if network.version == 4 else 64  # noqa: PLR2004
        raise Wrong("DX-F009", f"{text} has no length", f"Write for example {text}/{length}.")
    return network


def _interface(value: object) -> IPv4Interface:
    text = _text(value, "an IPv4 address with its length", "169.254.10.2/30")
    try:
        interface = IPv4Interface(text)
    except ValueError as error:
        raise _not_ipv4(error, value, "an IPv4 address with its length", "169.254.10.2/30") from error
    if "/" not in text:
        raise Wrong("DX-F009", f"{text} has no length", f"Write for example {text}/30.")
    return interface


def _text(value: object, what: str, example: str) -> str:
    if not isinstance(value, str):
        raise Wrong("DX-F007", f"{kind_of(value)} is not {what}", f"Write for example {example}.")
    return value


def _not_ipv4(error: ValueError, value: object, what: str, example: str) -> Wrong:
    if isinstance(error, Wrong):
        return error
    return Wrong("DX-F009", f"{quoted(value)} is not {what}", f"Write for example {example}.")


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("on", "off"):
        return value.lower() == "on"
    raise Wrong("DX-F007", f"{kind_of(value)} is neither on nor off", "Write on or off.")


def _graceful_restart(value: object) -> GracefulRestartMode:
    if isinstance(value, bool):
        return GracefulRestartMode.ON if value else GracefulRestartMode.OFF
    words = [str(word) for word in GracefulRestartMode]
    if isinstance(value, str) and value.lower() in words:
        return GracefulRestartMode(value.lower())
    raise Wrong("DX-F007", f"{kind_of(value)} is no setting of graceful restart", f"Write {listed(words)}.")


def _lacp(value: object) -> LacpMode:
    if value is False:
        return LacpMode.OFF
    words = [str(mode) for mode in LacpMode]
    if isinstance(value, str) and value.lower() in words:
        return LacpMode(value.lower())
    remedy = f"Write {listed(words)}. A bundle without LACP (`mode on`) is off."
    raise Wrong("DX-F007", f"{kind_of(value)} is no mode of LACP", remedy)


def _bfd(value: object) -> Bfd | None:
    if value is None or value is False or (isinstance(value, str) and value.lower() == "off"):
        return None
    match = _BFD.match(value) if isinstance(value, str) else None
    if match is None:
        remedy = "Write interval and multiplier, for example 300 ms x 3, or off."
        raise Wrong("DX-F009", f"{kind_of(value)} is not a BFD setting", remedy)
    interval = read_duration(match[1])
    return Bfd(interval=interval, detect_mult=int(match[2]))


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


_NUMBER = r"^[0-9]+(\.[0-9]+)? ?"
_DURATION = _schema(_NUMBER + "(us|ms|s|min|h)$", "30 s")

Duration = Annotated[Seconds, PlainValidator(read_duration), _DURATION]
Delay = Annotated[Seconds, PlainValidator(_delay), _DURATION]
BitRate = Annotated[
    BitsPerSecond,
    PlainValidator(quantity(BitsPerSecond.parse, "10 Gbps", (" Gbps", " Mbps"))),
    _schema(_NUMBER + "[kMGT]bps$", "10 Gbps"),
]
Address = Annotated[IPv4Address, PlainValidator(_address), _schema(r"^[0-9.]+$", "10.0.1.10")]
Addresses = Annotated[
    tuple[IPAddress, ...],
    PlainValidator(_addresses),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9a-fA-F.:]+$", "examples": ["10.0.1.10"]},
                {"type": "array", "items": {"type": "string"}, "examples": [["10.0.1.10", "2001:db8:10::10"]]},
            ]
        }
    ),
]
AnyNetwork = Annotated[IPNetwork, PlainValidator(read_network), _schema(r"^[0-9a-fA-F.:]+/[0-9]+$", "10.0.0.0/16")]
Network = Annotated[IPv4Network, PlainValidator(_network), _schema(r"^[0-9.]+/[0-9]+$", "10.0.0.0/16")]
Proposal = Annotated[IpsecProposal, PlainValidator(_proposal), _schema(r"^[A-Z0-9-]+$", "3DES-SHA1-2")]
Interface = Annotated[IPv4Interface, PlainValidator(_interface), _schema(r"^[0-9.]+/[0-9]+$", "169.254.10.2/30")]
Switch = Annotated[bool, PlainValidator(_switch), WithJsonSchema({"enum": ["on", "off", True, False]})]
GracefulRestartSetting = Annotated[
    GracefulRestartMode,
    PlainValidator(_graceful_restart),
    WithJsonSchema({"enum": [*map(str, GracefulRestartMode), True, False]}),
]
LacpSetting = Annotated[LacpMode, PlainValidator(_lacp), WithJsonSchema({"enum": [*map(str, LacpMode), False]})]
BfdSetting = Annotated[
    Bfd | None,
    PlainValidator(_bfd),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": ["300 ms x 3"]}, {"enum": ["off", False]}]}),
]
