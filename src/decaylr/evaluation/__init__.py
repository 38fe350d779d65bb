"""What the compiled core makes of a schedule: programs, values and sums."""
