"""What happened, and how it is written down: the kinds of events, their codec, the timeline and the probes' logs.

What follows from events is `dxemu.measure`'s.
"""
