"""What AWS and dxemu allow: one rule, or a small group, a file. Each rule adds what it finds."""
