"""Measuring Rapport against the floor that raw PostgreSQL sets in the same run (DESIGN.md §6, §8).

`manage.py benchmark` runs what is listed here. Nothing here judges: an aim is printed beside the figure,
and a missed one is said, never raised, because a busy machine is not a mistake.
"""
