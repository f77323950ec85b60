"""What `--help` shows below a command's options. No command."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """Lines of commands, without the first word."""
    return "\b\nExamples:\n" + "\n".join(f"  dxemu {line}" for line in lines)
