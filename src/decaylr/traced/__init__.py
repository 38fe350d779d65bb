"""Schedules as array operations that JAX and Keras can trace."""
