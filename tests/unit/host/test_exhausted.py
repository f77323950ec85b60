"""Memory that is used up, in the words that Python has for it."""

from __future__ import annotations

import resource

import pytest

from dxemu.host.exhausted import exhausted

UNTOLD = SystemError("error return without exception set")


def test_a_c_function_that_does_not_say_what_it_lacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (50_000_000, -1))
    assert exhausted(UNTOLD).startswith("memory is used up: this shell allows 50 MB")
    assert exhausted(SystemError("something else")) == ""


def test_without_a_limit_it_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, -1))
    assert exhausted(UNTOLD) == ""
    assert exhausted(MemoryError()).startswith("memory is used up")
