"""What happened, and how it is written down: the timeline and the probes' logs."""
