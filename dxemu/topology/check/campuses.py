"""Campuses: Direct Connect locations that AWS's resiliency models count as one."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.check.names import is_name
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import quoted, suggestion

PARAGRAPHS = {
    "DX-T141": """\
A campus is two or more buildings beside each other, each a location with its own devices, in one
Region. AWS's resiliency models count it as one location: what stands in two of its buildings is not
high resiliency. A campus of one building says nothing that its location does not, and is mostly the
name of another one, misspelt. Source: Direct Connect FAQ and Resiliency Toolkit.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T001: its name. DX-T141: a campus of one building, or in two Regions."""
    buildings: dict[str, list[str]] = {}
    for code, location in file.aws.locations.items():
        if location.campus is not None:
            buildings.setdefault(location.campus, []).append(code)
    for campus, codes in buildings.items():
        first, *others = codes
        path = ("aws", "locations", first, "campus")
        regions = {code: file.aws.locations[code].region or file.aws.region for code in codes}
        if not is_name(campus):
            remedy = "Use letters, digits, _ and -, at most 100 of them."
            findings.add(path, "DX-T001", f"{quoted(campus)} cannot be the name of a campus", remedy)
        elif not others:
            rest = [other for other in buildings if other != campus]
            remedy = suggestion(campus, rest) if rest else "Give it to the other buildings, too, or take it out."
            findings.add(path, "DX-T141", f"{first} is the only building of campus {quoted(campus)}", remedy)
        for code in others:
            if regions[code] != regions[first]:
                problem = f"{code} is in {regions[code]}, {first} of the same campus in {regions[first]}"
                remedy = "Buildings of one campus belong to one Region."
                findings.add(("aws", "locations", code, "campus"), "DX-T141", problem, remedy)
