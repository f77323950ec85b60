"""Numbers as options and arguments, called in errors what people call them. No command."""

from __future__ import annotations

import click


class Whole(click.IntRange):
    """A whole number within limits; click calls it an integer range."""

    name = "whole number"


class Number(click.FloatRange):
    """A number within limits."""

    name = "number"
