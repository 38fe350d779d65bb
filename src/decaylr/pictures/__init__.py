"""Plots of one schedule: with matplotlib, and as SVG for notebooks."""
