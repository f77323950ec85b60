"""A result as JUnit's XML: a test case for each expectation, and for each direction where it is about both.

There is no standard of that name. Written is what the schema of Jenkins's xUnit plugin (junit-10) and the parser of
GitLab have in common: GitLab shows `classname`, tells cases apart by that and `name`, and shows a failure's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree import ElementTree as Xml

from dxemu.measure.result import ExpectationResult, Result
from dxemu.report.matrix import MatrixRow
from dxemu.report.terminal import safe
from dxemu.words import direction

VALID = "the run is valid"


def text_of(result: Result) -> str:
    """One suite. A run that is not valid is an error, and its expectations are skipped."""
    return _text_of([_suite(result, _class(result))])


def text_of_matrix(scenario: str, rows: Sequence[MatrixRow]) -> str:
    """One suite for each run. The class of its cases names the values of the axes: no two runs have the same."""
    return _text_of([_row(scenario, row) for row in rows])


def _row(scenario: str, row: MatrixRow) -> Xml.Element:
    which = ", ".join(f"{axis} {name}" for axis, name in row.names)
    if row.result is not None:
        return _suite(row.result, f"{_class(row.result)}, {which}")
    suite = Xml.Element(
        "testsuite", name=_text(f"dxemu {scenario}"), tests="1", failures="0", errors="1", skipped="0", time="0"
    )
    name = f"dxemu.{scenario}, seed {row.seed}, {which}"
    case = Xml.SubElement(suite, "testcase", classname=_text(name), name=VALID, time="0")
    Xml.SubElement(case, "error", type="no lab", message=_text(row.problem)).text = _text(row.problem)
    return suite


def _text_of(suites: Sequence[Xml.Element]) -> str:
    root = Xml.Element("testsuites")
    root.extend(suites)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(result: Result, of: str) -> Xml.Element:
    """`of` is the class of its cases."""
    cases = [_valid(result, of), *(_case(result, of, name, e) for name, e in named(result.expectations))]
    kinds = Counter(child.tag for case in cases for child in case)
    suite = Xml.Element(
        "testsuite",
        name=_text(f"dxemu {result.scenario}"),
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"]),
        skipped=str(kinds["skipped"]),
        time=f"{result.wall_s:.3f}",
    )
    suite.extend(cases)
    return suite


def named(expectations: Sequence[ExpectationResult]) -> Iterator[tuple[str, ExpectationResult]]:
    """Each with a name of its own: what is expected, and in which direction; where two say the same, with a number."""
    said: Counter[str] = Counter()
    for text, expectation in _by_direction(expectations):
        said[text] += 1
        yield text + (f" #{said[text]}" if said[text] > 1 else ""), expectation


def _by_direction(expectations: Sequence[ExpectationResult]) -> Iterator[tuple[str, ExpectationResult]]:
    for e in expectations:
        for one in e.directions:
            yield f"{e.text} ({direction(one.direction)})", replace(e, verdict=one.verdict, measured=one.measured)
        if not e.directions:
            yield e.text, e


def _valid(result: Result, of: str) -> Xml.Element:
    """The run itself."""
    case = _element(of, VALID)
    case.set("time", f"{result.wall_s:.3f}")
    if result.verdict == "invalid":
        error = Xml.SubElement(case, "error", type="invalid", message=_text(result.invalid_because))
        error.text = _text(result.invalid_because)
    return case


def _case(result: Result, of: str, name: str, expectation: ExpectationResult) -> Xml.Element:
    case = _element(of, name)
    if result.verdict == "invalid":
        Xml.SubElement(case, "skipped")
    elif expectation.verdict != "pass":
        words = f"expected  {expectation.text}\nmeasured  {expectation.measured}\n{expectation.file}:{expectation.line}"
        failure = Xml.SubElement(case, "failure", type="expectation", message=_text(expectation.measured))
        failure.text = _text(words)
    return case


def _class(result: Result) -> str:
    return f"dxemu.{result.scenario}.{result.topology}, seed {result.seed}"


def _element(of: str, name: str) -> Xml.Element:
    return Xml.Element("testcase", classname=_text(of), name=_text(name), time="0")


def _text(words: str) -> str:
    """What XML can hold."""
    return safe(words)
