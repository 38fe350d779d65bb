"""Schedules as trees of plain data: nodes, the table of node kinds, and batch operations."""
