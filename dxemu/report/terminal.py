"""The way out to a terminal: whatever a file, a name or a daemon says, a terminal is not told to do anything by it.

Everything that people read goes through `echo`, or through `dxemu.report.console.PlainConsole`; the linter forbids
`click.echo` and rich's own console elsewhere.
"""

from __future__ import annotations

import unicodedata

import click

NOT_SHOWN = "\N{REPLACEMENT CHARACTER}"
LINES = "\n\t"


def safe(text: str, keep: str = LINES) -> str:
    """`text` with one replacement character for each that is not printed: controls, overrides of direction, surrogates.

    Blanks of other widths become blanks. `keep` are characters that stay: with none of them it is one line.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _shown(c) for c in text)


def echo(text: str = "", *, err: bool = False, nl: bool = True, styled: bool = False) -> None:
    """Print lines on stdout, or with `err` on stderr. `styled`: they hold our own colours and were made safe before."""
    click.echo(text if styled else safe(text), err=err, nl=nl)


def _shown(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else NOT_SHOWN
