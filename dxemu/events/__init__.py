"""What happened, and how it is written down: the timeline, and values read back from it with their types checked.

What follows from events is `dxemu.measure`'s.
"""
