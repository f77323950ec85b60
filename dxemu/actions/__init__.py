"""What the operators do while a scenario runs: the orders that are no failures. One action is one file.

An action reads back that it took effect before the timeline says so, as a fault does.
"""
