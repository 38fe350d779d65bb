"""A schedule as plain data: nodes, their kinds, batches of them."""
