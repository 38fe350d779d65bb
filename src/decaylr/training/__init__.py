"""Helpers of the framework adapters: exact positions, and differences between schedules."""
