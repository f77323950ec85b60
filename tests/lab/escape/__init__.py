"""Attempts to change the machine from inside the embedded kernel, and from a process that is bound as it is."""
