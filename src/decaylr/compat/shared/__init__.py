"""Helpers that the functions of several libraries share."""
