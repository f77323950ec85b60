"""Results, plans, problems and findings for people and for machines. Pure.

Here measurements and predictions meet (`evaluate`). Nothing is computed for the first time but their comparison.
"""
