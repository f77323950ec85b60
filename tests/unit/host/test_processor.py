"""Labs do not share a processor while another is free."""

from __future__ import annotations

import os

import pytest

from dxemu.host import processor
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
