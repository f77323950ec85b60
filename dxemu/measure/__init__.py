"""From a timeline to numbers: outages, stages, paths, sessions.

Pure, and it never sees a prediction. Whether a number is good is `dxemu.story`'s to judge.
"""
