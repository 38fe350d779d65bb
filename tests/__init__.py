"""The tests, in folders by room: README.md says which."""

import os

# Libraries read these when they are first imported, by a test or by a report. Keras has one
# backend a process; CI runs its tests once for each. Pictures are drawn without a screen.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("MPLBACKEND", "agg")
