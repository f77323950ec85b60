"""What AWS and dxemu allow: one rule, or a small group, a file. Each rule adds what it finds.

Numbers come from `dxemu.aws`; sources of paragraphs are AWS's pages as read in November 2026. What is allowed but weak
is `dxemu.audit`'s.
"""
