"""What orders are called that nobody has given a name: after their kind, and numbered."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Ids:
    """How many of each kind there were."""

    used: dict[str, int] = field(default_factory=dict)

    def coming(self, kind: str) -> str:
        """The kind, with `#2` and so on when it is used again; it is not used yet."""
        number = self.used.get(kind, 0) + 1
        return kind if number == 1 else f"{kind}#{number}"

    def use(self, kind: str) -> str:
        """The same, used from now on."""
        name = self.coming(kind)
        self.used[kind] = self.used.get(kind, 0) + 1
        return name
