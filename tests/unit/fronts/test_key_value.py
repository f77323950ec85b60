"""`KEY=VALUE` on the command line, of faults, acts and probes."""

from __future__ import annotations

import click
import pytest

from dxemu.cli import living, probe


def test_it_is_said_as_scenarios_say_it() -> None:
    assert living.text_of("cable_cut", ["connection=primary"]) == "cable_cut: {connection: primary}"
    assert living.text_of("delay", ["connection=a", "by=5 ms"]) == "delay: {connection: a, by: 5 ms}"
    assert living.text_of("cable_cut", []) == "cable_cut:"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (["connection"], "'connection' is no parameter"),
        (["=primary"], "'=primary' is no parameter"),
    ],
)
def test_what_cannot_be_meant(written: list[str], problem: str) -> None:
    with pytest.raises(click.UsageError, match=problem):
        living.text_of("cable_cut", written)


def test_a_probe_is_said_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(lab: str | None, do: str, *, text: str) -> dict[str, float]:
        del lab, do
        asked.append(text)
        return {"t": 1.0}

    monkeypatch.setattr(probe, "ask", ask)
    for words in (["app", "udp", "from=app", "to=web"], ["app", "udp"]):
        probe.command.main(words, standalone_mode=False)
    assert asked == ["app: {udp: {from: app, to: web}}", "app: {udp: {}}"]
    with pytest.raises(click.UsageError, match="'from' is no parameter"):
        probe.command.main(["app", "udp", "from"], standalone_mode=False)
