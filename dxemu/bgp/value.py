"""Values of which a routing table holds very many."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:

    def value(**options: Any) -> Any:  # Any: whatever dataclass takes and gives
        """`dataclass`, of which `frozen` is checked by the type checker only.

        When Python checks it, too, each field is set by a call: a `Route` then takes 1.7 us to make and not 0.5 us, and
        a whole route update should not take more than 5 us.
        """
        frozen = options.pop("frozen", False)
        return dataclasses.dataclass(**options, unsafe_hash=frozen)


__all__ = ["value"]
