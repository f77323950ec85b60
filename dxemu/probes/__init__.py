"""What is sent through a lab, as values. One probe is one file; `dxemu.lab.probes` runs it.

No sockets. How a probe is written in a scenario is `dxemu.story`'s, what its log means `dxemu.measure`'s.
"""
