"""What runs the probes: one runner a file, of the same name as the probe's value in `dxemu.probes`."""
