"""What can go wrong. One fault is one file; the listing of this folder is the menu.

A fault states its effects on the design, as data (`effects`), and reads back from the kernel that it took effect before
the timeline says so. Who notices an effect, and when, is `dxemu.predict`'s; how a lab does it is `dxemu.lab`'s.
"""
