"""The tables of docs/scenario-file.md, and docs/faults.md, made of the kinds themselves.

`python -m tools.kinds` writes them anew; a test compares them with what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dxemu.actions.menu import kinds as actions
from dxemu.faults.menu import kinds as faults
from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.menu import kinds as probes
from dxemu.report.fault_list import page as faults_page
from dxemu.story.awaited.menu import kinds as events
from dxemu.story.expectations.menu import subjects
from dxemu.story.line import Line

PAGE = Path("docs", "scenario-file.md")
FAULTS = Path("docs", "faults.md")
HEADS = {
    "## Probes\n": "| probe | told by | what it measures |",
    "## Events\n": "| when | of | says | when it has come |",
    "## Expectations\n": "| expect | of | says | what must be true |",
    "## Faults\n": "| fault | told by | what happens |",
    "## Actions\n": "| action | told by | what somebody does |",
}


NOUNS = {
    "probe": "a probe that measures outages",
    "probe or latency probe": "a probe that measures outages, or latency",
    "http probe or dns probe": "http or dns probe",
    "sending probe": "a probe between two ends",
    "tunnel": "a tunnel, as `vpn_tunnel_1`",
    "session": "a virtual interface, `NAME_ipv6` or a tunnel",
    "fault": "a step or a kind of fault",
}


def page(text: str) -> str:
    """The page with its tables as the kinds are now; everything else stays."""
    tables = (_rows(probes()), _lines(events()), _lines(subjects()), _rows(faults()), _rows(actions()))
    for (head, columns), rows in zip(HEADS.items(), tables, strict=True):
        before, _, rest = text.partition(head)
        section, _, after = rest.partition("\n\n## ")
        prose, _, _ = section.partition("\n|")
        table = "\n".join([columns, "| --- " * (columns.count("|") - 1) + "|", *rows])
        text = f"{before}{head}{prose}\n{table}\n" + (f"\n## {after}" if after else "")
    return text


def _rows(kinds: Mapping[str, Callable[..., object]]) -> Iterator[str]:
    for kind, made in kinds.items():
        known = parameters_of(made)
        told = [", ".join(_word(p) for p in known if p.need in (Need.TARGET, Need.ALWAYS))]
        told += [" or ".join(_word(p) for p in known if p.need is Need.CHOICE)]
        told += [", ".join(f"*{_word(p)}*" for p in known if p.need is Need.OPTIONAL)]
        words = getattr(made, "words")  # noqa: B009 - every kind has them; the menus are of several bases
        yield f"| `{kind}` | {'; '.join(part for part in told if part)} | {words} |"


def _lines(subjects: Mapping[str, type[Line]]) -> Iterator[str]:
    for word, subject in subjects.items():
        known = parameters_of(subject)
        says = [_word(p) for p in known if p.need in (Need.SAYS, Need.ALWAYS)]
        says += [f"*{_word(p)}*" for p in known if p.need is Need.OPTIONAL]
        yield f"| `{word}` | {NOUNS.get(subject.of, subject.of)} | {', '.join(says)} | {subject.words} |"


def _word(parameter: Parameter) -> str:
    if parameter.takes is Takes.WORD and parameter.default is None:
        return f"`{parameter.key}`: {' or '.join(map(str, parameter.choices))}"
    default = parameter.default if parameter.default not in (None, ()) else ""
    about = parameter.words or (str(default) if parameter.takes is not Takes.COUNT else "")
    return f"`{parameter.key}`" + (f" ({about})" if about else "")


def main() -> None:
    """Write the pages under the current folder."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    FAULTS.write_text(faults_page(faults()), encoding="utf-8")


if __name__ == "__main__":
    main()
