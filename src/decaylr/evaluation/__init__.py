"""Evaluation by the compiled core: programs, values, tables and summaries."""
