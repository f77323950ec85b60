"""A scenario: its file, its run inside the lab process, its result.

`model` is pure and imported by `plan`, `measure` and `report`; everything else stands above the lab.
"""
