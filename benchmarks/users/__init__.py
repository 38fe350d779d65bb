"""Schedules as people write them, each with its NumPy expression: see ../README.md."""
