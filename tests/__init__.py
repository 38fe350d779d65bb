"""The tests, in one folder per subject; see README.md."""

import os

# Libraries read these variables when they are first imported, by a test or a report. Keras has one
# backend per process, so CI runs its tests once per backend. matplotlib must not need a display.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("MPLBACKEND", "agg")
