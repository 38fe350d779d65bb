"""Airspeed-velocity suites: see README.md."""
