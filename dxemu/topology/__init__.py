"""What the user wrote: YAML -> Topology. Each value knows its file, line and column."""
