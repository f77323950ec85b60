"""The page of a run: complete, harmless, small, and the same figures as everywhere."""

from __future__ import annotations

import re
from array import array
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from stories import BACKUP, TOPOLOGY, bfd_story, expect, fault, path, probe_log, run, sessions_up, silent_cut

from dxemu.events.base import Event
from dxemu.events.timeline import ProbeLog
from dxemu.measure.result import QuotaReached, Result
from dxemu.measure.two_ends import DifferentEnds, NeverUp
from dxemu.plan.make import make_plan
from dxemu.report import markdown
from dxemu.report.html.bins import MOST, binned
from dxemu.report.html.lanes import lanes
from dxemu.report.html.page import PageOf, render
from dxemu.report.html.words import sentence, sla_line
from dxemu.topology.load import load
from dxemu.units import Seconds
from tests.unit.events.filled import filled

pytest.importorskip("jinja2", reason="the page needs Jinja2")

ALONE = frozenset({"meta", "link", "input", "path", "rect", "circle", "line", "polygon", "ellipse"})
HOSTILE = '</script><script>alert("1")</script><img src=x onerror=alert(1)>\x1b[31m\u202e'


class Tags(HTMLParser):
    """Which elements are open, and everything that a browser might fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.fetched: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.fetched += [
            f"{k}={v}" for k, v in attrs if k in ("src", "href") and v and not v.startswith(("#", "data:"))
        ]
        self.wrong += [f"{tag} {k}" for k, _ in attrs if k.startswith("on")]
        if tag not in ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ALONE:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> in {self.open[-3:]}")
        elif self.open:
            self.open.pop()


def checked(html: str) -> Tags:
    """The page's tags, after what every page must keep."""
    tags = Tags()
    tags.feed(html)
    assert (tags.open, tags.wrong, tags.fetched) == ([], [], [])
    assert len(html.encode()) < 1_000_000
    assert html.count("<script>") == html.count("</script>") == 1
    return tags


def logged(folder: Path, seconds: float) -> list[Event]:
    """What tells of the logs that the stories leave in their folder."""
    found = []
    for direction in ("to_aws", "from_aws"):
        log = ProbeLog.read(folder / f"app-{direction}.log")
        about = {"probe": "app", "direction": direction, "interval_s": 0.001, "lateness_max_s": 0.0}
        counts = {"sent": len(log.sent), "received": len(log.received) // 2, "file": f"app-{direction}.log"}
        found.append(filled({"t": seconds, "event": "probe", **about, **counts}))
    return found


def page_of(folder: Path, result: Result, events: list[Event]) -> PageOf:
    design = load(TOPOLOGY)
    return PageOf(result=result, events=events, folder=folder, story="A story.", design=design, plan=make_plan(design))


@pytest.fixture
def bfd(tmp_path: Path) -> PageOf:
    """A silent cut that BFD notices."""
    result = bfd_story(
        tmp_path, expect("outage", "app", at_most=Seconds(0.5)), expect("session", "backup", never="down")
    )
    return page_of(tmp_path, result, [*silent_cut(5.0, (5.683, 5.763), "bfd"), *logged(tmp_path, 15.0)])


def test_a_page_says_all_of_it(bfd: PageOf) -> None:
    html = render(bfd)
    tags = checked(html)
    assert {"main", "h1", "h2", "svg", "table", "button", "details"} <= tags.seen
    for words in (
        "FAIL",
        "1 of 2 expectations met",
        "app was cut off for 766 ms from AWS after cable_silent on primary; BFD had to notice.",
        "AWS&#39;s SLA counts from 120 s",
        "silent.yaml:13",
        "predicted 599 - 913 ms",
        "BFD noticing 683 ms",
        "=backup=&gt; dx_2",
        "dxemu run scenario.yaml --seed 1",
        "212 packets dropped",
    ):
        assert words in html, words
    for group in ("Faults and changes", "BFD", "BGP", "Routes", "Probes"):
        assert f'<div class="group">{group}</div>' in html


def test_the_bar_of_what_was_predicted_says_what_it_is(bfd: PageOf) -> None:
    html = render(bfd)
    assert html.count('class="window"') == html.count('<i class="k-window"></i>predicted ') == 2
    assert '<i class="k-window"></i>predicted 599 - 913 ms' in html


def test_what_files_say_is_only_text(bfd: PageOf) -> None:
    result = replace(
        bfd.result,
        scenario=HOSTILE,
        topology=HOSTILE,
        see_also=HOSTILE,
        expectations=tuple(replace(e, text=HOSTILE, measured=HOSTILE, file=HOSTILE) for e in bfd.result.expectations),
        faults=tuple(replace(f, target=HOSTILE, evidence=HOSTILE) for f in bfd.result.faults),
        paths=tuple(replace(p, probe=HOSTILE, text=HOSTILE) for p in bfd.result.paths),
        invalid_because=HOSTILE,
    )
    assert bfd.design is not None
    events = [*bfd.events, fault(6.0, name=HOSTILE, target=HOSTILE, kind=HOSTILE)]
    html = render(replace(bfd, result=result, events=events, story=HOSTILE, design=replace(bfd.design, story=HOSTILE)))
    assert "img" not in checked(html).seen
    assert not {"\x1b", "\u202e"} & set(html)
    assert "&lt;img src=x onerror" in html


def test_a_run_that_is_not_valid_is_cited_for_nothing(bfd: PageOf) -> None:
    html = render(replace(bfd, result=replace(bfd.result, verdict="invalid", invalid_because="too slow")))
    checked(html)
    assert "The run is not valid: too slow." in html
    assert html.count("not judged") == 2
    for words in ("expectations met", "not met", "SLA", ">FAIL<", ">PASS<", ">inside<"):
        assert words not in html, words


def test_what_cost_no_packet_is_a_line_and_no_bar(bfd: PageOf) -> None:
    html = render(replace(bfd, result=replace(bfd.result, outages=(), stages=(), predicted=())))
    checked(html)
    assert "Nothing was lost." in html
    assert "What cost no packet" in html
    assert 'class="bar"' not in html
    assert 'class="bar"' in render(replace(bfd, result=replace(bfd.result, outages=()))), "predicted, and not lost"


def test_a_run_that_kept_nothing_has_a_page_too(bfd: PageOf) -> None:
    bare = replace(bfd.result, outages=(), probes=(), stages=(), predicted=(), paths=(), expectations=(), faults=())
    checked(
        render(
            PageOf(result=replace(bare, verdict="invalid", invalid_because="too slow"), events=(), folder=bfd.folder)
        )
    )
    assert sentence(replace(bare, verdict="pass")) == "No probe measured outages."


def test_code_and_style_are_small() -> None:
    folder = Path(render.__code__.co_filename).parent
    assert sum(file.stat().st_size for file in folder.glob("page.*")) < 150_000


def test_bins_hold_every_packet() -> None:
    log = probe_log(30, 0.001, [(5.0, 5.5), (7.0, 7.001), (29.0, 40.0)])
    found = binned(log, [(5.0, 5.5), (7.0, 7.001), (29.0, 30.0)], most=700)
    assert len(found.bins) == 700
    assert sum(one.sent for one in found.bins) == 30_000
    assert sum(one.lost for one in found.bins) == 1_501
    assert found.longest_s == pytest.approx(0.004)
    assert [one.longest_s for one in found.bins if one.lost == one.sent] == [None] * len(
        [one for one in found.bins if one.lost == one.sent]
    )
    assert (len(found.lost), found.more) == (3, 0)
    few = binned(log, found.lost, most_lost=2)
    assert (few.lost, few.more) == ([(5.0, 5.5), (29.0, 30.0)], 1)


def test_bins_of_few_packets_and_of_none() -> None:
    assert binned(ProbeLog(array("q"), array("q")), []).bins == ()
    one = binned(ProbeLog(array("q", [5]), array("q", [0, 9, 0, 50])), [])
    assert [(b.sent, b.lost) for b in one.bins] == [(1, 0)]
    assert one.longest_s == pytest.approx(4e-9)


def test_a_page_of_many_packets_and_loss_periods_stays_small(tmp_path: Path) -> None:
    sent = array("q", range(0, 60_000_000_000, 1_000_000))
    received = array("q", (x for n, at in enumerate(sent) if n % 50 for x in (n, at + 4_000_000)))
    logs = {d: ProbeLog(sent, received) for d in ("to_aws", "from_aws")}
    result = run(tmp_path, [*sessions_up(-2.0), *path(0.0, BACKUP)], logs, interval_s=0.001)
    assert len(result.outages) == 2_400
    html = render(page_of(tmp_path, result, logged(tmp_path, 60.0)))
    checked(html)
    assert "and 1900 more, in result.json" in html
    most = max(len(re.findall("[ML]", d)) for d in re.findall(r'class="delay" d="([^"]*)"', html))
    assert most <= MOST


def test_lanes_tell_when_something_was_down(bfd: PageOf) -> None:
    found = {(lane.group, lane.name): lane for lane in lanes(bfd.result, bfd.events)}
    assert ("BGP", "backup") not in found  # it did not change while the run went on
    (down,) = found["BGP", "primary"].spans
    assert (down.start_s, down.end_s) == (5.683, 15.0)
    (broken,) = found["Faults and changes", "cable_silent"].spans
    assert (broken.start_s, broken.end_s, broken.kind) == (5.0, 15.0, "fault")
    assert [m.at_s for m in found["Routes", "colo_router"].moments] == [5.685]


def test_a_session_that_comes_back_is_down_in_between(bfd: PageOf) -> None:
    back = [*bfd.events, *sessions_up(9.0, "primary")]
    found = {(lane.group, lane.name): lane for lane in lanes(bfd.result, sorted(back, key=lambda e: e.t))}
    assert [(s.start_s, s.end_s) for s in found["BGP", "primary"].spans] == [(5.683, 9.0)]


def test_the_sentence(bfd: PageOf) -> None:
    result = bfd.result
    assert sla_line(result).startswith(
        "99.99 % allow 52.6 min a year: all outages of app, 768 ms, are 0.024 % of it. AWS's SLA"
    )
    out = replace(result, outages=tuple(replace(o, end_s=None, duration_ms=None) for o in result.outages))
    assert sentence(out).startswith(
        "app was cut off and stayed so until the end, for 10.00 s to AWS after cable_silent"
    )
    assert "would count none of it, so far" in sla_line(out)
    quiet = replace(result, outages=())
    assert (sentence(quiet), sla_line(quiet)) == ("Nothing was lost: cable_silent cost no packet.", "")
    long = replace(result, virtual_s=500.0, outages=out.outages)
    assert "would count 8.25 min of it, so far" in sla_line(long)
    unexplained = replace(result, outages=tuple(replace(o, fault=None, after=None) for o in result.outages))
    assert "and no fault explains it" in sentence(unexplained)


def by_design(result: Result) -> Result:
    """Lost from before the first fault on, with a quota that the design exceeds and a session that cannot be."""
    quota = QuotaReached(t_s=-1.0, node="dx_1", session="primary", count=101, limit=100, reason="101 are more than 100")
    never = NeverUp(session="backup", symptom="refused", seen="OPEN refused: bad peer AS", why="has AS 1, AWS AS 2")
    apart = DifferentEnds(name="dc_1", why="has MTU 1400, AWS has MTU 1500")
    lost = replace(result.outages[0], fault=None, after=None, start_s=0.1, end_s=None, duration_ms=None)
    before = next(p for p in result.paths if (p.when, p.direction) == ("before", "to_aws"))
    paths = (
        replace(before, complete=False, hops=("app", "colo_router")),
        replace(before, complete=False, hops=("web", "vgw"), direction="from_aws"),
    )
    return replace(result, outages=(lost,), paths=paths, quotas=(quota, quota), never_up=(never,), ends_differ=(apart,))


def test_what_never_works_by_design_is_told_by_every_form(bfd: PageOf) -> None:
    result = by_design(bfd.result)
    words = (
        "app had no way to AWS from the start, with nothing broken.",
        "Session backup does not come up",
        "OPEN refused: bad peer AS, because has AS 1, AWS AS 2",
        "Quota of primary",
        "101 are more than 100",
        "Ends of dc_1 differ",
        "has MTU 1400, AWS has MTU 1500",
    )
    html, summary = render(replace(bfd, result=result)), markdown.text_of(result).replace("\\", "")
    checked(html)
    for said in words:
        assert html.count(said) == 1, said
        assert summary.count(said) == 1, said
    assert "dxemu explain path app web --run ." in html, "between the probe's ends, wherever packets get to"
