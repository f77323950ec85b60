"""The command line. One command is one file, which exposes it as `command` and holds no logic.

What is printed comes of `dxemu.report`.
"""
