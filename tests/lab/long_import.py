"""Takes seconds to be imported, and uses nothing but the processor meanwhile."""

SUM = sum(range(100_000_000))
