"""What people do to a design while its lab runs: changes of its document. Pure.

What a lab does to follow them does not belong here, nor what happens to it (faults).
"""
