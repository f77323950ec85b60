"""A result as JUnit's XML: a test case for each expectation.

There is no standard of that name. Written is what the schema of Jenkins's xUnit plugin (junit-10) and the parser of
GitLab have in common: GitLab shows `classname`, tells cases apart by that and `name`, and shows a failure's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from dxemu.measure.result import ExpectationResult, Result
from dxemu.report.terminal import safe


def text_of(*results: Result) -> str:
    """One suite for each result. A run that is not valid is an error, and its expectations are skipped."""
    root = Xml.Element("testsuites")
    for result in results:
        root.append(_suite(result))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(result: Result) -> Xml.Element:
    cases = [_valid(result), *(_case(result, name, e) for name, e in named(result.expectations))]
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
    """Each with a name of its own: what is expected; where two lines say the same, with a number."""
    said: Counter[str] = Counter()
    for expectation in expectations:
        said[expectation.text] += 1
        number = said[expectation.text]
        yield expectation.text + (f" #{number}" if number > 1 else ""), expectation


def _valid(result: Result) -> Xml.Element:
    """The run itself."""
    case = _element(result, "the run is valid")
    case.set("time", f"{result.wall_s:.3f}")
    if result.verdict == "invalid":
        error = Xml.SubElement(case, "error", type="invalid", message=_text(result.invalid_because))
        error.text = _text(result.invalid_because)
    return case


def _case(result: Result, name: str, expectation: ExpectationResult) -> Xml.Element:
    case = _element(result, name)
    if result.verdict == "invalid":
        Xml.SubElement(case, "skipped")
    elif expectation.verdict != "pass":
        words = f"expected  {expectation.text}\nmeasured  {expectation.measured}\n{expectation.file}:{expectation.line}"
        failure = Xml.SubElement(case, "failure", type="expectation", message=_text(expectation.measured))
        failure.text = _text(words)
    return case


def _element(result: Result, name: str) -> Xml.Element:
    variant = f"dxemu.{result.scenario}.{result.topology}, seed {result.seed}"
    return Xml.Element("testcase", classname=_text(variant), name=_text(name), time="0")


def _text(words: str) -> str:
    """What XML can hold."""
    return safe(words)
