"""What the user wrote: YAML -> Topology. Each value knows its file, line and column.

Errors have their codes and paragraphs here, those of scenarios and audits too. AWS's numbers are `dxemu.aws`'s.
"""
