"""A scenario as values: its file, its steps and probes, what is expected of it, and how that is judged. Pure."""
