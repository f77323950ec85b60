"""Why packets go where they go, and what becomes of a prefix: decisions with the rule that made them."""
