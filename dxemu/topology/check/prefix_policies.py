"""What the customer's routers do with some prefixes: filters that can be read, that match something, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from dxemu.bgp.prefix_policy import PrefixFilter, parse
from dxemu.topology.check.announced import announced_by_aws, announced_by_the_customer
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.policy_effects import HEARD_WITH, TOLD_WITH, effects
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_policy import PrefixPolicyEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import listed, quoted, suggestion
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T123": """\
A policy for some prefixes is called by a filter, as routers write one in a prefix list:
`10.4.0.0/16` is that prefix exactly, `10.4.0.0/16 le 24` all in it that are at most a /24,
`10.4.0.0/16 ge 20 le 24` those from /20 to /24. The first one that matches a prefix decides, in the
order of the file. One that matches nothing that anybody announces in the design, that is there
twice, or whose prefixes all match one above it, is a slip.""",
    "DX-T124": """\
A policy for some prefixes that does nothing: it says nothing, or something that has no effect on
this session. `local_pref` is for what AWS announces there; `communities`, `as_path_prepend` and
`med` for what you do. Nothing goes with what `announce: off` keeps back, and nothing is preferred
of what `accept: off` refuses. Between your own routers nothing is prepended, and a static VPN has
no BGP.""",
}

Written = Mapping[str, PrefixPolicyEntry]


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T123: a filter that cannot be read, or never decides. DX-T124: a policy without effect."""
    known = (*announced_by_the_customer(file), *announced_by_aws(file))
    for path, policies in _all(file):
        deciding = _filters(policies, path, known, findings)
        for text, entry in policies.items():
            if not entry.model_fields_set:
                findings.add((*path, text), "DX-T124", f"nothing is said of {quoted(text)}", _SAYS)
            _contradictions(entry, (*path, text), findings)
        if path[0] != "customer":
            effects(file, path, policies, deciding, findings)
    for name, vpn in file.vpns.items():
        if vpn.routing == "static" and vpn.customer.policies:
            problem = f"`policies` has no effect on '{name}': a static VPN has no BGP"
            findings.add(("vpns", name, "customer", "policies"), "DX-T124", problem, "Take it out.")
    _between_routers(file, findings)


_SAYS = "Say what to do with it: accept, announce, local_pref, communities, as_path_prepend or med."


def _all(file: TopologyFile) -> Iterator[tuple[KeyPath, Written]]:
    for name, vif in file.virtual_interfaces.items():
        yield ("virtual_interfaces", name, "customer", "policies"), vif.customer.policies
    for name, vpn in file.vpns.items():
        yield ("vpns", name, "customer", "policies"), vpn.customer.policies
        for number, tunnel in enumerate(vpn.tunnels):
            yield ("vpns", name, "tunnels", number, "customer", "policies"), tunnel.customer.policies or {}
    for name, circuit in file.customer.circuits.items():
        for router, policies in circuit.policies.items():
            yield ("customer", "circuits", name, "policies", router), policies


def _contradictions(entry: PrefixPolicyEntry, path: KeyPath, findings: Findings) -> None:
    for switch, on, what, keys in (
        ("announce", entry.announce, "what is not announced", TOLD_WITH),
        ("accept", entry.accept, "what is not accepted", HEARD_WITH),
    ):
        for key in keys:
            if not on and getattr(entry, key) is not None:
                problem = f"`{key}` has no effect on {what}"
                findings.add((*path, key), "DX-T124", problem, f"Take it out, or `{switch}: off`.")


def _filters(
    policies: Written, path: KeyPath, known: tuple[IPNetwork, ...], findings: Findings
) -> Mapping[str, tuple[IPNetwork, ...]]:
    """By filter the prefixes of the design that it decides about; those that cannot be read, or never do, are out."""
    seen: dict[PrefixFilter, str] = {}
    left, deciding = list(dict.fromkeys(known)), {}
    for text in policies:
        here = (*path, text)
        try:
            found = parse(text)
        except ValueError as error:
            problem = f"{quoted(text)} is no filter of prefixes: {error}"
            remedy = "Write for example `10.4.0.0/16`, or `10.4.0.0/16 le 24`; `0.0.0.0/0 le 32` is all of IPv4."
            if (meant := _without_host_bits(text)) is not None:
                remedy = f"Did you mean '{meant}'?"
            findings.add_name(here, "DX-T123", problem, remedy)
            continue
        matched = [prefix for prefix in known if found.matches(prefix)]
        mine = tuple(prefix for prefix in left if found.matches(prefix))
        if found in seen:
            problem = f"{quoted(text)} matches what {quoted(seen[found])} does, and that one decides"
            findings.add_name(here, "DX-T123", problem, "Keep one of them.")
        elif not matched:
            near = [prefix for prefix in known if _overlap(prefix, found.network)]
            remedy = f"In it, or around it, there is {listed(map(str, near[:5]), 'and')}." if near else "Take it out."
            findings.add_name(here, "DX-T123", f"nobody announces a prefix that {quoted(text)} matches", remedy)
        elif not mine:
            above = listed([quoted(seen[one]) for one in seen if any(map(one.matches, matched))], "and")
            problem = f"{quoted(text)} decides about nothing: all that it matches is decided above it, by {above}"
            findings.add_name(here, "DX-T123", problem, f"Put it above {above}, or take it out.")
        else:
            deciding[text] = mine
        left = [prefix for prefix in left if prefix not in mine]
        seen.setdefault(found, text)
    return deciding


def _between_routers(file: TopologyFile, findings: Findings) -> None:
    for name, circuit in file.customer.circuits.items():
        ends = [circuit.from_router, circuit.to]
        for router, policies in circuit.policies.items():
            path: KeyPath = ("customer", "circuits", name, "policies", router)
            if circuit.to in file.connections:
                problem = f"no session of '{router}' runs over '{name}': it goes to connection '{circuit.to}'"
                remedy = "Write it under `customer:` of the virtual interface."
                findings.add_name(path, "DX-T124", problem, remedy)
            elif router not in ends:
                problem = f"{quoted(router)} is not at an end of circuit '{name}'"
                findings.add_name(path, "DX-T003", problem, suggestion(router, ends))
            for text, entry in policies.items():
                if entry.as_path_prepend is not None:
                    problem = "between your own routers nothing is prepended"
                    remedy = "Take it out: use local_pref."
                    findings.add((*path, text, "as_path_prepend"), "DX-T124", problem, remedy)


def _without_host_bits(text: str) -> str | None:
    """The filter with its network's own address, if it can be read then."""
    first, *rest = text.split()
    try:
        meant = " ".join([str(ip_network(first, strict=False)), *rest])
        parse(meant)
    except ValueError:
        return None
    return meant


def _overlap(one: IPNetwork, other: IPNetwork) -> bool:
    return one.version == other.version and one.overlaps(other)
