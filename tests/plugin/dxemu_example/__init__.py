"""A distribution that brings one of each kind."""
