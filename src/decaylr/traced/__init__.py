"""Schedules inside a trace: formulas over another library's numbers."""
