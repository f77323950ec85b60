"""Why packets go where they go, and what becomes of a prefix: decisions with the rule that made them.

Pure: of a design, or of a run as its timeline replays it. The words for a terminal are `dxemu.report`'s.
"""
