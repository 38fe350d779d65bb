"""Pictures of one schedule."""
