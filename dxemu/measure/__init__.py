"""From a timeline to numbers: outages, stages, paths and the verdict."""
