"""What is sent through a lab, as values. One probe is one file; `dxemu.lab.probes` runs it."""
