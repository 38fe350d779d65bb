"""A schedule as text and as plain data."""
