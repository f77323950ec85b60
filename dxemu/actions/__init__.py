"""What the operators do while a scenario runs: the orders that are no failures. One action is one file.

An action reads back that it took effect before the timeline says so, as a fault does. How a lab does it is
`dxemu.lab`'s: only protocols of it are known here.
"""
