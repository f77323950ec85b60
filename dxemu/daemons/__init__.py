"""Speakers that are not ours: one a file. Each renders its configuration, starts, tells events, stops.

Timers of a protocol belong to these programs. Decisions do not: ExaBGP is told what to announce.
"""
