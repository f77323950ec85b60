"""From a timeline to numbers: outages, stages, paths, sessions."""
