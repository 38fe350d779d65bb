"""One module per form of configuration: how it is recognised, and how it is read."""
