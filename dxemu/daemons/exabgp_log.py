"""ExaBGP names each of its loggers after the moment at which it makes it, and refuses a second one of the same moment.

On the virtual clock several are made in one moment, because a look at the clock costs no time: here they are numbered.
"""

from __future__ import annotations

import importlib
from itertools import count
from typing import Any


def install() -> None:
    """Number the loggers that ExaBGP makes from now on in this process."""
    # `exabgp.logger.option` is a class of this name to an import statement, which hides the module.
    module: Any = importlib.import_module("exabgp.logger.option")
    made, numbers = module.get_logger, count(1)
    module.get_logger = lambda name, **settings: made(f"{name} {next(numbers)}", **settings)
