"""Durations as people read them: milliseconds under a second, `88.41 s` above."""

from __future__ import annotations

import math

SECOND_MS = 1e3
SHORT_MS = 0.1


def duration(ms: float) -> str:
    """`683 ms`, `4.2 ms`, `88.41 s`, `0 ms`, and `under 0.1 ms` where more digits would tell nobody anything."""
    if 0 < abs(ms) < SHORT_MS:
        return f"under {SHORT_MS:g} ms"
    if abs(ms) >= SECOND_MS:
        return f"{ms / SECOND_MS:.2f} s"
    return f"{ms:.3g} ms" if abs(ms) < 100 else f"{ms:.0f} ms"  # noqa: PLR2004 - three digits


def measured(ms: float, uncertainty_ms: float) -> str:
    """`88.41 s ± 10 ms`."""
    return f"{duration(ms)} ± {duration(float(f'{uncertainty_ms:.2g}'))}"


def took(ms: float, uncertainty_ms: float) -> str:
    """`1.02 s`, and `1.02 s ± 3 ms` where so much is uncertain that it can be told."""
    return measured(ms, uncertainty_ms) if uncertainty_ms >= SHORT_MS else duration(ms)


def bounds(low_ms: float | None, high_ms: float | None) -> str:
    """`60.00 - 91.00 s`, `600 - 900 ms`, `0 ms`, `no end`."""
    if low_ms is None:
        return "no end"
    if high_ms is None:
        return f"{duration(low_ms)} or no end"
    if low_ms == high_ms:
        return duration(low_ms)
    if high_ms >= SECOND_MS:
        low = f"{low_ms / SECOND_MS:.2f}" if low_ms else "0"
        return f"{low} - {high_ms / SECOND_MS:.2f} s"
    return f"{duration(low_ms).removesuffix(' ms')} - {duration(high_ms)}"


def until_repair(low_s: float, high_s: float) -> str:
    """An outage that nobody repairs: `none`, `599 - 913 ms`, `until repair`. In seconds."""
    if high_s == 0:
        return "none"
    return "until repair" if math.isinf(high_s) else bounds(low_s * SECOND_MS, high_s * SECOND_MS)


def direction(name: str) -> str:
    """`to_aws` as `to AWS`."""
    return {"to_aws": "to AWS", "from_aws": "from AWS"}.get(name, name)


def count(number: int, thing: str) -> str:
    """`1 packet`, `2 packets`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def bit_rate(bits_per_second: float) -> str:
    """`9.53 Gbps`, `940 Mbps`, `0 bps`."""
    size, unit = next(
        ((size, unit) for size, unit in ((1e9, "Gbps"), (1e6, "Mbps"), (1e3, "kbps")) if bits_per_second >= size),
        (1.0, "bps"),
    )
    return f"{float(f'{bits_per_second / size:.4g}'):g} {unit}"
