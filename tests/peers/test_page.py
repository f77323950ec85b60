"""The page as a browser has it, and as an accessibility checker sees it.

axe-core is not installed with dxemu: `npm install axe-core`, and AXE_CORE=node_modules/axe-core/axe.min.js.
"""

from __future__ import annotations

import html
import json
import os
import re
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[1] / "unit"
for folder in ("predict", "measure"):
    sys.path.insert(0, str(UNIT / folder))

from stories import TOPOLOGY, bfd_story, expect, silent_cut  # noqa: E402 - found in the folders above

from dxemu.plan.make import make_plan  # noqa: E402
from dxemu.report.html.page import PageOf, render  # noqa: E402
from dxemu.topology.load import load  # noqa: E402
from dxemu.units import Seconds  # noqa: E402
from tests.peers.looks import BROWSER, DARK, HEIGHTS, browse, shoot  # noqa: E402

AXE = os.environ.get("AXE_CORE", "")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
pytestmark = [pytest.mark.peers, pytest.mark.skipif(BROWSER is None, reason="needs chromium")]
CHECKED = """
document.querySelectorAll("details").forEach((one) => { one.open = true; });
axe.run(document).then((found) => {
  const said = document.createElement("pre");
  said.id = "said";
  said.textContent = JSON.stringify(found.violations.map((one) => [one.id, one.nodes[0].html]));
  document.body.append(said);
});
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run that fails."""
    folder = tmp_path_factory.mktemp("run")
    design = load(TOPOLOGY)
    result = bfd_story(folder, expect("outage", "app", at_most=Seconds(0.5)))
    events = silent_cut(5.0, (5.683, 5.763), "bfd")
    return render(PageOf(result=result, events=events, folder=folder, design=design, plan=make_plan(design)))


def browser(tmp_path: Path, text: str, *options: str) -> tuple[str, str]:
    """The page in a headless browser: what is on its stdout, and on its console."""
    file = tmp_path / "page.html"
    file.write_text(text, encoding="utf-8")
    return browse(file, tmp_path / "profile", *options)


@pytest.mark.parametrize("look", HEIGHTS)
def test_a_browser_shows_it_without_complaint(look: str, page: str, tmp_path: Path) -> None:
    shot = tmp_path / f"{look}.png"
    assert shoot(page, look, shot) == ""
    assert shot.stat().st_size > 50_000


def test_the_way_and_the_time_line_follow_the_code(page: str, tmp_path: Path) -> None:
    moved = '<script>document.getElementById("state").value = 2;'
    moved += 'document.getElementById("state").dispatchEvent(new Event("input"));'
    moved += 'document.querySelector("[data-from]").click();</script></body>'
    dom, console = browser(tmp_path, page.replace("</body>", moved), "--dump-dom")
    assert console == ""
    shown = re.findall(r'<g class="way probe-0 (\w+)" style="display: inline', dom)
    assert set(shown) == {"after"}
    (from_s,) = set(re.findall(r'class="lane" viewBox="([\d.]+) 0', dom))
    assert float(from_s) == pytest.approx(4.89, abs=0.02)


@pytest.mark.skipif(not AXE, reason="needs axe-core: AXE_CORE=.../axe.min.js")
@pytest.mark.parametrize("colours", [(), (DARK,)], ids=["light", "dark"])
def test_an_accessibility_checker_finds_nothing(colours: tuple[str, ...], page: str, tmp_path: Path) -> None:
    checked = f"<script>{Path(AXE).read_text(encoding='utf-8')}</script><script>{CHECKED}</script></body>"
    dom, _ = browser(tmp_path, POLICY.sub("", page).replace("</body>", checked), "--dump-dom", *colours)
    said = re.search(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL)
    assert said is not None
    assert json.loads(html.unescape(said[1])) == []
