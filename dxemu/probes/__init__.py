"""What is sent through a lab. One kind of probe is one file, whose name is its word in scenarios.

The file has its parameters, what contradicts among them, what its events mean and how that is told. What it does to a
lab stands there as well (`Probe.measure`), or, if that takes more, in the file of the same name in `dxemu.lab.probes`.
"""
