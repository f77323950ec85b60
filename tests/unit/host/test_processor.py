"""Labs do not share a processor while another is free."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from dxemu.host import embedded, follow, processor
from dxemu.host.embedded import Boot
from dxemu.host.processor import one_processor


@pytest.fixture(autouse=True)
def _names_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "NAME", f"\0dxemu-test-{os.getpid()}-{{number}}")


def test_each_lab_has_another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5, 3})
    with one_processor() as first:
        assert first == ("taskset", "--cpu-list", "3")
        with one_processor() as second:
            assert second == ("taskset", "--cpu-list", "5")
            with one_processor() as third:
                assert third == ()
        with one_processor() as again:
            assert again == second


def test_the_only_processor_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    with one_processor() as words, one_processor() as others:
        assert words == others == ()


def test_the_embedded_kernel_is_started_on_it_and_holds_it_as_long_as_it_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    happened: list[object] = []

    @contextmanager
    def held() -> Iterator[Sequence[str]]:
        happened.append("held")
        yield ("taskset", "--cpu-list", "3")
        happened.append("free")

    @asynccontextmanager
    async def started(command: Sequence[str], *_: object, **__: object) -> AsyncIterator[None]:
        happened.append(tuple(command[:4]))
        yield

    async def run() -> None:
        boot = Boot(kernel=Path("/linux"), memory_folder=tmp_path)
        async with embedded.started(tmp_path, boot):
            happened.append("runs")

    monkeypatch.setattr(embedded, "one_processor", held)
    monkeypatch.setattr(follow, "started", started)
    asyncio.run(run())
    assert happened == ["held", ("taskset", "--cpu-list", "3", "/linux"), "runs", "free"]
