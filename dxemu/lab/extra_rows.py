"""What some labs have beside cables and routes, built and taken down in a lab that runs (`dxemu.lab.extras`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.lab.extras import clamp_segments, cut_into_frames, drop_silently, filter_sources, translate
from dxemu.lab.kernel_rows import BUILT_WORDS, GONE_WORDS
from dxemu.lab.limits import put_limit, send_frame_by_frame, take_limit
from dxemu.lab.node import LabNode
from dxemu.plan.model import MssClamp, Plan, RateLimit, SilentDrop, SourceFilter, SourceNat

EXTRA = MssClamp | RateLimit | SilentDrop | SourceFilter | SourceNat
"""The rows that this is about."""


@dataclass(frozen=True, slots=True)
class ExtraRows:
    """Builds and takes down rows of `after`."""

    after: Plan
    nodes: Mapping[str, LabNode]

    async def build(self, row: EXTRA) -> str:
        """Put it in; what was read back, in words. Raises LabError."""
        match row:
            case RateLimit():
                await send_frame_by_frame(self.after, self.nodes)
                return await put_limit(row, self.nodes)
            case SilentDrop():
                await cut_into_frames(self.after, row, self.nodes)
                return await drop_silently(self.after, self.nodes[row.node])
            case SourceFilter():
                filter_sources(row, self.nodes)
            case SourceNat():
                await translate(self.after, self.nodes[row.node])
            case MssClamp():
                return await clamp_segments(self.after, self.nodes[row.node])
        return BUILT_WORDS

    async def take_down(self, row: EXTRA) -> str:
        """Take it out; what was read back, in words. Raises LabError. A source filter goes with its interface."""
        match row:
            case RateLimit():
                await take_limit(row, self.nodes)
            case SilentDrop():
                await drop_silently(self.after, self.nodes[row.node])
            case SourceNat():
                await translate(self.after, self.nodes[row.node])
            case MssClamp():
                return await clamp_segments(self.after, self.nodes[row.node])
        return GONE_WORDS
