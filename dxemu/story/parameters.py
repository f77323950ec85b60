"""Parameters of a fault or an action that are no names: networks and counts, as text for the plan and the lab.

The word that says what a parameter names may end in `?` (it is optional) or `|` (one of these is needed as well).
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from dxemu.topology.fields import Wrong
from dxemu.topology.words import kind_of, listed, quoted

MARKS = "?|"
MOST = 10_000
CODE = "DX-S003"
NETWORKS = ("prefix", "prefixes")


def noun_of(word: str) -> str:
    """What the parameter names, without the marks."""
    return word.rstrip(MARKS)


def targets_of(known: Mapping[str, str]) -> list[str]:
    """The parameters of which a step gives exactly one: what is struck."""
    return [name for name, word in known.items() if word[-1:] not in MARKS or not word]


def missing_choice(known: Mapping[str, str], written: Mapping[str, object]) -> list[str]:
    """The parameters of which one is needed as well, if none of them, or more than one, was written."""
    choice = [name for name, word in known.items() if word.endswith("|")]
    return choice if sum(name in written for name in choice) != bool(choice) else []


def as_text(noun: str, value: object, example: str) -> str:
    """The value of a parameter as text; a list of networks with commas. Raises Wrong."""
    if isinstance(value, list) and noun == "prefixes" and value:
        return ", ".join(_network(item) for item in value)
    if isinstance(value, dict | list) or value is None:
        raise Wrong(CODE, f"{kind_of(value)}, not one value", f"Write {example}.")
    if noun in NETWORKS:
        return _network(value)
    return _count(value) if noun == "count" else str(value)


def _network(value: object) -> str:
    try:
        return str(ip_network(value if isinstance(value, str) else ""))
    except ValueError:
        raise Wrong(CODE, f"{quoted(value)}, not a network", "Write for example 10.64.0.0/24.") from None


def _count(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise Wrong(CODE, f"{kind_of(value)}, not a count", f"Write a whole number from 1 to {MOST}.")
    return str(value)


def choice_in_words(choice: list[str], written: Mapping[str, object]) -> str:
    """What is wrong with the parameters of which one is needed as well."""
    both = [name for name in choice if name in written]
    return f"takes {listed(choice)}, not both" if both else f"needs {listed(choice)} as well"


def beyond_the_last_address(known: Mapping[str, str], texts: Mapping[str, str]) -> str | None:
    """What is wrong with a count of networks of which the last would be past all addresses; None if nothing is."""
    count = next((texts[name] for name, word in known.items() if noun_of(word) == "count" and name in texts), "1")
    if not count.isdigit():
        return None
    for text in (texts[name] for name, word in known.items() if noun_of(word) in NETWORKS and name in texts):
        for network in map(ip_network, text.split(", ")):
            room = (1 << network.max_prefixlen) - int(network.network_address)
            if int(count) * network.num_addresses > room:
                return f"there are no {count} networks of a /{network.prefixlen} from {network} on"
    return None
