"""A result for machines: JUnit's XML, Markdown, Chrome's trace events."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from stories import bfd_story, expect, silent_cut

from dxemu.measure.result import Result
from dxemu.report import junit, markdown, trace
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
    assert [case.get("name") for case in suite][-2].endswith(" #2")
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "0",
    }
    failure = suite[1].find("failure")
    assert failure is not None
    assert "measured  686 ms" in (failure.text or "")
    assert "silent.yaml:13" in (failure.text or "")


def test_junit_of_a_run_that_is_not_valid(failing: Result) -> None:
    (suite,) = Xml.fromstring(junit.text_of(replace(failing, verdict="invalid", invalid_because="too late")))
    assert (suite.get("errors"), suite.get("skipped"), suite.get("failures")) == ("1", "3", "0")
    error = suite[0].find("error")
    assert error is not None
    assert error.text == "too late"


def hostile(result: Result) -> Result:
    expectations = tuple(replace(e, text=HOSTILE, measured=HOSTILE) for e in result.expectations)
    return replace(result, scenario=HOSTILE, expectations=expectations)


def test_junit_of_hostile_words_is_xml(failing: Result) -> None:
    (suite,) = Xml.fromstring(junit.text_of(hostile(failing)))
    assert "<b>" in (suite[1].get("name") or "")
    assert len({case.get("name") for case in suite}) == 4


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


def test_trace_is_one_that_perfetto_opens(failing: Result) -> None:
    found = json.loads(trace.text_of(hostile(failing), EVENTS))
    events = found["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X", "i"}
    assert all(isinstance(event["pid"], int) and isinstance(event["tid"], int) for event in events)
    assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in events if event["ph"] == "X")
    threads = {e["args"]["name"]: (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name"}
    (lost,) = [e for e in events if e["ph"] == "X" and (e["pid"], e["tid"]) == threads["app to AWS"]]
    assert (lost["ts"], lost["dur"], lost["name"]) == (4_997_000.0, 686_000.0, "686 lost in 686 ms")
