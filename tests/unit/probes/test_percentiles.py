"""Shares of many values in bounded memory."""

from __future__ import annotations

from random import Random

import pytest

from dxemu.probes import percentiles
from dxemu.probes.base import nearest_rank
from dxemu.probes.percentiles import Percentiles

SHARES = (0.0, 0.5, 0.9, 0.99, 1.0)


def test_nothing() -> None:
    assert (Percentiles().share(0.5), Percentiles().count, Percentiles().largest) == (None, 0, 0.0)


def test_few_are_exact() -> None:
    found, values = Percentiles(), [Random(3).uniform(0.001, 2.0) for _ in range(500)]
    for value in values:
        found.add(value)
    assert [found.share(share) for share in SHARES] == [nearest_rank(sorted(values), share) for share in SHARES]
    assert (found.count, found.largest) == (500, max(values))


def test_of_more_three_digits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(percentiles, "MOST_EXACT", 50)
    found, draw = Percentiles(), Random(4)
    values = [draw.uniform(0.001, 2.0) for _ in range(5000)]
    for value in values:
        found.add(value)
    assert (found.count, found.largest) == (5000, max(values))
    for share in SHARES:
        assert found.share(share) == pytest.approx(nearest_rank(sorted(values), share), rel=0.005)
    assert len(found._rounded) < 2500, "bounded by the digits, not by how many there were"
