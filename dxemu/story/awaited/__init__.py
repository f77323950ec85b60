"""Events that a step of a scenario can wait for. One kind is one file, whose name is its word under `when`."""
