"""What the user wrote: YAML -> Topology. Each value knows its file, line and column.

The paragraph on an error's code stands in the file that finds the mistake. AWS's numbers are `dxemu.aws`'s.
"""
