"""What can go wrong. One fault is one file; the listing of this folder is the menu.

A fault states its impact, from which `dxemu.predict.predict` computes what should happen, and reads
back from the kernel that it took effect before the timeline says so.
"""
