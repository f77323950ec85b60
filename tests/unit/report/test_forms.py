"""A result for machines: JUnit's XML, Markdown, Chrome's trace events."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from stories import bfd_story, expect, silent_cut

from dxemu.measure.result import Result
from dxemu.report import junit, markdown, trace
from dxemu.report.matrix import MatrixRow
from dxemu.units import Seconds

EVENTS = silent_cut(5.0, (5.683, 5.763), "bfd")
HOSTILE = "]]><b>|`x`\n\x1b[31m\x00 @everyone"


@pytest.fixture
def failing(tmp_path: Path) -> Result:
    """Two lines that say the same and fail, one that is met."""
    twice = [expect("outage", "app", at_most=Seconds(0.5))] * 2
    return bfd_story(tmp_path, *twice, expect("session", "backup", never="down"))


def test_junit_has_a_case_for_each_expectation(failing: Result) -> None:
    (suite,) = Xml.fromstring(junit.text_of(failing))
    names = Counter((case.get("classname"), case.get("name")) for case in suite)
    assert set(names.values()) == {1}
    assert [case.get("name") for case in suite] == [
        "the run is valid",
        "{outage: app, at_most: 500 ms} (to AWS)",
        "{outage: app, at_most: 500 ms} (from AWS)",
        "{outage: app, at_most: 500 ms} (to AWS) #2",
        "{outage: app, at_most: 500 ms} (from AWS) #2",
        "{session: backup, never: down}",
    ]
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "4",
        "errors": "0",
        "skipped": "0",
    }
    failure = suite[1].find("failure")
    assert failure is not None
    assert "measured  686 ms ± 1 ms to AWS" in (failure.text or "")
    assert "from AWS" not in (failure.text or "")
    assert "silent.yaml:13" in (failure.text or "")


CASE = {"skipped", "error", "failure"}
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testcase"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, CASE),
    **{kind: (set(), {"type", "message"}, set()) for kind in CASE},
}
"""By element: attributes that it needs and may have, and what may be in it, of what Jenkins's junit-10.xsd allows."""
SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def check_junit(text: str) -> None:
    """As the schema of Jenkins's xUnit plugin has it, and so that GitLab sees every case: it goes by class and name."""
    root = Xml.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        needed, known, inside = SCHEMA[element.tag]
        assert needed <= set(element.keys()) <= needed | known, element.attrib
        assert {child.tag for child in element} <= inside
        assert SECONDS.fullmatch(element.get("time", "0"))
        assert len(element) <= 1 or element.tag != "testcase"
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(cases)) == len(cases)
    for suite in root:
        counted = Counter(child.tag for case in suite for child in case)
        assert [suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")] == [
            str(len(suite)),
            *(str(counted[kind]) for kind in ("failure", "error", "skipped")),
        ]


def test_junit_says_which_direction_failed(tmp_path: Path) -> None:
    result = bfd_story(tmp_path, expect("outage", "app", at_most=Seconds(0.7)))
    (suite,) = Xml.fromstring(junit.text_of(result))
    assert [[child.tag for child in case] for case in suite] == [[], [], ["failure"]]


@pytest.mark.parametrize("verdict", ["fail", "pass", "invalid"])
def test_junit_is_what_jenkins_and_gitlab_take(failing: Result, verdict: str) -> None:
    check_junit(junit.text_of(replace(failing, verdict=verdict)))
    check_junit(junit.text_of(hostile(replace(failing, verdict=verdict))))


def test_junit_of_a_matrix_has_no_name_twice(failing: Result) -> None:
    rows = [
        MatrixRow(number=n, names=(("bfd", bfd),), seed=1, folder=str(n), verdict="fail", result=failing)
        for n, bfd in enumerate(("on", "off"), start=1)
    ]
    rows.append(replace(rows[0], names=(("bfd", "x"),), verdict="error", result=None, problem=HOSTILE))
    text = junit.text_of_matrix("silent", rows)
    check_junit(text)
    assert [suite.get("errors") for suite in Xml.fromstring(text)] == ["0", "0", "1"]


def test_junit_of_a_run_that_is_not_valid(failing: Result) -> None:
    (suite,) = Xml.fromstring(junit.text_of(replace(failing, verdict="invalid", invalid_because="too late")))
    assert (suite.get("errors"), suite.get("skipped"), suite.get("failures")) == ("1", "5", "0")
    error = suite[0].find("error")
    assert error is not None
    assert error.text == "too late"


def hostile(result: Result) -> Result:
    expectations = tuple(replace(e, text=HOSTILE, measured=HOSTILE) for e in result.expectations)
    return replace(result, scenario=HOSTILE, expectations=expectations)


def test_junit_of_hostile_words_is_xml(failing: Result) -> None:
    (suite,) = Xml.fromstring(junit.text_of(hostile(failing)))
    assert "<b>" in (suite[1].get("name") or "")
    assert len({case.get("name") for case in suite}) == 6


def test_markdown_tells_the_same(failing: Result) -> None:
    text = markdown.text_of(failing)
    assert text.startswith("## FAIL: cut\\_primary\\_silently\n")
    assert "| cable\\_silent | app to AWS | 686 ms ± 1 ms | 599 - 912 ms | inside |" in text
    assert text.count("| FAIL |") == 2


def test_markdown_of_hostile_words_is_text(failing: Result) -> None:
    text = markdown.text_of(hostile(failing))
    assert "<b>" not in text
    assert "\x1b" not in text
    assert "\\`x\\`" in text
    assert "\\@everyone" in text
    cells = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("| FAIL")}
    assert cells == {5}


def test_trace_keeps_the_rules_of_the_trace_event_format(failing: Result) -> None:
    """Also where Perfetto's own parser, which `tests/peers` asks, is not there."""
    found = json.loads(trace.text_of(hostile(failing), EVENTS), parse_constant=lambda name: pytest.fail(name))
    assert found["displayTimeUnit"] in ("ms", "ns")
    ends: dict[tuple[int, int], float] = {}
    named = set()
    for event in found["traceEvents"]:
        lane = event["pid"], event["tid"]
        assert {"ph", "name", "pid", "tid"} <= event.keys()
        assert isinstance(event["name"], str) and event["name"].isprintable()
        match event["ph"]:
            case "M":
                assert event["name"] in ("process_name", "thread_name") and event["args"].keys() == {"name"}
                named.add(lane if event["name"] == "thread_name" else event["pid"])
            case "X":
                assert event.keys() == {"ph", "name", "cat", "ts", "dur", "pid", "tid"}
                assert event["ts"] >= ends.get(lane, 0.0), (
                    "spans of one thread lie in each other, or one after the other"
                )
                ends[lane] = event["ts"] + event["dur"]
                assert {lane, event["pid"]} <= named, "a lane is named before it is used"
            case "i":
                assert event["s"] in ("g", "p", "t") and event["ts"] >= 0
            case other:
                pytest.fail(f"{other} is no phase that is written here")


def test_trace_is_one_that_perfetto_opens(failing: Result) -> None:
    found = json.loads(trace.text_of(hostile(failing), EVENTS))
    events = found["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X", "i"}
    assert all(isinstance(event["pid"], int) and isinstance(event["tid"], int) for event in events)
    assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in events if event["ph"] == "X")
    threads = {e["args"]["name"]: (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name"}
    (lost,) = [e for e in events if e["ph"] == "X" and (e["pid"], e["tid"]) == threads["app to AWS"]]
    assert (lost["ts"], lost["dur"], lost["name"]) == (4_997_000.0, 686_000.0, "686 lost in 686 ms")
