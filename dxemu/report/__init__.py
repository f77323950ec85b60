"""Results, plans, problems and findings for people and for machines. Pure."""
