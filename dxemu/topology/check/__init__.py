"""What AWS and dxemu allow: one rule, or a small group, a file. Each rule adds what it finds.

Numbers come from `dxemu.aws`. What is allowed but weak is `dxemu.audit`'s.
"""
