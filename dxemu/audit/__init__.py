"""What is weak in a design. One rule is one file; the listing of this folder is the menu.

Pure: it asks predictions and tables of a design, never a lab. What AWS refuses outright is `dxemu.topology.check`'s.
"""
